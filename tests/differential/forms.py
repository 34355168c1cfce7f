"""Signs forms with nothing but Python's standard library, as the vendors' pages describe it.

A line of JSON in, a line of JSON out: signatures for the given bodies, the fields that they cover,
and whether the bodies that were signed elsewhere hold.
"""
import base64
import hashlib
import hmac
import json
import sys
from urllib.parse import parse_qsl, quote


def fields(body, blanks):
    pairs = parse_qsl(body, keep_blank_values=blanks, encoding="utf-8", errors="strict")
    return [pair for pair in pairs if pair[0] != "signature"]


def flow(secret, pairs):
    lines = sorted(f"{name}={value}\r\n".encode() for name, value in pairs)
    return hmac.new(secret, b"".join(lines), hashlib.sha1).hexdigest()


def speakap(secret, pairs):
    pairs = sorted((name.encode(), value.encode()) for name, value in pairs)
    text = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
    return base64.b64encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()).decode()


def signature(body):
    return dict(parse_qsl(body, keep_blank_values=True))["signature"]


def ordered(pairs):
    return sorted(pairs, key=lambda pair: pair[0].encode())


for line in sys.stdin:
    case = json.loads(line)
    secret = case["secret"].encode()
    with_blanks, without_blanks = fields(case["flow"], True), fields(case["flow"], False)
    all_fields = fields(case["speakap"], True)
    ours = {
        "flow": signature(case["flow_by_us"]) == flow(secret, fields(case["flow_by_us"], True)),
        "speakap": signature(case["speakap_by_us"])
        == speakap(secret, fields(case["speakap_by_us"], True)),
    }
    answer = {
        "with_blanks": flow(secret, with_blanks),
        "without_blanks": flow(secret, without_blanks),
        "speakap": speakap(secret, all_fields),
        "fields": {
            "with_blanks": ordered(with_blanks),
            "without_blanks": ordered(without_blanks),
            "speakap": ordered(all_fields),
        },
        "ours": ours,
    }
    print(json.dumps(answer))
