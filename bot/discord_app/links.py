"""Addresses as Discord takes them, and when two of them are the same."""

import ipaddress
import re
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from bot.discord_app import limits

__all__ = ["card_url", "host_name", "link_key"]

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")
_LONGEST_DOMAIN = 253  # characters; RFC 1035 counts 255 octets with the two that carry lengths
_DEFAULT_PORTS = {"http": 80, "https": 443}


def card_url(url: str) -> str | None:
    """Return `url` as Discord accepts it in an embed, or None if Discord would refuse the whole message because of it.

    Discord wants http or https and a host with a dot; it answers 50035 with URL_TYPE_INVALID_URL to others
    (https://github.com/discord/discord-api-docs/issues/5837). The host comes out in ASCII, and what may not stand in
    an address is percent-encoded, so that Discord has nothing to mend.
    """
    try:
        return _encoded(urlsplit(url.strip()))
    except ValueError:  # a broken port or bracket, a host that IDNA refuses, a lone surrogate
        return None


def link_key(url: str) -> str:
    """Return what is equal for two spellings of one address: Discord may hand back another than it was given."""
    parts = urlsplit(card_url(url) or url)
    return unquote(urlunsplit(parts._replace(path=parts.path or "/")))


def host_name(url: str) -> str:
    """Return the host that `url` leads to, in ASCII, without ``www.``; empty if it has none that Discord takes."""
    usable = card_url(url)
    return "" if usable is None else (urlsplit(usable).hostname or "").removeprefix("www.")


def _encoded(parts: SplitResult) -> str | None:
    if parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc:
        return None
    host = (parts.hostname or "").encode("idna").decode("ascii").lower()
    if not (_is_domain(host) or _is_ipv4(host)):
        return None
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    rest = (_quoted(part) for part in (parts.path, parts.query, parts.fragment))
    url = urlunsplit((parts.scheme, host + port, *rest))
    return url if len(url) <= limits.URL_CHARACTERS else None


def _quoted(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe="%/:?@!$&'()*+,;=-._~")


def _is_domain(host: str) -> bool:
    return len(host) <= _LONGEST_DOMAIN and _DOMAIN.fullmatch(host) is not None


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
