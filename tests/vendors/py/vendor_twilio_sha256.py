import vendor_twilio
from twilio.request_validator import HMAC_SHA256, get_signature_algorithm

SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def verify(request):
    settings = request.headers.get(SETTINGS.lower())
    return vendor_twilio.verify(request, get_signature_algorithm(settings))


def sign(request):
    headers = vendor_twilio.sign(request, HMAC_SHA256)
    return headers | {SETTINGS: f"key=webhooks_sharedkey,algorithm={HMAC_SHA256}"}
