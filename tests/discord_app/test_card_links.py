"""Addresses as Discord takes them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.discord_app.links import card_url, host_name, link_key


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/a_b/(c)?q=1&r=%C3%BC#top",
        "http://example.com:8080/x",
        "https://93.184.216.34/x",
    ],
)
def test_a_good_address_stays_as_it_is(url: str) -> None:
    """An address that Discord takes is not touched."""
    assert card_url(url) == url


@pytest.mark.parametrize(
    ("url", "mended"),
    [
        ("HTTPS://Example.COM/Path", "https://example.com/Path"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://example.com:443/x", "https://example.com/x"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://example.com/a|b`c[d]100%", "https://example.com/a%7Cb%60c%5Bd%5D100%25"),
        (" https://example.com/ ", "https://example.com/"),
    ],
)
def test_what_may_not_stand_in_an_address_is_encoded(url: str, mended: str) -> None:
    """Discord gets plain ASCII in which it has nothing to mend."""
    assert card_url(url) == mended


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "javascript:alert(1)",
        "http://localhost:8000/x",
        "http://intranet/x",
        "https://user:secret@example.com/",
        "https://example.com:99999/",
        "https://[::1",
        "https://-.com/",
        "https://exa mple.com/",
        "https://example.com/" + "a" * 2048,
        "https://example.com/\ud800",
    ],
)
def test_what_discord_would_refuse_is_no_address(url: str) -> None:
    """A host without a dot, another scheme, a broken or overlong address would cost the whole message."""
    assert card_url(url) is None


@example("HTTP://0.A0/\x85?")
@example("https://example.com/ ?")
@given(st.text() | st.text().map("https://example.com/{}".format) | st.text().map("https://{}.com/".format))
def test_any_text_gives_a_usable_address_or_none(text: str) -> None:
    """The answer is None, or plain ASCII of at most 2,048 characters which stays when asked for again."""
    url = card_url(text)
    if url is not None:
        assert re.fullmatch(r"https?://[a-z0-9_.:-]+(?:[/?#][!-~]*)?", url)
        assert len(url) <= 2048
        assert card_url(url) == url
        assert link_key(url) == link_key(link_key(url))


def test_two_spellings_of_an_address_are_one() -> None:
    """What Discord may do to an address (a slash, the host's case, percent-encoding) does not make it another."""
    assert link_key("https://Example.com") == link_key("https://example.com/")
    assert link_key("https://example.com/ü") == link_key("https://example.com/%C3%BC")
    assert link_key("https://example.com/a") != link_key("https://example.com/b")


def test_the_host_is_shown_without_www() -> None:
    """A host is named as people name it; an unusable address has none."""
    assert host_name("https://www.example.com/x") == "example.com"
    assert host_name("nonsense") == ""
