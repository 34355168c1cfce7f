//! What events are about.

use countersign_core::json_object;

json_object! {
    /// A user.
    pub struct User {
        /// The name that is shown.
        pub name: String,
        /// The name after the `@`.
        pub username: String,
    } optional {
        /// Its id.
        pub id: u64,
    }
}

json_object! {
    /// A project.
    pub struct Project {
        /// Its id.
        pub id: u64,
        /// Its name.
        pub name: String,
    } optional {
        /// Group and project, such as `mike/diaspora`.
        pub path_with_namespace: String,
        /// Its page.
        pub web_url: String,
        /// Its default branch.
        pub default_branch: String,
    }
}

json_object! {
    /// A commit of a push.
    pub struct Commit {
        /// Its hash.
        pub id: String,
        /// Its message.
        pub message: String,
    } optional {
        /// When it was made, in ISO 8601.
        pub timestamp: String,
        /// Its page.
        pub url: String,
        /// The files that it adds.
        pub added: Vec<String>,
        /// The files that it removes.
        pub removed: Vec<String>,
        /// The files that it changes.
        pub modified: Vec<String>,
    }
}

json_object! {
    /// A merge request.
    pub struct MergeRequest {
        /// Its id, which is not its number.
        pub id: u64,
        /// Its number in the project.
        pub iid: u64,
        /// Its title.
        pub title: String,
        /// `opened`, `closed`, `locked` or `merged`.
        pub state: String,
        /// The branch that is to be merged.
        pub source_branch: String,
        /// The branch that it is to be merged into.
        pub target_branch: String,
    } optional {
        /// What happened, such as `open`, `update` or `merge`.
        pub action: String,
        /// What it says.
        pub description: String,
        /// Its page.
        pub url: String,
    }
}

json_object! {
    /// An issue, or another work item.
    pub struct Issue {
        /// Its id, which is not its number.
        pub id: u64,
        /// Its number in the project.
        pub iid: u64,
        /// Its title.
        pub title: String,
    } optional {
        /// `opened` or `closed`.
        pub state: String,
        /// What happened, such as `open`, `update` or `close`.
        pub action: String,
        /// What it says.
        pub description: String,
        /// Its page.
        pub url: String,
    }
}

json_object! {
    /// A pipeline.
    pub struct Pipeline {
        /// Its id.
        pub id: u64,
        /// Such as `running`, `success` or `failed`.
        pub status: String,
    } optional {
        /// The branch or tag that it runs for.
        #[serde(rename = "ref")]
        pub reference: String,
        /// The commit that it runs on.
        pub sha: String,
        /// What began it, such as `push`.
        pub source: String,
        /// Its page.
        pub url: String,
    }
}

json_object! {
    /// A comment.
    pub struct Note {
        /// Its id.
        pub id: u64,
        /// What it says.
        pub note: String,
    } optional {
        /// What is commented on: `Commit`, `MergeRequest`, `Issue` or `Snippet`.
        pub noteable_type: String,
        /// Its page.
        pub url: String,
    }
}
