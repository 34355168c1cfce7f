//! Every scheme, with a secret whose shape it takes.

use countersign::hubspot::HubSpot;
use countersign::meya::Meya;
use countersign::square::Square;
use countersign::twilio::Twilio;
use countersign::{
    Discord, FlowAction, FlowWebhook, GitHub, GitLabSigning, GitLabToken, Line, Linear, Meta,
    Notion, Scheme, SendGrid, Shopify, Slack, SpacePublicKey, SpaceSigningKey, SpaceToken, Spark,
    Speakap, StandardWebhooks, Stripe, Telegram,
};

use crate::keys::{DISCORD, JWK, P256, SECRET, WHSEC};

/// What is done with a scheme, whichever it is.
pub(crate) trait Visit {
    fn scheme<S: Scheme>(&self, scheme: S, secret: &str);
}

const URLS: [&str; 2] = ["https://example.com/hook", "https://example.com/hook?a=b"];

/// The one of that number, and of larger numbers one of them all the same.
pub(crate) fn visit(number: u8, visit: &impl Visit) {
    match number % 30 {
        0 => visit.scheme(Spark::default(), SECRET),
        1 => visit.scheme(Spark::default().webex_signature(true), SECRET),
        2 => visit.scheme(FlowAction::default().max_fields(20), SECRET),
        3 => visit.scheme(FlowWebhook, SECRET),
        4 => visit.scheme(SpacePublicKey::default(), &JWK),
        5 => visit.scheme(SpacePublicKey::default().by_client_id(), &JWK),
        6 => visit.scheme(SpaceSigningKey::default(), SECRET),
        7 => visit.scheme(SpaceToken::default(), SECRET),
        8 => visit.scheme(SpaceToken::default().by_client_id(), SECRET),
        9 => visit.scheme(Meya::at(URLS), SECRET),
        10 => visit.scheme(Meya::under("https://example.com"), SECRET),
        11 => visit.scheme(Speakap::default().max_fields(20), SECRET),
        12 => visit.scheme(GitHub, SECRET),
        13 => visit.scheme(Slack, SECRET),
        14 => visit.scheme(Stripe, SECRET),
        15 => visit.scheme(Shopify, SECRET),
        16 => visit.scheme(Line, SECRET),
        17 => visit.scheme(Notion::default().on_verification_token(drop), SECRET),
        18 => visit.scheme(Meta::default().verify_token(SECRET), SECRET),
        19 => visit.scheme(StandardWebhooks::default(), WHSEC),
        20 => visit.scheme(StandardWebhooks::svix(), WHSEC),
        21 => visit.scheme(GitLabSigning::default(), WHSEC),
        22 => visit.scheme(GitLabToken, SECRET),
        23 => visit.scheme(Discord, DISCORD),
        24 => visit.scheme(Telegram, SECRET),
        25 => visit.scheme(Twilio::at(URLS), SECRET),
        26 => visit.scheme(HubSpot::under("https://example.com"), SECRET),
        27 => visit.scheme(Linear, SECRET),
        28 => visit.scheme(SendGrid, &P256),
        _ => visit.scheme(Square::at(URLS), SECRET),
    }
}
