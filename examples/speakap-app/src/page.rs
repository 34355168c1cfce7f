//! The pages. What comes out of a form is text: `maud` escapes it.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use axum::response::Html;
use countersign::speakap::SignedRequest;
use maud::{DOCTYPE, Markup, html};

use crate::language::Language;

/// Who is signed in.
pub(crate) fn user(request: &SignedRequest) -> Html<String> {
    let words = Language::of(&request.locale);
    let page = html! {
        h1 { (words.greeting) }
        dl {
            dt { (words.user) }
            dd #user { (request.user_eid) }
            dt { (words.network) }
            dd #network { (request.network_eid) }
            @if let Some(role) = &request.role {
                dt { (words.role) }
                dd #role { (role) }
            }
        }
    };
    Html(document(words.code, words.greeting, &page).into_string())
}

/// An answer with the page that all refused requests get. It says nothing of the reason, and is in
/// English: nobody has proved which language they read.
pub(crate) fn refused<Body: From<String>>(response: Response<impl Sized>) -> Response<Body> {
    let page = html! {
        h1 { "This page could not be opened" }
        p { "Open it once more from Speakap." }
    };
    let page = document("en", "Not opened", &page).into_string();
    let mut response = response.map(|_| Body::from(page));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn document(language: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
            }
            body { (body) }
        }
    }
}
