"""Whatever a person types is words or nothing: never an error, and what is kept of it is found."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalog.words import MOST_CHARACTERS, Words, words_in

TOKENIZER = "unicode61 remove_diacritics 2"
SYNTAX = [
    *('"', "„", "“", "”", "«", "»", "'", "’", "(", ")", "{", "}", "^", "*", ":", "+", "-", ",", ".", ";", "--", "/"),
    *(
        " AND ",
        " OR ",
        " NOT ",
        " NEAR(",
        "title:",
        "{title} : ",
        "'; DROP TABLE posts; --",
        "\0",
        "\ud800",
        "🚀",
        "🤖",
    ),
    *(
        " ",
        "\n",
        "\t",
        "\u00a0",
        "\u200d",
        "\u00ad",
        "\ufeff",
        "é",
        "e\u0301",
        "ß",
        "İ",
        "Σ",
        "ǅ",
        "ﬁ",
        "हि",
        "한",
        "\ue000",
    ),
    *("kube", "v1.30", "C++", "don’t", "x" * 70),
]
typed = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(SYNTAX), st.text(max_size=5))).map("".join))


@contextmanager
def index_of(*texts: str) -> Iterator[sqlite3.Connection]:
    """The words of some texts, as the catalog's index takes them apart."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = '{TOKENIZER}', prefix = '2 3')")
        connection.executemany("INSERT INTO words VALUES (?)", [(text,) for text in texts])
        yield connection


def matches(connection: sqlite3.Connection, words: Words) -> list[int]:
    return [row[0] for row in connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (words.query,))]


@given(typed)
@example("x" * 4_000)
@example('"' + "x " * 4_000)
@example("a" + "\u0301\u0316" * 3_000)
@example("🚀" * 4_000 + "rocket")
@example('"' * 4_000)
def test_what_is_kept_can_be_typed_again(typed: str) -> None:
    """The text of words is short, and means the same words: a button that holds it asks the same question."""
    words = Words.parse(typed)
    again = Words.parse(words.text)
    assert len(words.text) <= MOST_CHARACTERS
    assert (again.terms, again.is_open, again.text) == (words.terms, words.is_open, words.text)
    assert not again.is_cut


@given(typed)
def test_no_words_break_the_query(typed: str) -> None:
    """SQLite takes every query; a post that has the words, each apart from others, is found by them."""
    words = Words.parse(typed)
    has_them = " / ".join(" ".join(term) for term in words.terms)
    with index_of("something else", has_them) as index:
        assert 2 in (matches(index, words) if words.terms else [2])


@given(typed)
def test_no_words_is_no_query(typed: str) -> None:
    """Where nothing is kept there is no query, and no word stands alone that the index takes for nothing."""
    words = Words.parse(typed)
    assert bool(words.terms) == bool(words.query) == bool(words.text)
    assert all(word and not word.isspace() for term in words.terms for word in term)


@given(typed)
def test_the_words_of_a_title_are_words_of_the_index(typed: str) -> None:
    """Each can be asked for as a phrase."""
    with index_of(typed.replace("\0", " ").encode("utf-8", "replace").decode()) as index:
        for word in words_in(typed):
            index.execute("SELECT 1 FROM words WHERE words MATCH ?", (f'"{word}"',)).fetchall()


@pytest.mark.parametrize(
    ("typed", "terms", "is_open"),
    [
        ("Kubernetes Nodes", (("kubernetes",), ("nodes",)), True),
        ("kube ", (("kube",),), True),
        ('"sig node" kube', (("sig", "node"), ("kube",)), True),
        ("kube „sig node“", (("kube",), ("sig", "node")), False),
        ("« sig  node » ", (("sig", "node"),), False),
        ("”node”", (("node",),), False),
        ('kube "sig no', (("kube",), ("sig", "no")), True),
        ('kube ""', (("kube",),), True),
        ("go rust go", (("go",), ("rust",)), False),
        ("v1.30 kube-proxy don’t (C++)", (("v1.30",), ("kube-proxy",), ("don’t",), ("c",)), True),
        ("one,two;three|four", (("one",), ("two",), ("three",), ("four",)), True),
        ("cats AND dogs OR NOT NEAR", (("cats",), ("and",), ("dogs",), ("or",), ("not",), ("near",)), True),
        ("title:x* -- '%_", (("title",), ("x",)), True),
        ("🚀 … — \0 \ud800 --", (), True),
        ("", (), True),
    ],
)
def test_what_people_type(typed: str, terms: tuple[tuple[str, ...], ...], is_open: bool) -> None:
    """Words, phrases in quotation marks of any kind, and nothing that has a meaning to SQLite."""
    assert Words.parse(typed) == Words(terms, is_open)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("cafe", True),
        ("CAFÉ", True),
        ("CAFE\u0301 NOI", True),
        ("noir caf", True),
        ("caf noir", False),
        ('"cafe no', True),
        ('"cafe noir"', True),
        ('"cafe no"', False),
        ('"noir cafe"', False),
        ("n", False),
        ("1.30", False),
        ("v1.30", True),
        ("v1-30", True),
        ("30 v1", True),
        ("dont", False),
        ("don't", True),
    ],
)
def test_what_is_found(typed: str, found: bool) -> None:
    """Accents and case do not matter; only the last word may be unfinished, from its second letter on."""
    with index_of("Café Noir v1.30 don’t") as index:
        assert bool(matches(index, Words.parse(typed))) is found


@pytest.mark.parametrize(
    "typed", ["x" * 61, " ".join(map(str, range(30))), f'"{"sig node " * 20}"', " " * 4_000 + "word"]
)
def test_too_much_is_cut(typed: str) -> None:
    """What does not fit into a button is left out, and whoever shows the words can tell; what fits is whole."""
    words = Words.parse(typed)
    assert words.is_cut
    assert not Words.parse("one two " * 20).is_cut
