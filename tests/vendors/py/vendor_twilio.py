from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator


class Params(dict):
    """As Flask has them: several values a name."""

    getall = dict.__getitem__


def params(request):
    return Params(parse_qs(request.body.decode(), keep_blank_values=True))


def verify(request):
    signature = request.headers.get("x-twilio-signature", "")
    return RequestValidator(request.key).validate(request.url, params(request), signature)


def sign(request):
    signature = RequestValidator(request.key).compute_signature(request.url, params(request))
    return {"X-Twilio-Signature": signature}
