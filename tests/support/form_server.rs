//! The examples that a browser posts a signed form to, and forms as their vendors sign them.

use bytes::Bytes;
use countersign::{Clock, FlowAction, Secret, Sign, Speakap, SystemClock, Timestamp};
use http::Request;

use crate::process::Server;

pub const SECRET: &str = "the secret of the form servers";

/// What a vendor's page posts, field by field.
pub type Fields = Vec<(String, String)>;

/// One of the examples.
#[derive(Clone, Copy, Debug)]
pub struct FormServer {
    pub name: &'static str,
    pub path: &'static str,
    /// The names of its variables.
    pub secret: &'static str,
    pub site: &'static str,
    /// A form before it is signed.
    pub fields: &'static [(&'static str, &'static str)],
    /// Fields that may hold any text, and the ids of the elements that show them.
    pub shown: &'static [(&'static str, &'static str)],
    sign: fn(Request<Bytes>, Timestamp) -> Request<Bytes>,
}

pub const FLOW: FormServer = FormServer {
    name: "flow-action-server",
    path: "/ami",
    secret: "FLOW_SECRET",
    site: "FLOW_SITE",
    fields: &[
        ("user_id", "24"),
        ("user_login", "zoë & co"),
        ("entity_type", "Version"),
        ("selected_ids", "931,900"),
        ("ids", "931,900,854"),
        ("title", "Dailies <today>"),
        ("project_name", "Café = 50 % + 50 %"),
        ("project_id", "81"),
        ("grouping_column", ""),
    ],
    shown: &[("user_login", "user"), ("project_name", "project"), ("title", "title")],
    sign: sign::<FlowAction>,
};

pub const SPEAKAP: FormServer = FormServer {
    name: "speakap-app",
    path: "/speakap",
    secret: "SPEAKAP_SECRET",
    site: "SPEAKAP_SITE",
    fields: &[
        ("appData", ""),
        ("locale", "nl-NL"),
        ("networkEID", "000a000000000000"),
        ("userEID", "06000000000000e8"),
        ("role", "zoë's & admin = 50 %"),
    ],
    shown: &[("userEID", "user"), ("networkEID", "network"), ("role", "role")],
    sign: sign::<Speakap>,
};

pub const ALL: [FormServer; 2] = [FLOW, SPEAKAP];

impl FormServer {
    /// Starts it for that site, with a log of everything.
    pub async fn start(&self, site: &str) -> Server {
        let environment =
            [("PORT", "0"), ("RUST_LOG", "trace"), (self.secret, SECRET), (self.site, site)];
        Server::start(self.name, &environment).await
    }

    /// Its form, with other values for some fields.
    #[must_use]
    pub fn form(&self, values: &[(&str, &str)]) -> Fields {
        let mut fields: Fields = owned(self.fields);
        for (name, value) in owned(values) {
            match fields.iter_mut().find(|field| field.0 == name) {
                Some(field) => field.1 = value,
                None => fields.push((name, value)),
            }
        }
        fields
    }

    /// The form as the vendor sends it now.
    #[must_use]
    pub fn signed(&self, fields: &Fields) -> Fields {
        self.signed_at(fields, SystemClock.now())
    }

    /// The form as the vendor sent it then.
    #[must_use]
    pub fn signed_at(&self, fields: &Fields, time: Timestamp) -> Fields {
        let request = Request::post(self.path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(encoded(fields).into())
            .expect("a request");
        let body = (self.sign)(request, time).into_body();
        serde_urlencoded::from_bytes(&body).expect("a form")
    }
}

/// The body that a browser makes of it.
#[must_use]
pub fn encoded(fields: &Fields) -> String {
    serde_urlencoded::to_string(fields).expect("a form")
}

fn owned(fields: &[(&str, &str)]) -> Fields {
    fields.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn sign<S: Sign + Default>(request: Request<Bytes>, time: Timestamp) -> Request<Bytes> {
    let secret = Secret::new(SECRET).expect("a secret");
    S::default().sign(&secret, time, request).expect("a signature")
}
