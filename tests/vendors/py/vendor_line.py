from linebot.v3.webhook import SignatureValidator


def verify(request):
    signature = request.headers["x-line-signature"]
    return SignatureValidator(request.key).validate(request.body.decode(), signature)
