from openai import OpenAI

webhooks = OpenAI(api_key="none").webhooks


def verify(request):
    webhooks.verify_signature(request.body, request.headers, secret=request.key)
    return True
