from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook


def verify(request):
    Webhook(request.key).verify(request.body, request.headers)
    return True


def sign(request):
    now = datetime.now(tz=timezone.utc)
    signature = Webhook(request.signing).sign("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", now, request.body.decode())
    return {
        "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
