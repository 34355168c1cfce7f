import contextlib
import sys

from discord_interactions import verify_key


def verify(request):
    headers = request.headers
    # It prints what is wrong, where the answer goes.
    with contextlib.redirect_stdout(sys.stderr):
        return verify_key(
            request.body,
            headers["x-signature-ed25519"],
            headers["x-signature-timestamp"],
            request.key,
        )
