//! The events that are handled most. <https://docs.gitlab.com/user/project/integrations/webhook_events/>

mod kinds;
mod objects;

use countersign_core::{Carries, Members, json_payload};

pub use self::kinds::{IssueKind, MergeRequestKind, NoteKind, PipelineKind, PushKind};
pub use self::objects::{Commit, Issue, MergeRequest, Note, Pipeline, Project, User};
use crate::signing::GitLabSigning;
use crate::token::GitLabToken;

json_payload! {
    /// Commits were pushed, or a branch or tag was made or deleted.
    pub struct PushEvent of GitLabSigning {
        /// Which of them.
        pub object_kind: PushKind,
        /// The full name of what was pushed to, such as `refs/heads/main`.
        #[serde(rename = "ref")]
        pub reference: String,
        /// The commit before; zeros if there was none.
        pub before: String,
        /// The commit after; zeros if it was deleted.
        pub after: String,
        /// Where it was pushed to.
        pub project: Project,
        /// The newest commits, at most 20.
        pub commits: Vec<Commit>,
    } optional {
        /// How many commits there are in all.
        pub total_commits_count: u64,
        /// The id of who pushed.
        pub user_id: u64,
        /// The name after the `@` of who pushed.
        pub user_username: String,
    }
}

json_payload! {
    /// Something happened to a merge request.
    pub struct MergeRequestEvent of GitLabSigning {
        /// What it is about.
        pub object_kind: MergeRequestKind,
        /// The merge request.
        pub object_attributes: MergeRequest,
        /// Where it is.
        pub project: Project,
    } optional {
        /// Who caused it.
        pub user: User,
        /// What changed: for each member `previous` and `current`.
        pub changes: Members,
    }
}

json_payload! {
    /// Something happened to an issue or another work item.
    pub struct IssueEvent of GitLabSigning {
        /// What it is about.
        pub object_kind: IssueKind,
        /// The issue.
        pub object_attributes: Issue,
        /// Where it is.
        pub project: Project,
    } optional {
        /// Who caused it.
        pub user: User,
        /// What changed: for each member `previous` and `current`.
        pub changes: Members,
    }
}

json_payload! {
    /// The status of a pipeline changed.
    pub struct PipelineEvent of GitLabSigning {
        /// What it is about.
        pub object_kind: PipelineKind,
        /// The pipeline.
        pub object_attributes: Pipeline,
        /// Where it runs.
        pub project: Project,
    } optional {
        /// Who caused it.
        pub user: User,
        /// The merge request that it runs for.
        pub merge_request: Members,
    }
}

json_payload! {
    /// A comment was written or changed.
    pub struct NoteEvent of GitLabSigning {
        /// What it is about.
        pub object_kind: NoteKind,
        /// The comment.
        pub object_attributes: Note,
        /// Where it is.
        pub project: Project,
    } optional {
        /// Who wrote it.
        pub user: User,
        /// The issue that is commented on.
        pub issue: Members,
        /// The merge request that is commented on.
        pub merge_request: Members,
    }
}

impl Carries<PushEvent> for GitLabToken {}
impl Carries<MergeRequestEvent> for GitLabToken {}
impl Carries<IssueEvent> for GitLabToken {}
impl Carries<PipelineEvent> for GitLabToken {}
impl Carries<NoteEvent> for GitLabToken {}
