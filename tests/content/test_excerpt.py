"""Plain text out of Markdown, and cuts where a reader would pause."""

import pytest

from bot.content.excerpt import cut, first_paragraph


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        ("One\ntwo.\n\nThree.", "One two."),
        ("# Head\n\nOne.", "One."),
        ("Head\n====\nOne.", "One."),
        ("Head\n---\n\nOne.", "One."),
        ("***\n\nOne.", "One."),
        ("```\ncode\n\n# more\n```\nOne.", "One."),
        ("~~~~\n~~~\ncode\n~~~~\nOne.", "One."),
        ("    code\n\nOne\n    goes on.", "One goes on."),
        ("<!-- hidden\n\n -->One.", "One."),
        ("One.<!-- never closed\n\nTwo.", "One."),
        ("![alt](pic.png)\n\nOne.", "One."),
        ("[![alt](pic.png)](https://e.org)\n\nOne.", "One."),
        ("{{< youtube x >}}\n\nOne {{% ref a %}}.", "One ."),
        ("| a | b |\n|---|---|\n\nOne.", "One."),
        ("[ref]: https://e.org\n\nOne [two][ref].", "One two."),
        ("> Quoted\n> text.", "Quoted text."),
        ("- one\n- two", "one"),
        ("1. one\n2. two", "one"),
        ("**Bold** *it* ***both*** __b__ _i_ ~~gone~~ `code`", "Bold it both b i gone code"),
        ("a_snake_case * 2 * 3", "a_snake_case * 2 * 3"),
        (r"\*stars\* \[x\]", "*stars* [x]"),
        ("[text](https://e.org/a_(b) 'title') end", "text end"),
        ("<https://e.org/> &amp; <b>x</b><br/>y[^1]", "https://e.org/ & xy"),
        ("Line<script>alert(1)</script>", "Linealert(1)"),
    ],
)
def test_first_paragraph(body: str, text: str) -> None:
    """The first paragraph of prose is taken, without any markup."""
    assert first_paragraph(body) == text


@pytest.mark.parametrize(
    "line",
    [
        "Open the original post ↗ https://e.org/",
        "open the original post",
        "**Open the original post** https://e.org/",
        "[Open the original post ↗](https://e.org/)",
        "> Open the original post",
        "<p>Open the original post</p>",
    ],
)
def test_the_line_that_is_never_shown(line: str) -> None:
    """ "Open the original post" is never the text, however it is marked up; what follows it may be."""
    assert first_paragraph(line) == ""
    assert first_paragraph(f"{line}\n\nReal text.") == "Real text."
    assert first_paragraph(f"Real text.\n{line}\n") == "Real text."


@pytest.mark.parametrize(
    ("text", "characters", "short"),
    [
        ("Short.", 10, "Short."),
        ("  folded \n\n text ", 20, "folded text"),
        ("Hello world. This is it. And more words follow here", 30, "Hello world. This is it."),
        ("First. Then a long sentence without any end in sight", 30, "First. Then a long sentence…"),
        ("We build v1. x today and tomorrow", 14, "We build v1.…"),
        ("Things that count, e.g. The Thing and others", 24, "Things that count, e.g.…"),
        ("It ended in 2024. What followed is long", 24, "It ended in 2024."),
        ("It needs version 2. Others need more", 24, "It needs version 2.…"),
        ("Tasks: lift the v1. 32 gate and others", 24, "Tasks: lift the v1. 32…"),
        ("Made by Ada King, Sr. Engineer, for all", 24, "Made by Ada King, Sr.…"),
        ("Offices in the U.S. Market of clouds", 20, "Offices in the U.S.…"),
        ('He said "yes!" Then he went away', 20, 'He said "yes!"'),
        ("これは文です。次の文は長いです", 10, "これは文です。"),
        ("one two, three", 9, "one two…"),
        ("x" * 50, 10, "x" * 9 + "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("e\u0301" * 10, 8, "e\u0301" * 3 + "…"),
        ("👨‍👩‍👧‍👦" * 3, 10, "👨‍👩‍👧‍👦…"),
        ("🇩🇪" * 5, 6, "🇩🇪🇩🇪…"),
        ("👍🏽" * 5, 6, "👍🏽👍🏽…"),
    ],
)
def test_cut(text: str, characters: int, short: str) -> None:
    """A cut falls after a sentence, else after a word, and never inside what a reader sees as one character."""
    assert cut(text, characters) == short
    assert len(short) <= characters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Our five picks 1. Virtual machines for all 2.", "Our five picks 1. Virtual machines for all…"),
        ("1. Wrong policies: 2.", "1. Wrong policies…"),
        ("Debugging 9. Read the audit log 10.", "Debugging 9. Read the audit log…"),
        ("It became stable in 2.", "It became stable in 2."),
        ("1. One 2. Two.", "1. One 2. Two."),
        ("Out since 1.2. Stable in 1.3.", "Out since 1.2. Stable in 1.3."),
        ("2.", "2."),
    ],
)
def test_a_list_that_another_program_cut_short(text: str, shown: str) -> None:
    """The number of a list's next item is no end of a card's text; a number that ends a sentence stays."""
    assert cut(text, 100) == shown
