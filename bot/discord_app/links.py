"""Addresses as Discord takes them, and when two of them are the same."""

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from bot.content.links import DEFAULT_PORTS, MAX_HOST_CHARACTERS, ascii_host, percent_encoded
from bot.discord_app import limits

__all__ = ["card_url", "host_name", "link_key"]

_DOMAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")


def card_url(url: str) -> str | None:
    """Return `url` as Discord accepts it in an embed, or None if Discord would refuse the whole message because of it.

    Discord wants http or https and a host with a dot; it answers 50035 with URL_TYPE_INVALID_URL to others
    (https://github.com/discord/discord-api-docs/issues/5837). The host comes out in ASCII, and what may not stand in
    an address is percent-encoded, so that Discord has nothing to mend.
    """
    try:
        return _encoded(urlsplit(url.strip()))
    except ValueError:  # a broken port or bracket, a lone surrogate
        return None


def link_key(url: str) -> str:
    """Return what is equal for two spellings of one address: Discord may hand back another than it was given."""
    parts = urlsplit(card_url(url) or url)
    return unquote(urlunsplit(parts._replace(path=parts.path or "/"))).strip()  # white space at its end may be encoded


def host_name(url: str) -> str:
    """Return the host that `url` leads to, in ASCII, without ``www.``; empty if it has none that Discord takes."""
    usable = card_url(url)
    return "" if usable is None else (urlsplit(usable).hostname or "").removeprefix("www.")


def _encoded(parts: SplitResult) -> str | None:
    if parts.scheme not in DEFAULT_PORTS or "@" in parts.netloc:
        return None
    host = ascii_host(parts.hostname or "")
    if not (_is_domain(host) or _is_ipv4(host)):
        return None
    port = "" if parts.port in {None, DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    rest = (percent_encoded(part) for part in (parts.path, parts.query, parts.fragment))
    url = urlunsplit((parts.scheme, host + port, *rest))
    return url if len(url) <= limits.URL_CHARACTERS else None


def _is_domain(host: str) -> bool:
    return len(host) <= MAX_HOST_CHARACTERS and _DOMAIN.fullmatch(host) is not None


def _is_ipv4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
