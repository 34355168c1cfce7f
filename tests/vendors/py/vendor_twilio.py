from urllib.parse import parse_qs

from twilio.request_validator import RequestValidator


class Params(dict):
    """As Flask has them: several values a name."""

    getall = dict.__getitem__


def params(request):
    """The fields of a form; any other body as a text, as the package wants it."""
    if request.headers["content-type"] == "application/x-www-form-urlencoded":
        return Params(parse_qs(request.body.decode(), keep_blank_values=True))
    return request.body.decode()


def verify(request, algorithm=None):
    signature = request.headers.get("x-twilio-signature", "")
    validator = RequestValidator(request.key)
    return validator.validate(request.url, params(request), signature, algorithm)


def sign(request, algorithm=None):
    fields = params(request)
    if isinstance(fields, str):
        # The digest of the body is in the URL, which is all that is signed.
        fields = {}
    validator = RequestValidator(request.key)
    return {"X-Twilio-Signature": validator.compute_signature(request.url, fields, algorithm)}
