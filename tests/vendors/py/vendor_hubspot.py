from hubspot.utils.signature import Signature


def verify(request):
    return Signature.is_valid(
        signature=request.headers["x-hubspot-signature-v3"],
        client_secret=request.key,
        request_body=request.body.decode(),
        http_uri=request.url,
        http_method=request.method,
        signature_version="v3",
        timestamp=request.headers["x-hubspot-request-timestamp"],
    )
