"""Asks the vendors' packages for Python: a line of JSON in, a line of JSON out.

A file of `py/` is one vendor. It has `verify(request)`, and `sign(request)` where the package can sign;
`request` has `method`, `url`, `headers` (lower-case names), `body` (bytes), `key` and `now`.
"""
import base64
import importlib
import json
import os
import sys
from types import SimpleNamespace

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "py"))


def answer(asked):
    # Under names of their own, or a file named as a package would hide it.
    vendor = importlib.import_module("vendor_" + asked["vendor"].replace("-", "_"))
    request = SimpleNamespace(**asked["request"])
    request.body = base64.b64decode(request.body)
    if asked["task"] == "sign":
        sign = getattr(vendor, "sign", None)
        return {"headers": sign(request) if sign else None}
    try:
        return {"genuine": vendor.verify(request) is True}
    except Exception as error:
        return {"genuine": False, "why": repr(error)}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
