from datetime import datetime, timezone

from svix.webhooks import Webhook


def verify(request):
    Webhook(request.key).verify(request.body, request.headers)
    return True


def sign(request):
    now = datetime.now(tz=timezone.utc)
    signature = Webhook(request.signing).sign("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W", now, request.body.decode())
    return {
        "svix-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "svix-timestamp": str(int(now.timestamp())),
        "svix-signature": signature,
    }
