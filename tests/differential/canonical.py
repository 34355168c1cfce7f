"""Brings JSON into the sorted, compact form with nothing but Python's own json.

A line in, the hexadecimal digits of a document; a line out: `=` and the form, `!` where Python refuses
the document, or `~` and the kinds of what the canonicaliser refuses on purpose and Python does not.
"""
import json
import sys

# Without this, integers of more than 4,300 digits are refused.
sys.set_int_max_str_digits(0)

MAX_DEPTH = 128
INFINITE = (float("inf"), float("-inf"))


def form(document):
    stricter = set()

    def members(pairs):
        result = dict(pairs)
        if len(result) != len(pairs):
            stricter.add("RepeatedName")
        return result

    def constant(name):
        # NaN and Infinity are no JSON.
        stricter.add("Syntax")
        return 0

    def number(text):
        value = float(text)
        if value in INFINITE:
            stricter.add("NumberTooLarge")
            return 0
        return value

    try:
        value = json.loads(
            document.decode("utf-8"),
            object_pairs_hook=members,
            parse_constant=constant,
            parse_float=number,
        )
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        if has_lone_surrogate(value):
            stricter.add("LoneSurrogate")
        if depth(value) > MAX_DEPTH:
            stricter.add("TooDeep")
    except (ValueError, RecursionError):
        return "!"
    return "~" + " ".join(sorted(stricter)) if stricter else "=" + text


def has_lone_surrogate(value):
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def depth(value):
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


for line in sys.stdin:
    print(form(bytes.fromhex(line)), flush=False)
