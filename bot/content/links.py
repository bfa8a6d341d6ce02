"""Where a post leads: which URLs Discord will take, and when two of them are one target."""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit

__all__ = [
    "DEFAULT_PORTS",
    "MAX_HOST_CHARACTERS",
    "MAX_URL_CHARACTERS",
    "ascii_host",
    "canonical_url",
    "check_external_url",
    "percent_encoded",
]

MAX_URL_CHARACTERS = 2048  # of an embed's url: https://discord.com/developers/docs/resources/message#embed-object

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_HOST_CHARACTERS = 253  # RFC 1035, 2.3.4, without the final dot

_IN_WORDS = {"\\": "a backslash", " ": "a space"}
_STRANGE_ASCII = re.compile(r"[\x00-\x20\\\x7f]")
_STRANGE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

# Parameters that say where a click came from, never what is shown: each service's own documentation names them.
_TRACKING_PREFIXES = ("utm_", "hsa_", "mtm_", "matomo_")
_TRACKING_NAMES = frozenset(
    [
        *("gclid", "gclsrc", "gbraid", "wbraid", "dclid", "_ga", "_gl"),  # Google
        *("fbclid", "igshid", "igsh", "twclid", "ttclid", "li_fat_id", "epik"),  # social networks
        *("msclkid", "yclid", "pk_campaign", "pk_kwd", "pk_source", "pk_medium"),  # Bing, Yandex, Piwik
        *("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok"),  # newsletters
        *("vero_id", "vero_conv", "oly_anon_id", "oly_enc_id"),
    ]
)


def check_external_url(url: str) -> str | None:
    """Return what keeps `url` from being the link of a card, as part of a sentence about it; None if nothing does."""
    if len(url) > MAX_URL_CHARACTERS:
        return f"is {len(url):,} characters long, Discord takes {MAX_URL_CHARACTERS:,}"
    if strange := _strange_character(url):
        return f"holds {_IN_WORDS.get(strange) or f'the character U+{ord(strange):04X}'}"
    parts = _split(url)
    if parts is None:
        return "is no URL"
    if parts.scheme not in DEFAULT_PORTS:
        return "does not begin with http:// or https://"
    if "@" in parts.netloc:
        return "holds a user name or a password"
    return _check_host(parts)


def canonical_url(url: str) -> str:
    """Return `url` without what does not matter to its target, to spot two posts about one thing; never to be shown.

    That is: the host in lower case and ASCII, path and query percent-encoded, no default port, no fragment, no
    tracking parameters, ``/`` for an empty path. What `check_external_url` refuses comes back as it is.
    """
    if check_external_url(url) is not None:
        return url
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    target = f"{percent_encoded(parts.path) or '/'}{'?' if query else ''}{percent_encoded(query)}"
    return f"{parts.scheme}://{host}{port}{target}"


def ascii_host(host: str) -> str:
    """Return the host as DNS has it, IPv6 in brackets; what cannot be written so comes back as it is.

    As browsers do it (https://www.unicode.org/reports/tr46/). Python's own codec has the rules of 2003, in which ß is
    ss, and so leads to another host.
    """
    host = host.lower().removesuffix(".")
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host).compressed}]" if _is_address(host) and "%" not in host else host
    if host.isascii() or len(host) > MAX_HOST_CHARACTERS:
        return host
    labels = unicodedata.normalize("NFKC", host).lower().replace("。", ".").removesuffix(".").split(".")
    try:
        return ".".join(
            label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels
        )
    except UnicodeError:  # a lone surrogate
        return host


def percent_encoded(part: str) -> str:
    """Return a path, a query or a fragment in ASCII, with all encoded that may not stand in an address.

    Raises:
        UnicodeEncodeError: a lone surrogate.
    """
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%/:?@!$&'()*+,;=-._~")


def _strange_character(url: str) -> str | None:
    """Return the first character that is blank, invisible or reverses the text, or a backslash, which ends a host."""
    if match := _STRANGE_ASCII.search(url):
        return match[0]
    if url.isascii():
        return None
    return next((one for one in url if unicodedata.category(one) in _STRANGE_CATEGORIES), None)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that hold no IPv6 address, characters that normalise to a delimiter
        return None


def _check_host(parts: SplitResult) -> str | None:
    if not parts.hostname:
        return "has no host"
    try:
        if parts.port == 0:
            return "has the port 0, which no server has"
    except ValueError:
        return "has a port that is no number from 1 to 65535"
    host = ascii_host(parts.hostname)
    if "[" in parts.netloc:
        return None if host.startswith("[") else "has a host that is no IPv6 address"
    labels = host.split(".")
    if len(host) > MAX_HOST_CHARACTERS or not all(map(_LABEL.fullmatch, labels)):
        return "has a host that no server can have"
    if labels[-1].isdigit():
        return None if _is_address(host) else "has a host that is no IPv4 address"
    return None if len(labels) > 1 else "has a host without a dot, which Discord does not accept"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_tracking(pair: str) -> bool:
    name = unquote_plus(pair.partition("=")[0]).casefold()
    return name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES)
