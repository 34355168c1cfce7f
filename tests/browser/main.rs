//! The form servers in a real browser, opened by a page as the vendors' do it.
//!
//! Only here it shows what a browser makes of a form, a policy or a refusal. What the servers
//! answer is in `form_servers.rs`.

mod chromium;
mod vendor;

use countersign_tests::form_server::{ALL, Fields, FormServer};
use countersign_tests::process;

use self::chromium::{Chromium, until};
use self::vendor::{Place, Site};

const MARKUP: &str =
    r#"<script>document.title = "ran"</script><img src="x" onerror="document.title = 'ran'">"#;
const REFUSED: &str = "This page could not be opened";

#[tokio::test]
async fn a_genuine_form_is_shown_in_a_window_and_in_a_frame() {
    let browser = Chromium::start().await;
    for example in ALL {
        let site = Site::start(move || example.signed(&example.form(&[]))).await;
        let server = example.start(&site.origin()).await;
        for place in [Place::Window, Place::Frame] {
            site.open(&browser, &action(&example, &server), place).await;
            for (field, id) in example.shown {
                let value = example.fields.iter().find(|(name, _)| name == field).unwrap().1;
                let shown = text_of(&browser, place, &format!("#{id}")).await;
                assert!(shown.starts_with(value), "{shown} is not {value} ({place:?})");
            }
        }
    }
    browser.quit().await;
}

#[tokio::test]
async fn an_altered_form_gets_the_page_of_all_refusals() {
    let browser = Chromium::start().await;
    for example in ALL {
        let site = Site::start(move || altered(example.signed(&example.form(&[])))).await;
        let server = example.start(&site.origin()).await;
        for place in [Place::Window, Place::Frame] {
            site.open(&browser, &action(&example, &server), place).await;
            assert_eq!(text_of(&browser, place, "h1").await, REFUSED, "{place:?}");
            assert_eq!(count(&browser, "dl").await, 0, "nothing of the form is on it");
        }
    }
    browser.quit().await;
}

#[tokio::test]
async fn markup_is_shown_as_text_and_does_nothing() {
    let browser = Chromium::start().await;
    for example in ALL {
        let values = example.shown.iter().map(|&(field, _)| (field, MARKUP));
        let form = example.form(&values.collect::<Vec<_>>());
        let site = Site::start(move || example.signed(&form)).await;
        let server = example.start(&site.origin()).await;
        for place in [Place::Window, Place::Frame] {
            site.open(&browser, &action(&example, &server), place).await;
            for (_, id) in example.shown {
                let shown = text_of(&browser, place, &format!("#{id}")).await;
                assert!(shown.starts_with(MARKUP), "{shown} ({place:?})");
            }
            // The policy would keep them from doing anything, but they are not even there.
            assert_eq!(count(&browser, "script, img").await, 0, "{place:?}");
            assert_ne!(browser.eval("return document.title").await, "ran");
        }
    }
    browser.quit().await;
}

#[tokio::test]
async fn another_site_cannot_frame_it() {
    let browser = Chromium::start().await;
    for example in ALL {
        for alter in [|form| form, altered] {
            let site = Site::start(Fields::new).await;
            let other = Site::start(move || alter(example.signed(&example.form(&[])))).await;
            let server = example.start(&site.origin()).await;
            other.open(&browser, &action(&example, &server), Place::Frame).await;
            let blocked = until("the browser says that it blocks the frame", async || {
                let log = browser.log().await?;
                Ok(log.into_iter().find(|line| line.contains("frame-ancestors")))
            });
            let blocked = blocked.await;
            assert!(blocked.contains(&site.origin()), "{blocked}");
            until("the frame shows the browser's own page", async || {
                browser.enter(Place::Frame).await?;
                Ok((browser.eval("return location.protocol").await == "chrome-error:")
                    .then_some(()))
            })
            .await;
            assert_eq!(count(&browser, "#user").await, 0);
        }
    }
    browser.quit().await;
}

fn action(example: &FormServer, server: &process::Server) -> String {
    format!("{}{}", server.url(), example.path)
}

/// The text of the element, once the form's answer is there.
async fn text_of(browser: &Chromium, place: Place, css: &str) -> String {
    until(&format!("{css} is shown in the {place:?}"), async || {
        browser.enter(place).await?;
        browser.text(css).await
    })
    .await
}

async fn count(browser: &Chromium, css: &str) -> u64 {
    let script = format!("return document.querySelectorAll('{css}').length");
    browser.eval(&script).await.as_u64().unwrap()
}

fn altered(mut form: Fields) -> Fields {
    form[0].1.push('1');
    form
}
