from svix.webhooks import Webhook

import vendor_standard_webhooks as standard


def verify(request):
    Webhook(request.key).verify(request.body, request.headers)
    return True


def sign(request):
    return standard.headers("svix", Webhook(request.signing), request)
