//! What every answer tells the browser, the refusals too.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::config::Origin;

/// Nothing is loaded and nothing runs, as the pages need neither; the site, and no other, may show
/// them in a frame. There is no `X-Frame-Options`: it cannot name a site, so it would forbid that.
pub(crate) fn on(app: Router, site: Option<&Origin>) -> Result<Router, String> {
    let site = site.map_or("'none'", Origin::as_str);
    let policy =
        format!("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {site}");
    let policy = HeaderValue::try_from(policy).map_err(|error| error.to_string())?;
    Ok(app
        .layer(set(CONTENT_SECURITY_POLICY, policy))
        .layer(set(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(set(REFERRER_POLICY, HeaderValue::from_static("no-referrer")))
        // A page is for one user, and for the moment at which its form was signed.
        .layer(set(CACHE_CONTROL, HeaderValue::from_static("no-store"))))
}

fn set(name: HeaderName, value: HeaderValue) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, value)
}
