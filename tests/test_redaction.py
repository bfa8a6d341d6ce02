"""Secrets of the process are in nothing that it writes, however they are written."""

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redaction import HIDDEN, never_show, redacted

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.x7-fQ_planted-in-every-error-path-38ch"  # the shape of one, of no bot
ODD = 'sécret/with+odd="chars"\\and-more'  # what somebody may take for a token


@pytest.fixture(autouse=True)
def known() -> None:
    """The secrets of the process."""
    never_show(TOKEN)
    never_show(ODD)


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        f"Bot {TOKEN}",
        f"{{'Authorization': 'Bot {TOKEN}'}}",
        repr(f"Bot {TOKEN}".encode()),
        f"https://example.org/?token={quote(TOKEN)}&x=1",
        base64.b64encode(f"Bot {TOKEN}".encode()).decode(),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(f"ab{TOKEN}cd".encode()).decode(),
        base64.urlsafe_b64encode(f":{TOKEN}".encode()).decode(),
        f"the signature {TOKEN.rpartition('.')[2]} is wrong",
        f"{TOKEN}{TOKEN} {TOKEN}",
    ],
)
def test_no_way_of_writing_shows_it(written: str) -> None:
    """As it is, in a header, in bytes, in a URL, in base64 wherever it begins, in part, and more than once."""
    hidden = redacted(written)
    assert HIDDEN in hidden
    for length in (12, len(TOKEN.rpartition(".")[2])):
        assert TOKEN.rpartition(".")[2][-length:] not in hidden
    assert base64.b64encode(TOKEN.encode()).decode()[20:60] not in hidden


@pytest.mark.parametrize(
    "write", [str, repr, json.dumps, quote, quote_plus, lambda text: json.dumps(text, ensure_ascii=False)]
)
def test_odd_characters_do_not_help_it_out(write: object) -> None:
    """A secret whose characters are escaped somewhere is found in that form as well."""
    assert callable(write)
    assert "more" not in redacted(f"said {write(ODD)} again")


@given(st.integers(16, len(TOKEN)))
def test_what_is_cut_short_is_hidden_too(length: int) -> None:
    """A text that ends within the token shows nothing of what is left of it."""
    assert redacted(f"Invalid header: {TOKEN[:length]}") == f"Invalid header: {HIDDEN}"


def test_a_token_is_known_by_its_shape() -> None:
    """A token that nobody read, such as one in the settings file, is hidden all the same."""
    other = "MTE0NDU2Nzg5MDEyMzQ1Njc4.G0cDe1.another-bots-signature_0123456789-abc"
    assert redacted(f"discord.token: {other!r}") == f"discord.token: '{HIDDEN}'"


@pytest.mark.parametrize(
    "written",
    [
        "POST https://discord.com/api/v10/webhooks/1100000000000000001/aW50ZXJhY3Rpb24?wait=true with {}",
        "POST https://discord.com/api/v10/interactions/1100000000000000001/aW50ZXJhY3Rpb24/callback with None",
        "WebSocket Event: {'t': 'INTERACTION_CREATE', 'd': {'token': 'aW50ZXJhY3Rpb24', 'type': 2}}",
        '{"event": "received {\\"token\\":\\"aW50ZXJhY3Rpb24\\"}"}',
    ],
)
def test_interactions_are_hidden(written: str) -> None:
    """Who has the token of an interaction can answer in the bot's name; the debug log shows none."""
    hidden = redacted(written)
    assert "aW50ZXJhY3Rpb24" not in hidden
    assert hidden == written.replace("aW50ZXJhY3Rpb24", HIDDEN)


@given(st.text(max_size=80))
def test_all_else_stays_as_it_is(text: str) -> None:
    """What is no secret is never changed."""
    assert redacted(text) == text


def test_what_is_too_short_is_no_secret() -> None:
    """A word that is no token is not torn out of every sentence."""
    never_show("links")
    never_show("")
    assert redacted("3 links") == "3 links"


def test_paths_of_posts_are_no_tokens() -> None:
    """Long names with dots, hyphens and numbers stay readable."""
    for path in (
        "docs/2024-06-20-blog-spotlight-on-sig-node.md",
        "content/kubernetes-v1.31.0-release-candidate-notes.final.version.md",
        "https://www.kubernetes.dev/blog/2024/06/20/sig-node-spotlight-2024/index.html",
    ):
        assert redacted(path) == path
