from resend import Webhooks


def verify(request):
    headers = request.headers
    Webhooks.verify(
        {
            "payload": request.body.decode(),
            "headers": {
                "id": headers.get("svix-id"),
                "timestamp": headers.get("svix-timestamp"),
                "signature": headers.get("svix-signature"),
            },
            "webhook_secret": request.key,
        }
    )
    return True
