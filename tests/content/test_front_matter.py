"""The head of a file: three formats in one shape, with lines, and what is refused in each."""

import textwrap
from collections.abc import Callable

import pytest

from bot.content.front_matter import FrontMatter, is_unterminated, parse_front_matter
from bot.content.values import FrontMatterError, ListValue, MapValue, TextValue, UnterminatedError


def parsed(text: str) -> FrontMatter:
    """The front matter of `text`, which has one."""
    front_matter = parse_front_matter(text)
    assert front_matter is not None
    return front_matter


def yaml_error(block: str) -> FrontMatterError:
    """What is wrong with `block` as YAML front matter; its first line is line 2."""
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(f"---\n{block}\n---\n")
    return caught.value


SAME_IN_ALL = {
    "yaml": "---\nTitle: One\ntags: [a, 2]\ndraft: false\nparams: {Deep: x}\n---\nBody\n",
    "toml": '+++\nTitle = "One"\ntags = ["a", 2]\ndraft = false\nparams = {Deep = "x"}\n+++\nBody\n',
    "json": '{\n"Title": "One",\n"tags": ["a", 2],\n"draft": false,\n"params": {"Deep": "x"}\n}\nBody\n',
}


@pytest.mark.parametrize("text", SAME_IN_ALL.values(), ids=SAME_IN_ALL)
def test_one_shape(text: str) -> None:
    """YAML, TOML and JSON give the same values: text by casefolded key, each with its line."""
    front_matter = parsed(text)
    assert front_matter.fields == {
        "title": TextValue("One", 2),
        "tags": ListValue((TextValue("a", 3), TextValue("2", 3)), 3),
        "draft": TextValue("false", 4),
        "params": MapValue({"deep": TextValue("x", 5)}, 5),
    }
    assert front_matter.body.strip() == "Body"


@pytest.mark.parametrize("text", SAME_IN_ALL.values(), ids=SAME_IN_ALL)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("---\n", "--- \t\n").replace("+++\n", "+++  \n"),
    ],
    ids=["crlf", "cr", "bom", "spaces"],
)
def test_line_ends_and_marks(text: str, change: Callable[[str], str]) -> None:
    """CRLF, CR, a byte order mark and spaces after a delimiter change nothing."""
    assert parsed(change(text)) == parsed(text)


@pytest.mark.parametrize("text", SAME_IN_ALL.values(), ids=SAME_IN_ALL)
def test_leading_blank_lines_count(text: str) -> None:
    """Blank lines before the front matter are skipped, and lines are still those of the file."""
    assert parsed("\n \n" + text).fields["draft"] == TextValue("false", 6)


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# Title\n---\na: 1\n---\n", "- item\n", "----\n", "{{< figure >}}\n", "{: .x}\n", "+ item\n"]
)
def test_no_front_matter(text: str) -> None:
    """Text that does not begin with front matter has none, whatever stands further down."""
    assert parse_front_matter(text) is None


def test_delimiter_in_value_and_body() -> None:
    """`---` inside a value, or once more in the body, is no delimiter."""
    front_matter = parsed("---\na: x --- y\nb: |\n  one\n  ---\n  two\nc: '---'\n---\nBody\n\n---\n\nmore\n")
    assert front_matter.fields["a"] == TextValue("x --- y", 2)
    assert front_matter.fields["b"] == TextValue("one\n---\ntwo\n", 3)
    assert front_matter.fields["c"] == TextValue("---", 7)
    assert front_matter.body == "Body\n\n---\n\nmore\n"


def test_null_is_absent_unless_quoted() -> None:
    """A key whose value is empty, ~ or null is no field; in quotes it is text. Nulls in a list are left out."""
    front_matter = parsed("---\na:\nb: ~\nc: null\nd: NULL\ne: ''\nf: 'null'\ng: [x, ~, y]\n---\n")
    fields = front_matter.fields
    assert {key: place.line for key, place in front_matter.nulls.items()} == {"a": 2, "b": 3, "c": 4, "d": 5}
    assert fields.keys() == {"e", "f", "g"}
    assert fields["g"] == ListValue((TextValue("x", 8), TextValue("y", 8)), 8)
    assert parsed('{"a": null, "b": [null]}').fields == {"b": ListValue((), 1)}
    assert parsed('{"a": null, "b": [null]}').nulls == {"a": (1, 7)}


def test_scalars_stay_text() -> None:
    """No value is guessed at: numbers, times, booleans and dates of YAML stay as they are written."""
    block = "a: 12:30\nb: on\nc: 0x10\nd: 2024-06-20\ne: 1e3\nf: !!str 007\n"
    values = parsed(f"---\n{block}---\n").fields.values()
    assert [value.text for value in values if isinstance(value, TextValue)] == [
        "12:30", "on", "0x10", "2024-06-20", "1e3", "007",
    ]  # fmt: skip


def test_toml_and_json_scalars() -> None:
    """Typed values become the text that a person would write."""
    fields = parsed("+++\na = 2024-06-20T10:00:00+02:00\nb = 2024-06-20\nc = 1.50\nd = 10:00:00\ne = inf\n+++\n").fields
    texts = [value.text for value in fields.values() if isinstance(value, TextValue)]
    assert texts == ["2024-06-20T10:00:00+02:00", "2024-06-20", "1.50", "10:00:00", "inf"]
    assert parsed('{"a": 1.50, "b": NaN}').fields == {"a": TextValue("1.50", 1), "b": TextValue("NaN", 1)}


def test_lines_of_list_items_and_block_values() -> None:
    """A list item has its own line; a value that begins in the next line has the line of its key."""
    fields = parsed("---\ntags:\n- a\n- b\nlong:\n  text\n---\n").fields
    assert fields["tags"] == ListValue((TextValue("a", 3), TextValue("b", 4)), 2)
    assert fields["long"] == TextValue("text", 5)


@pytest.mark.parametrize("text", ["---\n---\n", "---\n# only a comment\n---", "+++\n+++\n", "{}\nBody"])
def test_empty_front_matter(text: str) -> None:
    """Front matter without fields is front matter."""
    assert parsed(text).fields == {}


@pytest.mark.parametrize(
    ("block", "line", "what"),
    [
        ("title: 'open\nb: 1", 2, "the quote that begins here is not closed"),
        ('a: 1\ntitle: "open', 3, "the quote that begins here is not closed"),
        ("a:\n\t- b", 3, "cannot start any token"),
        ("a: b: c", 2, "mapping values are not allowed"),
        ("a: 1\nA: 2", 3, "the key 'A' stands twice (first in line 2)"),
        ("a: ~\na: 2", 3, "the key 'a' stands twice"),
        ("x:\n  b: 1\n  B: 2", 4, "stands twice"),
        ("a: 1\nb: *a", 3, "the alias '*a' is not allowed"),
        ("b: &a 1", 2, "the anchor '&a' is not allowed"),
        ("b: &a [1]", 2, "the anchor '&a' is not allowed"),
        ("a: 1\n<<: {b: 1}", 3, "the merge key << is not allowed"),
        ("a: !!python/object:os.system x", 2, "the YAML tag"),
        ("a: !mine {b: 1}", 2, "the YAML tag"),
        ("? [a]\n: b", 2, "stands where a key belongs"),
        ("? - a\n: b", 2, "stands where a key belongs"),
        ("- a\n- b", 2, "has no fields"),
        ("just text", 2, "has no fields"),
        ("a: 1\n...\nb: 2", 4, "document start"),
        ("a: 1\n--- b\n", 3, "a second YAML document"),
        ("a: " + "[" * 33, 2, "nested deeper than 32"),
        ("a: " + "{b: " * 33, 2, "nested deeper than 32"),
        ("a:\n  " + "- " * 33, 3, "nested deeper than 32"),
        ("a: [" + "1," * 5_000 + "]", 2, "more than 5,000 values"),
        ("a: 1\nb: x\x07", 3, "U+0007"),
        ("é: 1\nb: é\x07", 3, "U+0007"),
        ('a: "\\ud800"', 2, "invalid Unicode character escape"),
        ("a: \ud800", 2, "half of a pair"),
        ("a: " + "x" * 256 * 1024, 2, "larger than 256 KiB"),
    ],
)
def test_yaml_that_is_refused(block: str, line: int, what: str) -> None:
    """What YAML cannot be, or a post has no use for, is refused with its line and a remedy."""
    error = yaml_error(block)
    assert what in error.what
    assert error.line == line
    assert error.fix
    assert not isinstance(error, UnterminatedError)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("+++\na = 1\nb = \n+++\n", 3, "the TOML cannot be read: Invalid value"),
        ("+++\na = 1\na = 2\n+++\n", 3, "the TOML cannot be read: Cannot overwrite a value"),
        ("+++\na = 1\n\nb = [1,\n+++\n", 4, "the TOML cannot be read: "),
        ("+++\na = 1\nA = 2\n+++\n", 3, "the key 'A' stands twice (first in line 2)"),
        ("+++\nx = 1\na = " + "[" * 33 + "\n+++\n", 3, "nested deeper than 32"),
        ("+++\n" + "a." * 33 + "b = 1\n+++\n", 2, "nested deeper than 32"),
        ("+++\n" + "".join(f"k{i} = 1\n" for i in range(5_001)) + "+++\n", 2, "more than 5,000 values"),
        ("+++\na = " + "9" * 5_000 + "\n+++\n", 2, "Exceeds the limit"),
        ('{\n"a": 1,\n"b" 2}\n', 3, "the JSON cannot be read"),
        ('{\n"a": 1,\n"A": 2}\n', 3, "the key 'A' stands twice (first in line 2)"),
        ('{\n"a": 1,\n"a": 2}\n', 2, "the key 'a' stands twice"),
        ('{"a":\n' + "[" * 33, 2, "nested deeper than 32"),
        ('{"a": [' + "1," * 5_000 + "1]}", 1, "more than 5,000 values"),
        ("{title: 1}", 1, "the JSON cannot be read"),
        ('{"a": "' + "x" * 256 * 1024 + '"}', 1, "larger than 256 KiB"),
    ],
)
def test_toml_and_json_that_are_refused(text: str, line: int, what: str) -> None:
    """TOML and JSON have the same bounds as YAML, and their mistakes have lines too."""
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(text)
    assert what in caught.value.what
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("text", "place", "field"),
    [
        ("---\ntitle: 'x\n---\n", (2, 8), "title"),
        ("---\na: 1\ntitle: a: b\n---\n", (3, 9), "title"),
        ("---\ntitle:\n\tx\n---\n", (3, 1), "title"),
        ("---\na: 1\nA: 2\n---\n", (3, 1), "a"),
        ("---\ntags: [é, *x]\n---\n", (2, 11), "tags"),
        ("---\ntags:\n  - &x a\n---\n", (3, 5), "tags"),
        ("---\né: ü\x07\n---\n", (2, 5), None),
        ("---\na: é\ud800\n---\n", (2, 5), None),
        ("---\n- a\n---\n", (2, 1), None),
        ("\ufeff---\na: 1\n", (1, 1), None),
        ("---\ntags: [a, b\nc: d\n---\n", (2, 7), "tags"),
        ("---\na: {b: c\nd: e\n---\n", (2, 4), "a"),
        ("+++\na = 1\nb = ?\n+++\n", (3, 5), None),
        ("+++\na = [1,\n+++\n", (2, 8), None),
        ("+++\na = '''é''' # x\nb = " + "[" * 33 + "\n+++\n", (3, 37), None),
        ("+++\na = 1\n  A = 2\n+++\n", (3, 7), "a"),
        ('\ufeff {"a": 1, "b" 2}', (1, 15), None),
        ('{"a": 1,\n "a": 2}', (1, 7), "a"),
        ('{"é": ' + "[" * 33, (1, 38), None),
    ],
)
def test_a_mistake_has_its_column_and_its_field(text: str, place: tuple[int, int], field: str | None) -> None:
    """Columns count characters from 1, without a byte order mark; the field is the one whose value is being read."""
    with pytest.raises(FrontMatterError) as caught:
        parse_front_matter(text)
    assert (caught.value.place, caught.value.field) == (place, field)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "---\na:   x\nb:\n  long\nc: >\n  t\nd: [é, y]\n---\n",
            {"a": (2, 6), "b": (3, 1), "c": (5, 4), "d": (7, 4)},
        ),
        ("+++\na =  1\n 'b'='''\nx'''\n[c]\nd = 1\n+++\n", {"a": (2, 6), "b": (3, 6), "c": (5, 1)}),
        ('{"a":  1,\n  "b":\n 2}', {"a": (1, 8), "b": (2, 3)}),
    ],
    ids=["yaml", "toml", "json"],
)
def test_a_value_stands_where_it_begins(text: str, places: dict[str, tuple[int, int]]) -> None:
    """The place of a value is its own if it begins in the line of its key, else that of the key."""
    assert {key: value.place for key, value in parsed(text).fields.items()} == places


def test_each_item_of_a_list_has_its_own_place() -> None:
    """A tag can be pointed at: an item of a YAML list knows its line and column."""
    tags = parsed("---\ntags: [a, 'b']\nmore:\n- c\n---\n").fields
    assert isinstance(tags["tags"], ListValue)
    assert isinstance(tags["more"], ListValue)
    assert [item.place for item in (*tags["tags"].items, *tags["more"].items)] == [(2, 8), (2, 11), (4, 3)]


def test_toml_strings_are_no_structure() -> None:
    """Brackets, dots and equal signs inside TOML strings and comments count for none of its bounds."""
    inside = "[" * 40 + "a." * 40 + "=," * 6_000
    fields = parsed(f'+++\na = "{inside}" # {inside}\nb = \'{inside}\'\nc = """\n{inside}"""\n+++\n').fields
    assert fields["a"] == TextValue(inside, 2)
    assert fields["c"] == TextValue(inside, 4)


@pytest.mark.parametrize(
    ("block", "fix"),
    [
        ("title: Blog: Spotlight", 'put text that has ": " in it into quotes'),
        ("title: 'It's here'", "write '' for each '"),
        ('title: "The "best" way"', 'write \\" for each "'),
        ("title: @home", "begin with @"),
        ("tags:\n\t- a", "instead of tabs"),
        ("tags: [a, b\nc: d", "close it"),
    ],
)
def test_each_common_slip_has_its_own_remedy(block: str, fix: str) -> None:
    """Who knows no YAML learns what to write instead."""
    assert fix in yaml_error(block).fix


def test_explanation_of_unclosed_quote_names_remedy() -> None:
    """A person learns where a quote was opened and what to do."""
    error = yaml_error("a: 1\ntldr: \"It's\nb: 2")
    assert str(error) == "line 3: the YAML cannot be read: the quote that begins here is not closed; close it"


@pytest.mark.parametrize(
    ("block", "place", "what"),
    [
        ("title: 'It's here'\ndate: x", (2, 12), "the quote ends before the value does"),
        ("title: ''Cloud'' news", (2, 10), "the quote ends before the value does"),
        ("title: 'Cloud': news", (2, 15), "the quote ends before the value does"),
        ("tags:\n- 'a's\n- b", (3, 6), "the quote ends before the value does"),
        ("tldr: 'One line\n  that isn't the last\n  one'", (3, 12), "the quote ends before the value does"),
        ("title: 'Open\ndate: '2025-01-01'\na: b", (2, 8), "the quote that begins here is not closed"),
        ("tags:\n- 'open\n- 'closed'\na: b", (3, 3), "the quote that begins here is not closed"),
        ("'key': a: b", (2, 9), "mapping values are not allowed"),
        ("a: 'b'\n c: d", (3, 2), "did not find expected key"),
    ],
)
def test_a_quote_that_is_missing_or_in_the_way(block: str, place: tuple[int, int], what: str) -> None:
    """A quote that was forgotten is shown where it was opened, one too many where the value ends too soon."""
    error = yaml_error(block)
    assert (error.place, what in error.what) == (place, True), error.what


UNTERMINATED = textwrap.dedent("""\
    ---
    title: One
    --
    """)


@pytest.mark.parametrize(
    "text",
    [
        "---",
        "---\n",
        UNTERMINATED,
        UNTERMINATED + "----\n",
        "+++\na = 1\n",
        "{",
        '{"a": 1',
        '{"a": "}',
        '{"a": {}',
        "\ufeff\n---\na",
    ],
)
def test_unterminated(text: str) -> None:
    """Front matter that begins and does not end is told apart, as a file may be half-written."""
    with pytest.raises(UnterminatedError):
        parse_front_matter(text)
    assert is_unterminated(text.encode())


@pytest.mark.parametrize(
    "text", [*SAME_IN_ALL.values(), "", "text", "---\n'\n---", "---\na\n---\n--- \n", '{"a":' + "[" * 50, "-- x"]
)
def test_terminated(text: str) -> None:
    """A file without front matter, or with an end of it, is not half-written, however bad it is otherwise."""
    assert not is_unterminated(text.encode())


@pytest.mark.parametrize("raw", [b"-", b"--", b"\xef\xbb\xbf+", b"---\ntitle: \xc3"])
def test_half_a_delimiter_or_character(raw: bytes) -> None:
    """A write that has got no further than a part of a delimiter or of a character is unterminated."""
    assert is_unterminated(raw)
