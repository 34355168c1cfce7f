//! A site as the vendors' are: its page posts a signed form, into a new window or into a frame.

use axum::Router;
use axum::extract::RawQuery;
use axum::response::Html;
use axum::routing::get;
use countersign_tests::form_server::Fields;
use countersign_tests::server::Server;
use maud::{DOCTYPE, html};

use super::chromium::Chromium;

/// Where the answer to the form is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Window,
    Frame,
}

impl Place {
    fn id(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Frame => "frame",
        }
    }

    fn target(self) -> &'static str {
        match self {
            Self::Window => "_blank",
            Self::Frame => "inside",
        }
    }
}

pub(crate) struct Site(Server);

impl Site {
    /// The form is made, and so signed, when the page is loaded.
    pub(crate) async fn start(form: impl Fn() -> Fields + Clone + Send + Sync + 'static) -> Self {
        // The query is the URL that the form goes to.
        let page = async move |RawQuery(action): RawQuery| {
            Html(page(&action.unwrap_or_default(), &form()))
        };
        Self(Server::start(Router::new().route("/", get(page))).await.expect("a server"))
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Loads the page in the only window that is left, and has its form posted.
    pub(crate) async fn open(&self, browser: &Chromium, action: &str, place: Place) {
        browser.goto(&format!("{}/?{action}", self.origin())).await;
        browser.click(&format!("#{} button", place.id())).await;
    }
}

fn page(action: &str, form: &Fields) -> String {
    let page = html! {
        (DOCTYPE)
        meta charset="utf-8";
        @for place in [Place::Window, Place::Frame] {
            form id=(place.id()) method="post" action=(action) target=(place.target()) {
                @for (name, value) in form {
                    input type="hidden" name=(name) value=(value);
                }
                button { "Open" }
            }
        }
        iframe name=(Place::Frame.target()) width="600" height="400" {}
    };
    page.into_string()
}
