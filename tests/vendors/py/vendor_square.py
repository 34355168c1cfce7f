from square.utils.webhooks_helper import verify_signature


def verify(request):
    return verify_signature(
        request_body=request.body.decode(),
        signature_header=request.headers["x-square-hmacsha256-signature"],
        signature_key=request.key,
        notification_url=request.url,
    )
