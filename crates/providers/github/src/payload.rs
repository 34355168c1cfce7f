//! The events that are handled most. <https://docs.github.com/en/webhooks/webhook-events-and-payloads>

mod event;
mod objects;

use countersign_core::json_payload;

pub(crate) use self::event::read_event;
pub use self::objects::{
    Account, Comment, Commit, Issue, PullRequest, Release, Repository, WorkflowRun,
};
use crate::scheme::GitHub;

json_payload! {
    /// What all events have in common.
    pub struct Event of GitHub, read by read_event {
    } optional {
        /// What happened, where the event has several kinds, such as `opened`.
        pub action: String,
        /// Where it happened.
        pub repository: Repository,
        /// The organisation that it happened in.
        pub organization: Account,
        /// Who caused it.
        pub sender: Account,
    }
}

json_payload! {
    /// `push`: commits or a tag were pushed, or a branch or tag was made or deleted.
    pub struct PushEvent of GitHub, read by read_event {
        /// The full name of what was pushed to, such as `refs/heads/main`.
        #[serde(rename = "ref")]
        pub reference: String,
        /// The commit before; zeros if there was none.
        pub before: String,
        /// The commit after; zeros if it was deleted.
        pub after: String,
        /// The new commits, at most 2048.
        pub commits: Vec<Commit>,
        /// Where it was pushed to.
        pub repository: Repository,
    } optional {
        /// Whether it was made.
        pub created: bool,
        /// Whether it was deleted.
        pub deleted: bool,
        /// Whether it was pushed by force.
        pub forced: bool,
        /// A page that shows what changed.
        pub compare: String,
        /// The newest commit; none if it was deleted.
        pub head_commit: Commit,
        /// Who pushed.
        pub sender: Account,
    }
}

json_payload! {
    /// `pull_request`: something happened to a pull request.
    pub struct PullRequestEvent of GitHub, read by read_event {
        /// What, such as `opened`, `synchronize` or `closed`.
        pub action: String,
        /// Its number.
        pub number: u64,
        /// The pull request.
        pub pull_request: PullRequest,
        /// Where it is.
        pub repository: Repository,
    } optional {
        /// Who caused it.
        pub sender: Account,
    }
}

json_payload! {
    /// `issues`: something happened to an issue.
    pub struct IssuesEvent of GitHub, read by read_event {
        /// What, such as `opened` or `closed`.
        pub action: String,
        /// The issue.
        pub issue: Issue,
        /// Where it is.
        pub repository: Repository,
    } optional {
        /// Who caused it.
        pub sender: Account,
    }
}

json_payload! {
    /// `issue_comment`: something happened to a comment on an issue or a pull request.
    pub struct IssueCommentEvent of GitHub, read by read_event {
        /// What: `created`, `edited` or `deleted`.
        pub action: String,
        /// What is commented on.
        pub issue: Issue,
        /// The comment.
        pub comment: Comment,
        /// Where it is.
        pub repository: Repository,
    } optional {
        /// Who caused it.
        pub sender: Account,
    }
}

json_payload! {
    /// `release`: something happened to a release.
    pub struct ReleaseEvent of GitHub, read by read_event {
        /// What, such as `published`.
        pub action: String,
        /// The release.
        pub release: Release,
        /// Where it is.
        pub repository: Repository,
    } optional {
        /// Who caused it.
        pub sender: Account,
    }
}

json_payload! {
    /// `workflow_run`: a workflow was asked for, began or ended.
    pub struct WorkflowRunEvent of GitHub, read by read_event {
        /// What: `requested`, `in_progress` or `completed`.
        pub action: String,
        /// The run.
        pub workflow_run: WorkflowRun,
        /// Where it runs.
        pub repository: Repository,
    } optional {
        /// Who caused it.
        pub sender: Account,
    }
}
