//! Payloads in the shapes that the vendors document, with the members that nobody asks for elsewhere: each is read
//! where it stands, what has no member of its own is kept, and nothing is lost or renamed on the way back.

use countersign::Payload;
use countersign::discord::{Interaction, WebhookEvent};
use countersign::meta::{Value, Webhook};
use countersign::slack::{Event as SlackEvent, EventCallback};
use countersign::stripe::{Event, Object};
use countersign::telegram::Update;
use countersign::twilio::{MessageStatus, Twilio, TwilioVerify};
use countersign::{ManualClock, Outcome};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{NOW, post, reads, signed};

/// Reads it, and looks whether it is written as it came.
#[track_caller]
fn kept<P: Payload + Serialize>(json: &Json) -> P {
    let payload: P = reads(&json.to_string());
    assert_eq!(serde_json::to_value(&payload).expect("JSON"), *json);
    payload
}

fn stripe(kind: &str, object: &Json) -> Object {
    let event: Event = kept(&json!({
        "id": "evt_1NG8Du2eZvKYlo2CUI79vXWy", "object": "event", "api_version": "2024-06-20", "created": 1_686_089_970,
        "data": {"object": object, "previous_attributes": {"status": "incomplete"}}, "livemode": false,
        "pending_webhooks": 2, "request": {"id": "req_1", "idempotency_key": "key"}, "type": kind,
    }));
    let request = event.request.expect("a request");
    assert_eq!(
        (request.id.as_deref(), request.idempotency_key.as_deref()),
        (Some("req_1"), Some("key"))
    );
    assert_eq!(
        (event.api_version.as_deref(), event.pending_webhooks),
        (Some("2024-06-20"), Some(2))
    );
    let before = event.data.previous_attributes.expect("attributes");
    assert_eq!(before.text("status"), Some("incomplete"));
    event.data.object
}

#[test]
fn an_invoice_of_stripe() {
    let object = stripe(
        "invoice.paid",
        &json!({
            "id": "in_1MtHbELkdIwHu7ixl4OzzPMv", "object": "invoice", "account_country": "US", "amount_due": 599,
            "amount_paid": 600, "billing_reason": "subscription_cycle", "currency": "usd", "customer": "cus_NeZwdNtLEOXuvB",
            "lines": {"object": "list", "data": []}, "status": "paid",
        }),
    );
    let Object::Invoice(invoice) = object else { panic!("{object:?}") };
    assert_eq!(invoice.id.as_deref(), Some("in_1MtHbELkdIwHu7ixl4OzzPMv"));
    assert_eq!((invoice.amount_due, invoice.amount_paid), (Some(599), Some(600)));
    assert_eq!(
        (invoice.status.as_deref(), invoice.currency.as_deref()),
        (Some("paid"), Some("usd"))
    );
    assert_eq!(invoice.customer.as_deref(), Some("cus_NeZwdNtLEOXuvB"));
    assert_eq!(invoice.billing_reason.as_deref(), Some("subscription_cycle"));
    assert_eq!(invoice.extra.text("account_country"), Some("US"));
}

#[test]
fn a_subscription_of_stripe() {
    let object = stripe(
        "customer.subscription.deleted",
        &json!({
            "id": "sub_1MowQVLkdIwHu7ixeRlqHVzs", "object": "subscription", "cancel_at_period_end": true,
            "collection_method": "charge_automatically", "customer": "cus_Na6dX7aXxi11N4", "ended_at": 1_679_609_767,
            "items": {"object": "list", "data": []}, "status": "canceled",
        }),
    );
    let Object::Subscription(subscription) = object else { panic!("{object:?}") };
    assert_eq!(
        (&*subscription.id, &*subscription.status),
        ("sub_1MowQVLkdIwHu7ixeRlqHVzs", "canceled")
    );
    assert_eq!(subscription.customer.as_deref(), Some("cus_Na6dX7aXxi11N4"));
    assert_eq!(
        (subscription.cancel_at_period_end, subscription.ended_at),
        (Some(true), Some(1_679_609_767))
    );
    assert_eq!(subscription.extra.text("collection_method"), Some("charge_automatically"));
}

#[test]
fn a_payment_of_stripe() {
    let object = stripe(
        "payment_intent.succeeded",
        &json!({
            "id": "pi_3MtwBwLkdIwHu7ix28a3tqPa", "object": "payment_intent", "amount": 2000, "amount_received": 1999,
            "capture_method": "automatic", "currency": "usd", "customer": "cus_1", "status": "succeeded",
        }),
    );
    let Object::PaymentIntent(payment) = object else { panic!("{object:?}") };
    assert_eq!((&*payment.id, &*payment.currency), ("pi_3MtwBwLkdIwHu7ix28a3tqPa", "usd"));
    assert_eq!((payment.amount, payment.amount_received), (2000, Some(1999)));
    assert_eq!(
        (payment.status.as_deref(), payment.customer.as_deref()),
        (Some("succeeded"), Some("cus_1"))
    );
    assert_eq!(payment.extra.text("capture_method"), Some("automatic"));
}

#[test]
fn a_charge_of_stripe() {
    let object = stripe(
        "charge.refunded",
        &json!({
            "id": "ch_3MmlLrLkdIwHu7ix0snN0B15", "object": "charge", "amount": 1099, "amount_refunded": 1098,
            "currency": "usd", "customer": "cus_1", "paid": true, "payment_intent": "pi_1", "refunded": false,
            "receipt_email": "jenny@example.com", "status": "succeeded",
        }),
    );
    let Object::Charge(charge) = object else { panic!("{object:?}") };
    assert_eq!((&*charge.id, &*charge.currency), ("ch_3MmlLrLkdIwHu7ix0snN0B15", "usd"));
    assert_eq!((charge.amount, charge.amount_refunded), (1099, Some(1098)));
    assert_eq!((charge.paid, charge.refunded), (Some(true), Some(false)));
    assert_eq!(
        (charge.customer.as_deref(), charge.payment_intent.as_deref()),
        (Some("cus_1"), Some("pi_1"))
    );
    assert_eq!(
        (charge.status.as_deref(), charge.extra.text("receipt_email")),
        (Some("succeeded"), Some("jenny@example.com"))
    );
}

#[test]
fn a_checkout_of_stripe() {
    let object = stripe(
        "checkout.session.completed",
        &json!({
            "id": "cs_test_a1", "object": "checkout.session", "amount_total": 2198, "client_reference_id": "order 7",
            "currency": "eur", "customer": "cus_1", "mode": "subscription", "payment_intent": "pi_1",
            "payment_status": "unpaid", "status": "complete", "subscription": "sub_1", "ui_mode": "hosted",
        }),
    );
    let Object::CheckoutSession(session) = object else { panic!("{object:?}") };
    assert_eq!((&*session.id, session.amount_total), ("cs_test_a1", Some(2198)));
    assert_eq!(
        (session.mode.as_deref(), session.status.as_deref()),
        (Some("subscription"), Some("complete"))
    );
    assert_eq!(
        (session.payment_status.as_deref(), session.currency.as_deref()),
        (Some("unpaid"), Some("eur"))
    );
    assert_eq!(
        (session.customer.as_deref(), session.client_reference_id.as_deref()),
        (Some("cus_1"), Some("order 7"))
    );
    assert_eq!(
        (session.payment_intent.as_deref(), session.subscription.as_deref()),
        (Some("pi_1"), Some("sub_1"))
    );
    assert_eq!(session.extra.text("ui_mode"), Some("hosted"));
}

#[test]
fn a_reaction_of_slack_that_was_taken_back() {
    let callback: EventCallback = kept(&json!({
        "token": "t", "team_id": "T123ABC456", "api_app_id": "A123ABC456", "type": "event_callback",
        "event_id": "Ev123ABC456", "event_time": 1_234_567_890,
        "event": {
            "type": "reaction_removed", "user": "U123ABC456", "reaction": "thumbsup", "item_user": "U222222222",
            "item": {"type": "message", "channel": "C123ABC456", "ts": "1360782400.498405"},
            "event_ts": "1360782804.083113",
        },
    }));
    let SlackEvent::ReactionRemoved(reaction) = callback.event else { panic!("{callback:?}") };
    assert_eq!((&*reaction.user, &*reaction.reaction), ("U123ABC456", "thumbsup"));
    assert_eq!(reaction.item_user.as_deref(), Some("U222222222"));
    assert_eq!(reaction.item.kind, "message");
    assert_eq!(reaction.item.channel.as_deref(), Some("C123ABC456"));
    assert_eq!(reaction.item.ts.as_deref(), Some("1360782400.498405"));
    assert_eq!(reaction.extra.text("event_ts"), Some("1360782804.083113"));
}

/// By way of the layer, since a form is read only as one.
#[test]
fn what_became_of_a_message_of_twilio() {
    let scheme = || Twilio::at("https://hooks.example.com/hook");
    let mut request = post(
        "SmsSid=SM2xxxxxx&SmsStatus=undelivered&MessageStatus=undelivered&To=%2B1512zzzyyyy&MessageSid=SM2xxxxxx\
         &AccountSid=ACxxxxxxx&From=%2B1512xxxyyyy&ErrorCode=30003&ApiVersion=2010-04-01",
    );
    let form = "application/x-www-form-urlencoded".parse().expect("a value");
    request.headers_mut().insert("content-type", form);
    let layer = TwilioVerify::with(scheme(), "token").clock(ManualClock::at(NOW));
    let outcome = layer.verify(signed(&scheme(), "token", request));
    let Ok(Outcome::Genuine(proof)) = outcome else { panic!("{outcome:?}") };
    let status: MessageStatus = proof.payload().expect("a status");
    assert_eq!((&*status.message_sid, &*status.message_status), ("SM2xxxxxx", "undelivered"));
    assert_eq!(status.account_sid.as_deref(), Some("ACxxxxxxx"));
    assert_eq!(
        (status.from.as_deref(), status.to.as_deref()),
        (Some("+1512xxxyyyy"), Some("+1512zzzyyyy"))
    );
    assert_eq!(status.error_code.as_deref(), Some("30003"));
    assert_eq!(status.extra.names().collect::<Vec<_>>(), ["ApiVersion", "SmsSid", "SmsStatus"]);
    let written = serde_json::to_value(&status).expect("JSON");
    assert_eq!(
        (&written["MessageStatus"], &written["ErrorCode"]),
        (&json!("undelivered"), &json!("30003"))
    );
}

#[test]
fn a_button_of_telegram() {
    let user = json!({
        "id": 1_111_111, "is_bot": false, "first_name": "Test", "last_name": "Lastname", "username": "Testusername",
        "language_code": "en", "is_premium": true,
    });
    let update: Update = kept(&json!({
        "update_id": 10_000,
        "callback_query": {
            "id": "4382bfdwdsb323b2d9", "from": user, "chat_instance": "-3700000000000000000", "data": "Data from button",
            "message": {
                "message_id": 1365, "date": 1_441_645_532,
                "chat": {"id": -1_001_234_567_890_i64, "type": "supergroup", "title": "A group", "username": "agroup"},
                "caption": "under a photo", "photo": [],
            },
        },
    }));
    let query = update.callback_query.expect("a query");
    assert_eq!(
        (&*query.id, query.data.as_deref()),
        ("4382bfdwdsb323b2d9", Some("Data from button"))
    );
    assert_eq!(query.chat_instance, "-3700000000000000000");
    let from = query.from;
    assert_eq!((from.id, from.is_bot, &*from.first_name), (1_111_111, false, "Test"));
    assert_eq!(
        (from.last_name.as_deref(), from.username.as_deref()),
        (Some("Lastname"), Some("Testusername"))
    );
    assert_eq!(
        (from.language_code.as_deref(), &from.extra["is_premium"]),
        (Some("en"), &json!(true))
    );
    let message = query.message.expect("a message");
    assert_eq!((message.message_id, message.date), (1365, 1_441_645_532));
    assert_eq!(message.caption.as_deref(), Some("under a photo"));
    assert_eq!((message.chat.id, &*message.chat.kind), (-1_001_234_567_890, "supergroup"));
    assert_eq!(
        (message.chat.title.as_deref(), message.chat.username.as_deref()),
        (Some("A group"), Some("agroup"))
    );
}

#[test]
fn each_update_of_telegram_has_its_member() {
    let message = |id: i64| json!({"message_id": id, "date": 0, "chat": {"id": 1, "type": "channel"}, "text": "t"});
    let update: Update = kept(&json!({
        "update_id": 1, "edited_message": message(2), "channel_post": message(3), "edited_channel_post": message(4),
        "inline_query": {"id": "5", "query": "q"}, "my_chat_member": {"date": 6}, "poll_answer": {"poll_id": "7"},
    }));
    let ids = [update.edited_message, update.channel_post, update.edited_channel_post];
    assert_eq!(ids.map(|message| message.expect("a message").message_id), [2, 3, 4]);
    assert_eq!(update.inline_query.expect("a query").text("query"), Some("q"));
    assert_eq!(update.my_chat_member.expect("a change")["date"], json!(6));
    assert!(update.extra.contains_key("poll_answer") && update.message.is_none());
}

#[test]
fn a_command_of_discord() {
    let interaction: Interaction = reads(
        &json!({
            "type": 2, "token": "A_UNIQUE_TOKEN", "id": "786008729715212338", "application_id": "775799577604522054",
            "guild_id": "290926798626357999", "channel_id": "645027906669510667", "locale": "en-GB", "version": 1,
            "member": {
                "user": {"id": "53908232506183680", "username": "Mason", "global_name": "M", "discriminator": "1337"},
                "roles": ["539082325061836999"], "nick": "Mace", "permissions": "2147483647", "deaf": false,
            },
            "data": {
                "id": "771825006014889984", "name": "cardsearch", "target_id": "9",
                "options": [{"type": 3, "name": "cardname", "value": "The Gitrog Monster"}],
            },
        })
        .to_string(),
    );
    assert_eq!((&*interaction.id, interaction.kind), ("786008729715212338", 2));
    assert_eq!(interaction.application_id, "775799577604522054");
    assert_eq!(interaction.guild_id.as_deref(), Some("290926798626357999"));
    assert_eq!(interaction.channel_id.as_deref(), Some("645027906669510667"));
    assert_eq!(
        (interaction.locale.as_deref(), &interaction.extra["version"]),
        (Some("en-GB"), &json!(1))
    );
    let member = interaction.member.expect("a member");
    assert_eq!((&*member.user.id, &*member.user.username), ("53908232506183680", "Mason"));
    assert_eq!(
        (member.user.global_name.as_deref(), member.nick.as_deref()),
        (Some("M"), Some("Mace"))
    );
    assert_eq!(member.roles.expect("roles"), ["539082325061836999"]);
    assert_eq!(member.permissions.as_deref(), Some("2147483647"));
    let data = interaction.data.expect("what was done");
    assert_eq!(
        (data.id.as_deref(), data.name.as_deref()),
        (Some("771825006014889984"), Some("cardsearch"))
    );
    assert_eq!(
        (data.target_id.as_deref(), data.options.expect("options")[0].text("value")),
        (Some("9"), Some("The Gitrog Monster"))
    );
}

#[test]
fn a_menu_and_a_form_of_discord() {
    let of = |kind: u8, data: Json| -> Interaction {
        reads(
            &json!({
                "type": kind, "token": "t", "id": "1", "application_id": "2", "user": {"id": "3", "username": "u"},
                "message": {"content": "choose"}, "data": data,
            })
            .to_string(),
        )
    };
    let menu = of(
        3,
        json!({"component_type": 3, "custom_id": "class_select_1", "values": ["mage", "rogue"]}),
    );
    assert_eq!(menu.user.expect("a user").id, "3");
    assert_eq!(menu.message.expect("a message").text("content"), Some("choose"));
    let data = menu.data.expect("what was chosen");
    assert_eq!(
        (data.custom_id.as_deref(), data.values.expect("values")),
        (Some("class_select_1"), vec!["mage".to_owned(), "rogue".to_owned()])
    );
    let form = of(5, json!({"custom_id": "cool_modal", "components": [{"type": 1}]}));
    assert_eq!(form.data.expect("a form").components.expect("components")[0]["type"], json!(1));
}

#[test]
fn an_event_of_discord() {
    let event: WebhookEvent = kept(&json!({
        "version": 1, "application_id": "1234560123453231555", "type": 1,
        "event": {"type": "APPLICATION_AUTHORIZED", "timestamp": "2024-10-18T14:42:53.064834", "data": {"integration_type": 1}},
    }));
    assert_eq!((&*event.application_id, event.kind), ("1234560123453231555", 1));
    assert_eq!(event.event.expect("an event").text("type"), Some("APPLICATION_AUTHORIZED"));
}

fn whatsapp(value: &Json) -> countersign::meta::WhatsApp {
    let mut webhook: Webhook = kept(&json!({
        "object": "whatsapp_business_account",
        "entry": [{"id": "8856996819413533", "changes": [{"value": value, "field": "messages"}]}],
    }));
    assert_eq!(
        (&*webhook.object, &*webhook.entry[0].id),
        ("whatsapp_business_account", "8856996819413533")
    );
    let change = webhook.entry.remove(0).changes.expect("changes").remove(0);
    assert_eq!(change.field, "messages");
    let Some(Value::WhatsApp(value)) = change.value else { panic!("{change:?}") };
    assert_eq!(value.messaging_product, "whatsapp");
    assert_eq!(value.metadata.phone_number_id, "27681414235104944");
    assert_eq!(value.metadata.display_phone_number.as_deref(), Some("16505553333"));
    *value
}

const NUMBER: &str =
    r#"{"display_phone_number":"16505553333","phone_number_id":"27681414235104944"}"#;

#[test]
fn a_message_of_whatsapp() {
    let number: Json = serde_json::from_str(NUMBER).expect("JSON");
    let value = whatsapp(&json!({
        "messaging_product": "whatsapp", "metadata": number,
        "contacts": [{"profile": {"name": "Kerry Fisher"}, "wa_id": "16315551234"}],
        "messages": [{
            "from": "16315551234", "id": "wamid.ABG", "timestamp": "1603059201", "type": "text",
            "text": {"body": "Hello"}, "context": {"from": "16505553333", "id": "wamid.X"},
        }],
    }));
    let contact = &value.contacts.expect("contacts")[0];
    assert_eq!(contact.wa_id.as_deref(), Some("16315551234"));
    assert_eq!(
        contact.profile.as_ref().and_then(|profile| profile.text("name")),
        Some("Kerry Fisher")
    );
    let message = &value.messages.expect("messages")[0];
    assert_eq!((&*message.id, &*message.kind), ("wamid.ABG", "text"));
    assert_eq!(
        (message.from.as_deref(), message.timestamp.as_deref()),
        (Some("16315551234"), Some("1603059201"))
    );
    assert_eq!(message.text.as_ref().map(|text| &*text.body), Some("Hello"));
    assert_eq!(message.context.as_ref().and_then(|context| context.text("id")), Some("wamid.X"));
}

#[test]
fn what_became_of_a_message_of_whatsapp() {
    let number: Json = serde_json::from_str(NUMBER).expect("JSON");
    let value = whatsapp(&json!({
        "messaging_product": "whatsapp", "metadata": number,
        "statuses": [{
            "id": "wamid.HB", "status": "failed", "timestamp": "1603086313", "recipient_id": "16315551234",
            "errors": [{"code": 131_014}],
        }],
        "errors": [{"code": 130_429, "title": "Rate limit hit"}],
    }));
    let status = &value.statuses.expect("statuses")[0];
    assert_eq!((&*status.id, &*status.status), ("wamid.HB", "failed"));
    assert_eq!(
        (status.timestamp.as_deref(), status.recipient_id.as_deref()),
        (Some("1603086313"), Some("16315551234"))
    );
    assert_eq!(status.extra["errors"][0]["code"], json!(131_014));
    assert_eq!(value.errors.expect("errors")[0].text("title"), Some("Rate limit hit"));
}

#[test]
fn messages_and_buttons_of_messenger() {
    let (sender, recipient) = (json!({"id": "PSID"}), json!({"id": "PAGE"}));
    let mut webhook: Webhook = kept(&json!({
        "object": "page",
        "entry": [{"id": "PAGE", "time": 1_458_692_752_478_i64, "messaging": [
            {
                "sender": sender, "recipient": recipient, "timestamp": 1_458_692_752_478_i64,
                "message": {
                    "mid": "mid.1457764197618:41d102a3e1ae206a38", "text": "hello", "is_echo": true,
                    "attachments": [{"type": "image", "payload": {"url": "https://cdn.example.com/a"}}],
                },
            },
            {
                "sender": sender, "recipient": recipient, "timestamp": 1_458_692_752_479_i64,
                "postback": {"mid": "m2", "title": "Get started", "payload": "START", "referral": {"ref": "r"}},
            },
        ]}],
    }));
    let entry = webhook.entry.remove(0);
    assert_eq!(entry.time, Some(1_458_692_752_478));
    let [sent, pressed] = &entry.messaging.expect("messages")[..] else { panic!("two") };
    for (messaging, time) in [(sent, 1_458_692_752_478), (pressed, 1_458_692_752_479)] {
        let id = |party: &Option<countersign::meta::Party>| {
            party.as_ref().and_then(|party| party.id.clone())
        };
        assert_eq!(
            (id(&messaging.sender).as_deref(), id(&messaging.recipient).as_deref()),
            (Some("PSID"), Some("PAGE"))
        );
        assert_eq!(messaging.timestamp, Some(time));
    }
    let message = sent.message.as_ref().expect("a message");
    assert_eq!(message.mid.as_deref(), Some("mid.1457764197618:41d102a3e1ae206a38"));
    assert_eq!((message.text.as_deref(), message.is_echo), (Some("hello"), Some(true)));
    assert_eq!(message.attachments.as_ref().expect("attachments")[0].text("type"), Some("image"));
    let postback = pressed.postback.as_ref().expect("a button");
    assert_eq!(
        (postback.payload.as_deref(), postback.title.as_deref()),
        (Some("START"), Some("Get started"))
    );
    assert_eq!(
        (postback.mid.as_deref(), &postback.extra["referral"]["ref"]),
        (Some("m2"), &json!("r"))
    );
}
