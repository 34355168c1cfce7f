from datetime import datetime, timezone

from standardwebhooks.webhooks import Webhook

ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"


def verify(request):
    Webhook(request.key).verify(request.body, request.headers)
    return True


def sign(request):
    return headers("webhook", Webhook(request.signing), request)


def headers(family, webhook, request):
    now = datetime.now(tz=timezone.utc)
    return {
        f"{family}-id": ID,
        f"{family}-timestamp": str(int(now.timestamp())),
        f"{family}-signature": webhook.sign(ID, now, request.body.decode()),
    }
