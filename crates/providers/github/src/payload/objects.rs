//! What events are about.

use countersign_core::json_object;

json_object! {
    /// A user, a bot or an organisation.
    pub struct Account {
        /// Its name.
        pub login: String,
        /// Its id.
        pub id: u64,
    } optional {
        /// `User`, `Bot` or `Organization`.
        #[serde(rename = "type")]
        pub kind: String,
    }
}

json_object! {
    /// A repository.
    pub struct Repository {
        /// Its id.
        pub id: u64,
        /// Its name without the owner.
        pub name: String,
        /// Owner and name, such as `octocat/hello-world`.
        pub full_name: String,
    } optional {
        /// Whether it is private.
        pub private: bool,
        /// Its page.
        pub html_url: String,
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
    /// A pull request.
    pub struct PullRequest {
        /// Its id, which is not its number.
        pub id: u64,
        /// Its number.
        pub number: u64,
        /// `open` or `closed`.
        pub state: String,
        /// Its title.
        pub title: String,
    } optional {
        /// Who opened it; none if the account is gone.
        pub user: Account,
        /// What it says.
        pub body: String,
        /// Whether it is a draft.
        pub draft: bool,
        /// Whether it was merged.
        pub merged: bool,
        /// Its page.
        pub html_url: String,
    }
}

json_object! {
    /// An issue, or what a pull request has in common with one.
    pub struct Issue {
        /// Its id, which is not its number.
        pub id: u64,
        /// Its number.
        pub number: u64,
        /// Its title.
        pub title: String,
    } optional {
        /// `open` or `closed`.
        pub state: String,
        /// Who opened it; none if the account is gone.
        pub user: Account,
        /// What it says.
        pub body: String,
        /// Its page.
        pub html_url: String,
    }
}

json_object! {
    /// A comment.
    pub struct Comment {
        /// Its id.
        pub id: u64,
    } optional {
        /// What it says.
        pub body: String,
        /// Who wrote it; none if the account is gone.
        pub user: Account,
        /// Its page.
        pub html_url: String,
    }
}

json_object! {
    /// A release.
    pub struct Release {
        /// Its id.
        pub id: u64,
        /// The tag that it is of.
        pub tag_name: String,
    } optional {
        /// Its name.
        pub name: String,
        /// What it says.
        pub body: String,
        /// Whether it is a draft.
        pub draft: bool,
        /// Whether it is a prerelease.
        pub prerelease: bool,
        /// Its page.
        pub html_url: String,
    }
}

json_object! {
    /// A run of a workflow.
    pub struct WorkflowRun {
        /// Its id.
        pub id: u64,
        /// The commit that it runs on.
        pub head_sha: String,
    } optional {
        /// The workflow's name.
        pub name: String,
        /// The branch that it runs on.
        pub head_branch: String,
        /// Such as `queued` or `completed`.
        pub status: String,
        /// Such as `success` or `failure`; none before it ended.
        pub conclusion: String,
        /// Its page.
        pub html_url: String,
    }
}
