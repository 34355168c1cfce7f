#!/usr/bin/env python3
"""Writes the seeds anew: what the targets begin with, out of the vectors in `tests/vectors` and by hand."""

import hashlib
import json
import pathlib
import shutil

HERE = pathlib.Path(__file__).parent
SEEDS = HERE / "seeds"
VECTORS = HERE.parent / "tests" / "vectors"
LARGEST = 1500

# As numbered in src/schemes.rs.
SCHEMES = {
    "spark": [0, 1], "flow-action": [2], "flow-webhook": [3], "space-public-key": [4, 5],
    "space-signing-key": [6], "space-token": [7, 8], "meya": [9, 10], "speakap": [11],
    "github": [12], "slack": [13], "stripe": [14], "shopify": [15], "line": [16], "notion": [17],
    "meta": [18], "standard-webhooks": [19, 20], "gitlab-signing": [21], "gitlab-token": [22],
    "discord": [23], "telegram": [24], "twilio": [25], "hubspot": [26], "linear": [27],
    "sendgrid": [28], "square": [29],
}
# In the order of src/layer/subjects.rs; there are two of standard-webhooks.
SUBJECTS = [
    "spark", "flow-action", "flow-webhook", "space-public-key", "space-signing-key", "space-token", "meya",
    "speakap", "github", "slack", "stripe", "shopify", "line", "notion", "meta", "standard-webhooks",
    "standard-webhooks", "gitlab-signing", "gitlab-token", "discord", "telegram", "twilio", "hubspot", "linear",
    "sendgrid", "square",
]


def main():
    for name in sorted(path.name for path in (HERE / "src" / "bin").iterdir()):
        target = SEEDS / name.removesuffix(".rs")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
    for provider, numbers in SCHEMES.items():
        for vector in vectors(provider, 3):
            for number in numbers:
                put("inspect", bytes([number]) + text(vector, b"\n"))
            put("layer", bytes([SUBJECTS.index(provider), 0x80, 0, 0, 0, 0]) + text(vector, b"\n"))
    for provider, target in [("flow-action", "form"), ("speakap", "form"), ("twilio", "form"), ("meya", "json")]:
        for vector in vectors(provider, 8):
            put(target, vector["request"]["body"].encode())
    layer()
    texts()
    captures()
    keys()


def put(target, data):
    (SEEDS / target / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def vectors(provider, most):
    """Some of each verdict, the shortest ones."""
    every = json.loads((VECTORS / f"{provider}.json").read_text())["vectors"]
    short = [it for it in every if "body" in it["request"] and len(json.dumps(it["request"])) < LARGEST]
    for verdict in ["accept", "reject"]:
        alike = [it for it in short if it["expect"] == verdict]
        yield from sorted(alike, key=lambda it: len(it["request"]["body"]))[-most:]


def text(vector, end, length=False):
    request = vector["request"]
    path = "/" + request["url"].split("/", 3)[-1]
    body = request["body"].encode()
    headers = [f"{name}: {value}".encode() for name, value in request["headers"]]
    first = f"{request['method']} {path}" + (" HTTP/1.1" if length else "")
    added = [f"Content-Length: {len(body)}".encode()] if length else []
    return end.join([first.encode(), *headers, *added, b"", body])


def layer():
    """Subject, flags, declared length, edits, frames, text, body: see src/layer/case.rs."""
    for subject in range(len(SUBJECTS)):
        put("layer", bytes([subject, 0, 0, 0, 0, 0]))
        put("layer", bytes([subject, 1, 1, 0, 6, 0, 8, 1, 4, 255, 2, 0]))
        edit = [subject % 16, 0, subject, 9]
        put("layer", bytes([subject, 0, 0, 1, *edit, 0, 4]) + b"a=1&")
        put("layer", bytes([subject, 0, 0, 1, 12, 0, 200, subject, 3, 20, 1, 3, 0]))
        put("layer", bytes([subject, 0, 200, 0, 2, 255, 1, 0]) + b'{"a":[1.0,"x"]}')
    for provider, handshake in [("github", b'{"zen":"Keep it.","hook_id":1}'), ("line", b'{"events":[]}'),
                                ("discord", b'{"type":1}'),
                                ("slack", b'{"type":"url_verification","challenge":"c"}'), ("slack", b"ssl_check=1&token=t")]:
        put("layer", bytes([SUBJECTS.index(provider), 0, 0, 0, 0, 0]) + handshake)
    unsigned = b"POST /hook\ncontent-type: application/x-www-form-urlencoded\n\nssl_check=1&token=t"
    put("layer", bytes([SUBJECTS.index("slack"), 0x80, 0, 0, 0, 0]) + unsigned)
    for name in [b"x-twilio-webhooks-signature-settings:algorithm=HMAC_SHA256", b"expect:100-continue"]:
        put("layer", bytes([21, 0, 0, 1, 15, 0, 0, 0, 0, len(name)]) + name)


def texts():
    for it in ["1700000000", "1632844347462", "9223372036854775807", "2023-11-14T22:13:20", "2024-02-29T23:59:59Z",
               "2000-02-29T00:00:00.123456789+0130", "1999-12-31T23:59:59.5+01:30", "0000-01-01T00:00:00",
               "9999-12-31T23:59:59.530+0000"]:
        put("time", it.encode())
    put("time", b"".join(number.to_bytes(8, "little", signed=True) for number in [-1, 2**62, 999_999_999]))
    for it in ['<https://webexapis.com/v1/memberships?cursor=2>; rel="next"', '</v1/memberships?max=null&a=b>; rel=next',
               '<https://webexapis.com/v1/memberships?a>; rel="prev", <https://webexapis.com/v1/memberships?b>; rel="last next"',
               "<https://evil.example/?a>; rel=next", '<//webexapis.com@evil.example/>; rel="next"; title*=UTF-8\'\'n',
               "<?b#c>; REL=NEXT\n<?c>; rel=prev"]:
        put("link", it.encode())
    put("link", b"\xff\xfe<?a>; rel=\"prev\", \xfe<?b>; rel=next")
    for it in [b"\xff\xfe{\"a\":\xfe", b"\xff[\xfe1.5,\xfe1]", b"\xff\"\xfe\\ud83d\\ude00\xfe\"", b"\xff[\xfe[\xfe",
               b"\xff{\xfe\"a\":1,\xfe\"b\":2}", b"\xff\xfe9\xfe", b"\xff1.\xfe0\xfee-5"]:
        put("json", it)
    put("json", b"[1e15,1e16,0.0001,1e-05,-0.0,1E2,5e-324,-0,1.7976931348623157e308,0.1,123456789012345678901234567890]")
    put("json", b"[1797693134862569.25,1797693134862569.75,-5e-05,9007199254740993.0,5.684341886080802e-14,1e22]")
    put("json", b'{"\\u0000":"\\ud83d\\ude00","\xef\xbf\xbf":true,"\xf0\x90\x80\x80":[null,false,{"a":{}}],"\x7f":"\\/"}')
    put("json", rb'{"\u000a\u0022":"\u005c\u002f\u0041\u000d\u0009\u0008\u000c\u007f\u00e9\uD83D\uDE00"}')
    for it in [b"\xff\xfea=1&\xfe", b"\xffa=\xfe%25\xfe", b"\xff\xfea+%C3%A9=x&\xfeb", b"\xff\xfe&\xfe"]:
        put("form", it)
    put("form", b"a=%2B+x&b&=v&c==%3D&%C3%A9=%c3%a9&")


def captures():
    for provider in ["spark", "flow-action", "slack"]:
        for vector in vectors(provider, 1):
            put("capture", text(vector, b"\r\n", length=True))
            put("capture", json.dumps(vector).encode())
            put("capture", json.dumps({"provider": provider, "vectors": [vector]}).encode())
    put("capture", b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nt: v\r\n\r\n")
    har = {"log": {"entries": [{"startedDateTime": "2026-01-01T00:00:00.000Z", "request": {
        "method": "POST", "url": "https://example.com/a?b=c", "headers": [{"name": "x-spark-signature", "value": "00"}],
        "postData": {"text": "aGk=", "encoding": "base64"}, "bodySize": 2}}]}}
    put("capture", json.dumps(har).encode())
    put("capture", b"=> Send header, 38 bytes (0x26)\n0000: POST /a HTTP/1.1\n0012: Content-Length: 2\n0025: \n"
                   b"=> Send data, 2 bytes (0x2)\n0000: hi\n")
    put("capture", b"\xffPOST / HTTP/1.1\r\n\xfea: b\r\n\xfe\r\n")
    put("capture", b"\xffPOST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\xfe1\r\na\r\n\xfe0\r\n\r\n")


def keys():
    every = json.loads((VECTORS / "space-public-key.json").read_text())["vectors"]
    for jwks in sorted({json.dumps(it["config"]["jwks"]) for it in every if "jwks" in it["config"]})[:8]:
        put("keys", b"\0" + jwks.encode())
        put("keys", b"\0" + json.dumps(jwks).encode())
    put("keys", b"\0\xff{\"keys\":[\xfe{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"},\xfe{}]}")
    for number, key in [(4, b'{"kty":"RSA","n":"AQAB","e":"AQAB"}'), (19, b"whsec_" + b"A" * 44), (19, b"whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
                        (23, b"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), (24, b"token_-"),
                        (28, b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEBFUqwgS3=")]:
        put("keys", bytes([150 + number]) + key)


main()
