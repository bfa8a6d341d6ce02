"""Cleaning and escaping text from files."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_app.text import escaped, label, plain

# Every form of markup that Discord renders in a title or a description; see the table of hostile titles in
# https://docs.discord.com/developers/reference#message-formatting for the forms in angle brackets.
HOSTILE = [
    "<@123456789012345678>",
    "<@!123456789012345678>",
    "<@&123456789012345678>",
    "<#123456789012345678>",
    "</ban:123456789012345678>",
    "<t:0:R>",
    "<:blob:123456789012345678>",
    "<a:blob:123456789012345678>",
    "<id:customize>",
    "@everyone",
    "@here",
    "[free nitro](https://evil.example)",
    "[a]\n(https://evil.example)",
    "https://evil.example/login",
    "<https://evil.example>",
    "discord.gg/abcdef",
    "discord.com/invite/abcdef",
    "# heading",
    "-# small print",
    "- list",
    "* list",
    "1. list",
    "> quote",
    ">>> quote",
    "**bold** *italic* __under__ _italic_ ~~gone~~",
    "||spoiler||",
    "`code` ```block```",
    ":smile:",
    "a \\ backslash",
]

# What makes Discord's clients render something, in text whose escapes are taken away.
RENDERED = re.compile(
    r"[*_~`|\[\]<>]|https?://|@everyone|@here|discord\.(?:gg|com)|^[#+-]|^\d+\.|:[\w~+-]+:", re.IGNORECASE
)


def shown(text: str) -> str:
    """What a reader sees of escaped text."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_every_form_of_markup_is_shown_literally(hostile: str) -> None:
    """A reader sees the text as it stands in the file, and nothing in it renders, pings or links."""
    text = plain(hostile)
    safe = escaped(text)
    assert shown(safe) == text
    without_escapes = re.sub(r"\\[^0-9A-Za-z\s]", "\0", safe)
    assert not RENDERED.search(without_escapes)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_label_holds_no_markup_and_no_backslash(hostile: str) -> None:
    """A masked link's label, in which Discord shows backslashes, has look-alikes instead of markup."""
    safe = label(plain(hostile), 150)
    assert not re.search(r"[\\*~`|\[\]<>]|://|@everyone|@here|:[\w~+-]+:|\b_|_\b", safe)


def test_ordinary_text_stays_as_it_is() -> None:
    """Text without markup is neither escaped nor changed, so that it costs no characters."""
    text = "Kubernetes 1.30: what's new? (10 things) - e.g. C++ & Go, 50 % off"
    assert escaped(plain(text)) == text
    assert label(text, 150) == text
    assert label("use snake_case", 150) == "use snake_case"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("e\u0301", "é"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u2066a\u2069b\u200b\u200cc\ufeff", "abc"),
        ("a\ud800b\ue000c\uffff", "abc"),
        ("a\x00b\x1b[31mc\td\r\ne", "a b [31mc d e"),
        ("a\u2028b\u2029c\xa0d", "a b c d"),
        ("  a   b  ", "a b"),
        ("\u3164\u115f\u2800", ""),
        ("q\u0321\u0322\u0323\u0324\u0325\u0326", "q\u0321\u0322\u0323"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("a\u200db", "ab"),
        ("x\U000e0067\U000e007fy", "xy"),
    ],
)
def test_what_is_invisible_or_out_of_line_is_removed(raw: str, clean: str) -> None:
    """Control, format, private and unassigned characters go, whitespace folds, a base keeps three marks."""
    assert plain(raw) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    """Clean text is clean, whatever it was made from."""
    assert plain(plain(raw)) == plain(raw)


@given(st.text(alphabet="ab1.*_`[]()<>|~\\:/@#- é\u0301\u200d\U0001f468", max_size=80), st.integers(1, 60))
def test_a_cut_leaves_no_half_escape(raw: str, most: int) -> None:
    """Cut or not, escaped text keeps within its limit and does not end in the backslash of an escape."""
    text = plain(raw)
    safe = escaped(text, most)
    assert len(safe) <= most
    kept = shown(safe.removesuffix("…"))
    assert text.startswith(kept) or safe == escaped(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*\\$", safe.removesuffix("…"))


def test_a_cut_does_not_split_an_emoji() -> None:
    """A character that consists of several is dropped whole where it does not fit."""
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert escaped(f"ab{family}cd", 5) == "ab…"


def test_a_huge_text_costs_no_time() -> None:
    """Only the beginning of a huge text is looked at."""
    assert len(plain("é" * 4_000_000)) == 8_000
