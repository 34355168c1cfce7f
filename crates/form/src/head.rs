//! What the head of a posted form looks like.

use countersign_core::{Head, Reason};
use http::Method;
use http::header::CONTENT_TYPE;

/// Refuses what no form is posted as: another method than POST, another content type than
/// `application/x-www-form-urlencoded`. Parameters of the type and its case do not matter.
///
/// # Errors
///
/// [`Reason::Unexpected`], or [`Reason::Missing`] or [`Reason::Repeated`] for the content type.
pub fn expect_form(head: &Head<'_>) -> Result<(), Reason> {
    if *head.method() != Method::POST {
        return Err(Reason::Unexpected("the method is not POST"));
    }
    let value = head.required(&CONTENT_TYPE, "Content-Type")?;
    let essence = value.split(|&byte| byte == b';').next().unwrap_or_default();
    if !essence.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded") {
        return Err(Reason::Unexpected("the content type is not that of a form"));
    }
    Ok(())
}
