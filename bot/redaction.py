"""The secrets of this process, kept out of all that it writes.

Whoever reads a secret says so by `never_show`; whoever writes text passes it through `redacted`. What has the shape of
a bot's token is hidden though nobody said so: it may stand where it does not belong, such as in the settings file.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from urllib.parse import quote

__all__ = ["HIDDEN", "never_show", "redacted"]

HIDDEN = "(token hidden)"  # needs no escape in JSON, HTML, Markdown or a terminal
# Whatever is shorter is no token, and would be found within ordinary words. A text that was cut within a secret is
# known by as many characters; those of a token begin with the bot's id, which is public.
_LEAST_CHARACTERS = 16
# Three parts in base64: the bot's id, a time, a signature (https://docs.discord.com/developers/reference#authentication
# shows one).
_MIDDLE = re.compile(r"\.[\w-]{6,7}\.", re.ASCII)  # of it: quickly looked for
_TOKEN_SHAPED = re.compile(r"(?<![\w-])[\w-]{23,30}\.[\w-]{6,7}\.[\w-]{27,}", re.ASCII)
# What answers to interactions are authorised by, in the addresses and the events that discord.py's debug log shows.
_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s'\"\\]+")
_IN_EVENT = re.compile(r"""(\\?['"]token\\?['"]: ?\\?['"])[^'"\\]+""")

_forms: dict[str, frozenset[str]] = {}  # by their first characters


def never_show(secret: str) -> None:
    """Let `redacted` hide `secret` from now on: as it is, escaped, quoted for URLs, in base64, and cut short.

    Parts between white space count each for itself; what has less than 16 characters is no secret.
    """
    global _forms
    known = dict(_forms)
    for form in (form for word in secret.split() for form in _ways_to_write(word)):
        if len(form) >= _LEAST_CHARACTERS:
            head = form[:_LEAST_CHARACTERS]
            known[head] = known.get(head, frozenset()) | {form}
    _forms = known  # at once: other threads may be looking through it


def redacted(text: str) -> str:
    """`text` with each secret replaced by a word that says so."""
    for head, forms in _forms.items():
        if head in text:
            text = _without(text, head, forms)
    if _MIDDLE.search(text):
        text = _TOKEN_SHAPED.sub(HIDDEN, text)
    if "/webhooks/" in text or "/interactions/" in text:
        text = _IN_ADDRESS.sub(rf"\1{HIDDEN}", text)
    if "token" in text:
        text = _IN_EVENT.sub(rf"\1{HIDDEN}", text)
    return text


def _without(text: str, head: str, forms: Iterable[str]) -> str:
    """`text` without that of the `forms` of which most is there; all of them begin with `head`."""
    while (start := text.find(head)) >= 0:
        length = max(_same(text[start : start + len(form)], form) for form in forms)
        text = f"{text[:start]}{HIDDEN}{text[start + length :]}"
    return text


def _same(text: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text, other, strict=False)))


def _ways_to_write(secret: str) -> Iterator[str]:
    yield secret
    yield secret.rpartition(".")[2]  # the signature: the rest of a token is no secret by itself
    yield quote(secret, safe="")
    yield quote(secret)
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    for before in range(3):  # bytes before it, as of ``Bot `` in a header, move it within the groups of base64
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        spoilt = {0: 0, 1: 2, 2: 3}[before]  # characters that depend on what stands before it
        whole = encoded.rstrip("=")[spoilt:]
        inner = whole if len(whole) + spoilt == len(encoded) else whole[:-1]  # so does the last one on what follows
        yield inner
        yield inner.replace("+", "-").replace("/", "_")
