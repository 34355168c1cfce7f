//! What Stripe sends. <https://docs.stripe.com/api/events/object>

mod objects;

use countersign_core::{Members, json_object, json_payload};

pub use self::objects::{
    Charge, CheckoutSession, Invoice, Object, OtherObject, PaymentIntent, Subscription,
};
use crate::scheme::Stripe;

json_payload! {
    /// An event, with the object that it is about as it was then.
    pub struct Event of Stripe {
        /// The event's id. Where Stripe sends an event again, it is signed anew, and this stays the same.
        pub id: String,
        /// What happened, such as `checkout.session.completed`.
        #[serde(rename = "type")]
        pub kind: String,
        /// When, in seconds since 1970.
        pub created: i64,
        /// Whether it is about real money.
        pub livemode: bool,
        /// What it happened to.
        pub data: EventData,
    } optional {
        /// The version of the API that the object has the shape of.
        pub api_version: String,
        /// The connected account that it happened in.
        pub account: String,
        /// What caused it.
        pub request: EventRequest,
        /// How many endpoints have yet to answer.
        pub pending_webhooks: i64,
    }
}

json_object! {
    /// What an event is about.
    pub struct EventData {
        /// The object.
        pub object: Object,
    } optional {
        /// In an event whose kind ends with `updated`: the members that changed, as they were before.
        pub previous_attributes: Members,
    }
}

json_object! {
    /// The request to the API that caused an event.
    pub struct EventRequest {
    } optional {
        /// Its id; none if Stripe did it by itself.
        pub id: String,
        /// Its idempotency key.
        pub idempotency_key: String,
    }
}

json_payload! {
    /// A thin event, of the second version of the API: it says what it is about and not what that looks like.
    pub struct ThinEvent of Stripe {
        /// The event's id.
        pub id: String,
        /// What happened, such as `v1.billing.meter.error_report_triggered`.
        #[serde(rename = "type")]
        pub kind: String,
        /// When, in RFC 3339.
        pub created: String,
    } optional {
        /// Whether it is about real money.
        pub livemode: bool,
        /// What it happened to.
        pub related_object: RelatedObject,
        /// The account or organisation that it happened in.
        pub context: String,
    }
}

json_object! {
    /// What a thin event is about.
    pub struct RelatedObject {
        /// Its id.
        pub id: String,
        /// Its kind, such as `billing.meter`.
        #[serde(rename = "type")]
        pub kind: String,
    } optional {
        /// Its path in the API.
        pub url: String,
    }
}
