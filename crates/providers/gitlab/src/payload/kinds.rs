//! What a body says that it is. A payload of one kind is not read from a body of another, though it may have all
//! the members.

use serde::{Deserialize, Serialize};

/// What `object_kind` says of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushKind {
    /// Commits were pushed to a branch.
    Push,
    /// A tag was made or deleted.
    TagPush,
}

/// What `object_kind` says of a merge request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeRequestKind {
    /// The only kind there is.
    MergeRequest,
}

/// What `object_kind` says of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
    /// An issue.
    Issue,
    /// Another work item, such as a task.
    WorkItem,
}

/// What `object_kind` says of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PipelineKind {
    /// The only kind there is.
    Pipeline,
}

/// What `object_kind` says of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The only kind there is.
    Note,
}
