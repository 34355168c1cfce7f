//! The pages. What comes out of a form is text: `maud` escapes it.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response};
use axum::response::Html;
use countersign::flow::ActionMenu;
use maud::{DOCTYPE, Markup, html};

/// What the user had selected, and who the user is.
pub(crate) fn selection(menu: &ActionMenu) -> Html<String> {
    let page = html! {
        h1 { (menu.entity_type) ": " (menu.selected_ids.len()) " selected" }
        ul #selected {
            @for id in &menu.selected_ids {
                li { (menu.entity_type) " " (id) }
            }
        }
        dl {
            dt { "User" }
            dd #user { (menu.user_login) " (" (menu.user_id) ")" }
            @if let Some(project) = &menu.project_name {
                dt { "Project" }
                dd #project { (project) @if let Some(id) = menu.project_id { " (" (id) ")" } }
            }
            // The site says so where the page has no title.
            @if !["", "undefined"].contains(&menu.title.as_str()) {
                dt { "Page" }
                dd #title { (menu.title) }
            }
        }
    };
    Html(document("Selection", &page).into_string())
}

/// An answer with the page that all refused requests get. It says nothing of the reason.
pub(crate) fn refused<Body: From<String>>(response: Response<impl Sized>) -> Response<Body> {
    let page = html! {
        h1 { "This page could not be opened" }
        p { "Open it once more from the menu of Flow Production Tracking." }
    };
    let page = document("Not opened", &page).into_string();
    let mut response = response.map(|_| Body::from(page));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (title) }
            }
            body { (body) }
        }
    }
}
