from stripe import Webhook, WebhookSignature


def verify(request):
    header = request.headers.get("stripe-signature")
    return WebhookSignature.verify_header(request.body, header, request.key, Webhook.DEFAULT_TOLERANCE)


def sign(request):
    header = WebhookSignature.generate_signature_header(request.body.decode(), request.key)
    return {"Stripe-Signature": header}
