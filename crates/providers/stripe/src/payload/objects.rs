//! The objects that most events are about, with the members that do not depend on the version of the API.

use countersign_core::json_object;
use serde::{Deserialize, Serialize};

/// What an event is about. Amounts are in the smallest unit of their currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Object {
    /// Of `checkout.session.*`.
    #[serde(rename = "checkout.session")]
    CheckoutSession(CheckoutSession),
    /// Of `payment_intent.*`.
    PaymentIntent(PaymentIntent),
    /// Of `invoice.*`.
    Invoice(Invoice),
    /// Of `customer.subscription.*`.
    Subscription(Subscription),
    /// Of `charge.*`.
    Charge(Charge),
    /// Any other, as it came.
    #[serde(untagged)]
    Other(OtherObject),
}

json_object! {
    /// A session of the checkout.
    pub struct CheckoutSession {
        /// Its id.
        pub id: String,
    } optional {
        /// `payment`, `setup` or `subscription`.
        pub mode: String,
        /// `open`, `complete` or `expired`.
        pub status: String,
        /// `paid`, `unpaid` or `no_payment_required`: what to look at before anything is delivered.
        pub payment_status: String,
        /// All of it.
        pub amount_total: i64,
        /// The currency, such as `eur`.
        pub currency: String,
        /// The customer.
        pub customer: String,
        /// What your server named it when it made the session.
        pub client_reference_id: String,
        /// The payment.
        pub payment_intent: String,
        /// The subscription.
        pub subscription: String,
    }
}

json_object! {
    /// A payment.
    pub struct PaymentIntent {
        /// Its id.
        pub id: String,
        /// How much is to be paid.
        pub amount: i64,
        /// The currency, such as `eur`.
        pub currency: String,
    } optional {
        /// Such as `succeeded` or `requires_action`.
        pub status: String,
        /// How much was paid.
        pub amount_received: i64,
        /// The customer.
        pub customer: String,
    }
}

json_object! {
    /// An invoice.
    pub struct Invoice {
    } optional {
        /// Its id; none for one that is to come.
        pub id: String,
        /// Such as `open` or `paid`.
        pub status: String,
        /// The customer.
        pub customer: String,
        /// The currency, such as `eur`.
        pub currency: String,
        /// How much is to be paid.
        pub amount_due: i64,
        /// How much was paid.
        pub amount_paid: i64,
        /// Why there is one, such as `subscription_cycle`.
        pub billing_reason: String,
    }
}

json_object! {
    /// A subscription.
    pub struct Subscription {
        /// Its id.
        pub id: String,
        /// Such as `active`, `past_due` or `canceled`.
        pub status: String,
    } optional {
        /// The customer.
        pub customer: String,
        /// Whether it ends with the period.
        pub cancel_at_period_end: bool,
        /// When it ended, in seconds since 1970.
        pub ended_at: i64,
    }
}

json_object! {
    /// Money that was taken.
    pub struct Charge {
        /// Its id.
        pub id: String,
        /// How much.
        pub amount: i64,
        /// The currency, such as `eur`.
        pub currency: String,
    } optional {
        /// `succeeded`, `pending` or `failed`.
        pub status: String,
        /// Whether it was paid.
        pub paid: bool,
        /// Whether all of it was given back.
        pub refunded: bool,
        /// How much was given back.
        pub amount_refunded: i64,
        /// The customer.
        pub customer: String,
        /// The payment that it is of.
        pub payment_intent: String,
    }
}

json_object! {
    /// An object that has no type of its own here.
    pub struct OtherObject {
        /// Its kind, such as `payout`.
        pub object: String,
    } optional {
        /// Its id.
        pub id: String,
    }
}
