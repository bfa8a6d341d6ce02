"""Which links Discord takes, and when two of them are one target."""

import pytest

from bot.content.links import canonical_url, check_external_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "HTTP://EXAMPLE.ORG:8080/a?b=c#d",
        "https://example.org./",
        "https://xn--mnchen-3ya.de/",
        "https://münchen.de/straße?q=ü",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000/",
        "https://my_host.example.org/(a)/@user",
        "https://example.org:/x",
        "https://example.org/" + "a" * 2028,
    ],
)
def test_links_that_are_taken(url: str) -> None:
    """http and https with a host are taken, whatever else they hold."""
    assert check_external_url(url) is None


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("", "does not begin with http"),
        ("example.org/x", "does not begin with http"),
        ("//example.org/x", "does not begin with http"),
        ("javascript:alert(1)", "does not begin with http"),
        ("ftp://example.org/", "does not begin with http"),
        ("http:example.org", "has no host"),
        ("https:///path", "has no host"),
        ("https://:80/", "has no host"),
        ("https://user@example.org/", "user name or a password"),
        ("https://user:secret@example.org/", "user name or a password"),
        ("https://@example.org/", "user name or a password"),
        ("https://example.org/a b", "a space"),
        ("https://example.org/\tx", "U+0009"),
        ("https://example.org/\nx", "U+000A"),
        ("https://example.org/\u00a0x", "U+00A0"),
        ("https://example.org/\u202ex", "U+202E"),
        ("https://example.org/\x00x", "U+0000"),
        ("https://example.org/\ud800", "U+D800"),
        ("https://example.org\\@evil.example/", "a backslash"),
        ("https://example.org:99999/", "a port"),
        ("https://example.org:x/", "a port"),
        ("https://example.org:-1/", "a port"),
        ("https://example.org:0/", "the port 0"),
        ("http://localhost/", "a host without a dot"),
        ("http://bugsink:8000/", "a host without a dot"),
        ("http://[::1/", "is no URL"),
        ("http://::1/", "has no host"),
        ("http://[::1%25eth0]/", "IPv6|is no URL"),
        ("http://[v1.x]/", "IPv6|is no URL"),
        ("http://999.1.1.1/", "no IPv4 address"),
        ("http://1.2.3/", "no IPv4 address"),
        ("http://a..example.org/", "a host that no server can have"),
        ("http://.example.org/", "a host that no server can have"),
        ("http://exa%6dple.org/", "a host that no server can have"),
        ("http://-a-.example.org/", "a host that no server can have"),
        ("http://" + "a" * 64 + ".org/", "a host that no server can have"),
        ("http://" + "a." * 127 + "org/", "a host that no server can have"),
        ("http://" + "ü" * 300 + ".org/", "a host that no server can have"),
        ("http://example\u2100.org/", "is no URL"),
        ("https://example.org/" + "a" * 2029, "2,049 characters long, Discord takes 2,048"),
    ],
)
def test_links_that_are_refused(url: str, what: str) -> None:
    """What is no web address, hides something, or Discord would refuse is explained, never raised."""
    wrong = check_external_url(url)
    assert wrong is not None
    assert any(part in wrong for part in what.split("|"))
    assert canonical_url(url) == url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:443/a", "http://example.org:443/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org:/a", "https://example.org/a"),
        ("https://example.org/A/b#part", "https://example.org/A/b"),
        ("https://example.org?", "https://example.org/"),
        ("https://example.org/?b=2&a=1&a=1", "https://example.org/?b=2&a=1&a=1"),
        ("https://example.org/?utm_source=x&b=2&UTM_medium=y&fbclid=z", "https://example.org/?b=2"),
        ("https://example.org/?gclid=1&mc_cid=2&mc_eid=3&igshid=4&msclkid=5", "https://example.org/"),
        ("https://example.org/?dclid=1&yclid=2&_hsenc=3&_hsmi=4&utm%5Fid=5", "https://example.org/"),
        ("https://example.org/?&a&&b=&", "https://example.org/?a&b="),
        ("https://example.org/?q=a%26b+c", "https://example.org/?q=a%26b+c"),
        ("https://example.org/?autm_source=1", "https://example.org/?autm_source=1"),
        ("https://münchen.de/", "https://xn--mnchen-3ya.de/"),
        ("https://STRASSE。Straße.de。/", "https://strasse.xn--strae-oqa.de/"),
        ("https://example.org/ü|?q=ü 100%".replace(" ", "+"), "https://example.org/%C3%BC%7C?q=%C3%BC+100%25"),
        ("https://example.org/%C3%BC", "https://example.org/%C3%BC"),
        ("http://[0:0::1]:80/", "http://[::1]/"),
    ],
)
def test_canonical(url: str, canonical: str) -> None:
    """What does not matter to the target is gone; the order of what matters stays; twice is like once."""
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical
