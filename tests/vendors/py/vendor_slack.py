import time

from slack_sdk.signature import SignatureVerifier


def verify(request):
    return SignatureVerifier(request.key).is_valid(
        request.body,
        request.headers.get("x-slack-request-timestamp"),
        request.headers.get("x-slack-signature"),
    )


def sign(request):
    now = str(int(time.time()))
    signature = SignatureVerifier(request.key).generate_signature(timestamp=now, body=request.body)
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
