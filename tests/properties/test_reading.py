"""Whatever bytes a file holds, reading it ends in a post, a problem or no post, soon, and posts keep their promises."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.excerpt import cut, first_paragraph
from bot.content.front_matter import is_unterminated
from bot.content.links import MAX_URL_CHARACTERS, canonical_url, check_external_url
from bot.content.post import NotAPost, Post, PostProblem
from bot.content.read_post import read_post

ROOT = Path(__file__).parents[2]
HOSTILE_SECONDS = 2.0  # each file; on an idle machine none takes a tenth of a second


KEYS = st.sampled_from(
    [
        "title",
        "Title",
        "date",
        "publishDate",
        "expiryDate",
        "tags",
        "source",
        "external_url",
        "post_kind",
        "draft",
        "published",
        "tldr",
        "summary",
        "description",
        "other",
        "<<",
    ]
)
WORDS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "true",
            "false",
            "yes",
            "~",
            "null",
            "2024-06-20",
            "2024-06-20T10:00:00+02:00",
            "https://e.org/?utm_id=1#x",
            "http://[::1]:99/",
            "https://xn--a/",
            "link",
            "*a",
            "&a",
            "!!str",
            "'",
            '"',
            "|",
            ">",
            "-",
            ":",
            "#",
            "{",
            "[",
            "1e999",
            "0x10",
            "12:30",
            "\\ud800",
            "\\0",
        ]
    ),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
LINK_FIELDS = {"title": "T", "external_url": "https://example.org/"}


def check(path: str, raw: bytes) -> None:
    """Read `raw` and check what every outcome promises."""
    outcome = read_post(path, raw)
    assert isinstance(is_unterminated(raw), bool)
    assert outcome.path == path
    if isinstance(outcome, Post):
        check_post(outcome)
    elif isinstance(outcome, PostProblem):
        assert outcome.line is not None
        assert 1 <= outcome.line <= len(re.split(rb"\r\n|\r|\n|\xc2\x85|\xe2\x80[\xa8\xa9]", raw)) + 1
        assert outcome.column is not None
        assert 1 <= outcome.column <= len(raw) + 1
        assert outcome.what
        assert outcome.fix
        str(outcome).encode()
        assert len(str(outcome)) < 500
    else:
        assert isinstance(outcome, NotAPost)
        assert outcome.reason


def check_post(post: Post) -> None:
    """Everything that the rest of the bot relies on."""
    assert post.title == " ".join(post.title.split()) != ""
    assert check_external_url(post.external_url) is None
    assert len(post.external_url) <= MAX_URL_CHARACTERS
    assert canonical_url(post.canonical_url) == post.canonical_url
    assert len({tag.casefold() for tag in post.tags}) == len(post.tags)
    texts = [post.title, post.external_url, post.canonical_url, post.text, post.summary, *post.tags]
    texts += [text for text in (post.source, post.kind) if text is not None]
    for text in texts:
        text.encode()
        assert "\0" not in text
        assert text == text.strip()
    assert all(post.tags)
    for moment in (post.date, post.publish_date, post.expiry_date):
        assert moment is None or (moment.tzinfo is UTC and 1899 <= moment.year <= 9999)
    assert len(post.content_hash) == 64


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """Any bytes are read without an error."""
    check("a.md", raw)


@given(st.sampled_from(["---\n", "+++\n", "{", "---\r\n", "\ufeff---\n"]), st.text(max_size=300), st.booleans())
def test_any_text_as_front_matter(opening: str, text: str, closed: bool) -> None:
    """Any text between delimiters of any format is read without an error."""
    closing = "\n}" if opening == "{" else f"\n{opening.strip().lstrip(chr(0xFEFF))}\n"
    check("a.md", (opening + text + closing * closed).encode("utf-8", "surrogatepass"))


@given(st.lists(st.tuples(KEYS, WORDS, st.sampled_from([": ", ":\n  ", ": |\n  ", ":\n- ", " = ", ": [", ": '"]))))
def test_almost_yaml(lines: list[tuple[str, str, str]]) -> None:
    """Lines that are nearly YAML, with known keys and odd values, are read without an error."""
    block = "\n".join(f"{key}{between}{word}" for key, word, between in lines)
    check("a.md", f"---\n{block}\n---\nbody".encode("utf-8", "surrogatepass"))
    check("a.md", f"+++\n{block}\n+++\nbody".encode("utf-8", "surrogatepass"))


@given(st.dictionaries(KEYS, VALUES), st.booleans(), st.text(max_size=100))
def test_structured_front_matter(fields: dict[str, object], is_link: bool, body: str) -> None:
    """Well-formed front matter with any values in any field is read without an error, alike as YAML and as JSON."""
    everything = {**fields, **LINK_FIELDS} if is_link else fields
    as_json = json.dumps(everything)
    check("a.md", (as_json + body).encode("utf-8", "surrogatepass"))
    check("a.md", f"---\n{json.dumps(everything, ensure_ascii=True)}\n---\n{body}".encode("utf-8", "surrogatepass"))


@given(st.text(max_size=100), st.lists(st.text(max_size=20), max_size=4), st.text(max_size=200))
def test_any_words_make_a_post(title: str, tags: list[str], body: str) -> None:
    """Any words in JSON's escapes are a post that keeps its promises, or a problem that says why not."""
    fields = {"title": title, "external_url": "https://example.org/", "tags": tags, "tldr": title, "source": title}
    raw = (json.dumps(fields) + "\n" + body).encode("utf-8", "surrogatepass")
    assert not isinstance(read_post("a.md", raw), NotAPost)
    check("a.md", raw)


@given(
    st.sampled_from(["http://", "https://", "HTTP:", "https://e.org", "https://e.org:", "http://[", "ftp://", ""]),
    st.text(max_size=60) | st.text("aÄ.:/?#[]@%&=;1-_ß。℀\\ \t", max_size=40),
)
def test_any_url(start: str, rest: str) -> None:
    """Any text is a link or no link, its canonical form is a link too, and the canonical form of that is itself."""
    url = start + rest
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    if check_external_url(url) is None:
        assert canonical.startswith(("http://", "https://"))
        assert "#" not in canonical


@given(st.text() | st.text("ab .!?…\n\u0301👍🏽🇩🇪\u200d"), st.integers(0, 60))
def test_any_cut(text: str, characters: int) -> None:
    """A cut is never longer than asked, on one line, and but for its "…" the beginning of the text."""
    short = cut(text, characters)
    folded = " ".join(text.split())
    assert len(short) <= characters
    assert folded.startswith(short.removesuffix("…")) or folded == short
    assert cut(short, characters) == short
    if characters and folded:
        assert short


@given(st.text() | st.text("a b\n>-*_`~#[]()!<>{%}|\\1.=:/&;^"))
def test_any_body(body: str) -> None:
    """Any body gives one line of text, which is never the line that leads to the original."""
    text = first_paragraph(body)
    assert text == " ".join(text.split())
    assert not first_paragraph(f"{body}\n\nOpen the original post ↗ x").casefold().startswith("open the original post")


def hostile_files() -> Iterator[tuple[str, str]]:
    """Files, each by a name, that crash or stall a reader that trusts its libraries."""
    link = "external_url: https://e.org/\ntitle: t\n"
    units = (
        "[",
        "{",
        "- ",
        "? ",
        "[a,",
        "{a: ",
        "&a ",
        "*a ",
        "!",
        '"',
        "'",
        "%",
        "\t",
        "-\n",
        "?\n",
        "[]",
        "{? ",
        "{}",
        "''",
    )
    for size in (50_000, 250_000):
        for unit in units:
            yield f"yaml {size} of {unit!r}", f"---\n{link}x: {unit * (size // len(unit))}\n---\n"
            yield f"yaml {size} of {unit!r} alone", f"---\n{unit * (size // len(unit))}\n---\n"
        for unit in ("[", "{a=", "a.", '"a".', "[a]\n", '"""', "'''", '"', "#", "1", '"\\', ",", "a . "):
            yield f"toml {size} of {unit!r}", f"+++\n{unit * (size // len(unit))}\n+++\n"
            yield f"toml {size} of {unit!r} as a value", f"+++\nx = {unit * (size // len(unit))}\n+++\n"
        for unit in ("[", '{"a":', '"', '\\"', '"a":1,', "{},", '"\n', "1"):
            yield f"json {size} of {unit!r}", '{"x":' + unit * (size // len(unit))
            yield f"json {size} of {unit!r} closed", '{"x":' + unit * (size // len(unit)) + "}"
    yield "deep maps", "---\n" + "".join(" " * level + "a:\n" for level in range(700)) + "---\n"
    yield "deep lists", "---\nx:\n" + "".join(" " * level + "-\n" for level in range(1, 700)) + "---\n"
    bomb = "".join(f"k{level}: &k{level} [{','.join([f'*k{level - 1}'] * 9)}]\n" for level in range(1, 10))
    yield "alias bomb", f"---\nk0: &k0 [x, x]\n{bomb}---\n"
    merges = "".join(f"m{i}: &m{i} {{<<: [{','.join([f'*m{i - 1}'] * 9)}]}}\n" for i in range(1, 9))
    yield "merge bomb", f"---\nm0: &m0 {{a: 1}}\n{merges}---\n"
    yield "sexagesimal", f"---\n{link}x: {'1:' * 100_000}1\n---\n"
    yield "long integer", f"---\n{link}x: {'9' * 5_000}\ndate: {'9' * 5_000}\n---\n"
    yield "a million keys", "---\n" + "".join(f"k{number}: 1\n" for number in range(1_000_000)) + "---\n"
    yield "as many keys as fit", "---\n" + "".join(f"k{number}: 1\n" for number in range(25_000)) + "---\n"
    yield "NULs", "\0" * 4 * 2**20
    yield "never closed", "---\n" + "-- \n" * 2**20
    yield "only spaces", " " * 4 * 2**20
    yield "spaces after a delimiter", "---\n---" + " " * 4 * 2**20 + "x"
    for unit in ("[", "![a](", "[a](", "`", "*a ", "_a ", "<a", "<!--", "**", "{{<", "&", "|\n", "```\n"):
        yield f"body of {unit!r}", f"---\n{link}---\nx\t{unit * (4 * 2**20 // len(unit))}"


READ_ALL = """
import sys, time
from pathlib import Path
from bot.content.front_matter import is_unterminated
from bot.content.read_post import read_post
for path in sys.stdin.read().split():
    raw = Path(path).read_bytes()
    started = time.perf_counter()
    outcome = read_post("a.md", raw)
    is_unterminated(raw)
    print(Path(path).stem, time.perf_counter() - started, type(outcome).__name__, flush=True)
"""


def test_hostile_files(tmp_path: Path) -> None:
    """No file can crash the process or hold it up: not by nesting, references, size, numbers or markup."""
    files = dict(hostile_files())
    paths = [tmp_path / f"{number}.md" for number in range(len(files))]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    names = dict(zip((path.stem for path in paths), files, strict=True))
    command = [sys.executable, "-X", "faulthandler", "-c", READ_ALL]
    standard_input = "\n".join(map(str, paths))
    run = subprocess.run(
        command, input=standard_input, capture_output=True, text=True, cwd=ROOT, check=False, timeout=100
    )
    read = [line.split() for line in run.stdout.splitlines()]
    if run.returncode != 0:
        pytest.fail(f"the reader died with {run.returncode} at {list(files)[len(read)]!r}: {run.stderr[:2000]}")
    assert len(read) == len(files)
    assert {names[name]: float(seconds) for name, seconds, _ in read if float(seconds) > HOSTILE_SECONDS} == {}
