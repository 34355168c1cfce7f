from sendgrid.helpers.eventwebhook import EventWebhook


def verify(request):
    return EventWebhook(request.key).verify_signature(
        request.body.decode(),
        request.headers["x-twilio-email-event-webhook-signature"],
        request.headers["x-twilio-email-event-webhook-timestamp"],
    )
