//! Requests as people had them, and the causes that are named for them.

use std::time::Duration;

use bytes::Bytes;
use countersign::explain::{Explain, Explanation, Setup};
use countersign::{Reason, Secret, Timestamp};
use countersign_cli::registry::{Settings, find};
use http::Request;

use super::damage::{Genuine, Random};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

/// What is asked here is what is found; how long it may take is another test's.
const LONG: Duration = Duration::from_secs(60);

fn explain(provider: &str, secret: &str) -> Explain {
    let setup = Setup::default().secret(Secret::new(secret).unwrap());
    Explain::new(find(provider).unwrap().receiver(&Settings::default()), setup).budget(LONG).at(NOW)
}

fn codes(explanation: &Explanation) -> Vec<&str> {
    explanation.causes.iter().map(|cause| &*cause.code).collect()
}

#[test]
fn digits_in_a_malformed_signature_are_no_time() {
    let request = Request::post("/")
        .header("x-spark-signature", "abcdef1234567890abcdefabcdefabcdefabc")
        .body(Bytes::from_static(b"{}"))
        .unwrap();
    let explanation = explain("spark", "secret").explain(request).unwrap();
    assert_eq!(codes(&explanation), [""; 0], "{explanation}");
}

/// HubSpot takes 13 digits and no others. That it is about now is what tells that a time was meant.
#[test]
fn a_time_that_cannot_be_read_is_in_another_unit_where_it_would_be_in_the_window() {
    let explained = |time: i64, budget: Duration| {
        let provider = find("hubspot").unwrap();
        let genuine = Genuine::new(provider, &mut Random::new(1));
        let mut request = genuine.request();
        let time = time.to_string().parse().unwrap();
        request.headers_mut().insert("x-hubspot-request-timestamp", time);
        let explanation = Explain::new(provider.receiver(&genuine.settings), genuine.setup())
            .budget(budget)
            .at(NOW)
            .explain(request)
            .unwrap();
        assert!(matches!(explanation.reason, Some(Reason::Malformed(_))), "{explanation}");
        codes(&explanation).join(" ")
    };
    assert_eq!(explained(1_700_000_060, LONG), "timestamp-unit");
    assert_eq!(explained(1_600_000_000, LONG), "");
    assert_eq!(explained(1_700_000_060, Duration::ZERO), "", "it is looked for as all else is");
}
