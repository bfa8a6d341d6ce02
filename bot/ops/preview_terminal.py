"""A `Preview` for a terminal: coloured on one, and the same lines at a width of 100 in a pipe."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from bot.catalog.records import Reason
from bot.ops.preview import Preview
from bot.ops.preview_card import URL, Card, SumState
from bot.ops.preview_channels import ChannelWords, channel_words
from bot.ops.preview_delivery import moment
from bot.ops.preview_words import knowledge, rules, verdict
from bot.ops.terminal import printable

__all__ = ["console_on", "show"]

WIDTH = 100  # columns, at most; and always where it is no terminal
CARD_WIDTH = 72  # columns; a card in Discord has 520 pixels
# Discord's own dark theme.
BACK, TEXT, LINK, FAINT = "#2b2d31", "#dbdee1", "#00a8fc", "#a3a6aa"
YES, NO, NEITHER = "green", "red", "yellow"
OF_STATE = {SumState.FITS: ("", ""), SumState.NEAR: ("near  ", "yellow"), SumState.CUT: ("", "yellow")}


def console_on(stream: TextIO) -> Console:
    """Where to print: `stream`, with colours if it is a terminal and ``NO_COLOR`` is not set."""
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else WIDTH
    return console


def show(preview: Preview, console: Console, *, is_one_of_many: bool = False) -> None:
    """Print the card, the verdict with every rule, each channel, what is known, and the card's sums.

    One of many begins with a line across the width.
    """
    if is_one_of_many:
        console.rule(characters="─" if console.encoding.lower().startswith("utf") else "-", style=FAINT)
    for line in _Lines(console).all(preview):
        console.print(line, soft_wrap=True)


class _Lines:
    """Makes the lines for one console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        is_unicode = console.encoding.lower().startswith("utf")
        self._bar = "▌" if is_unicode else "|"
        self._marks = ("✓", "✗", "–") if is_unicode else ("yes", "NO ", "-")
        has_colours = console.color_system in {"256", "truecolor"} and not console.no_color
        self._paper = f"on {BACK}" if has_colours else ""

    def all(self, preview: Preview) -> Iterator[Text]:
        yield Text(printable(preview.file), "bold")
        yield Text()
        if preview.card is not None:
            yield from self._card(preview.card)
            yield Text()
        yield from self._hanging(Text(), verdict(preview), "bold")
        for heading, reasons in rules(preview):
            yield from self._headed(heading, self._reasons([(each, each.text) for each in reasons], "  "))
        yield from self._headed("Channels", self._channels(preview))
        known = (line for text in knowledge(preview) for line in self._hanging(Text("  "), text))
        yield from self._headed("What the bot knows", known)
        if preview.card is not None:
            yield from self._headed("Sums, in characters", self._sums(preview.card))

    def _headed(self, heading: str, lines: Iterable[Text]) -> Iterator[Text]:
        yield Text()
        yield Text(heading, "bold")
        yield from lines

    def _card(self, card: Card) -> Iterator[Text]:
        link = Style(bold=True, underline=True, color=LINK if self._paper else None, link=card.url)
        end = " • ".join(part for part in (card.footer, moment(card.date) if card.date else "") if part)
        parts = [
            (card.source, Style(bold=True)),
            (card.title, link),
            *((paragraph, Style()) for paragraph in card.text.split("\n\n")),
            (end, Style(color=FAINT) if self._paper else Style(dim=True)),
        ]
        yield self._on_paper(card, Text())
        for text, style in parts:
            if text:
                for line in self._wrapped(text, style, CARD_WIDTH - 4):
                    yield self._on_paper(card, line)
                yield self._on_paper(card, Text())

    def _on_paper(self, card: Card, line: Text) -> Text:
        """A line of the card, its coloured bar at the left, its paper where the terminal has one."""
        text = Text.assemble((self._bar, Style(color=card.colour)), " ", line, style=self._paper)
        if self._paper:
            text.stylize_before(Style(color=TEXT))
            text.pad_right(max(0, min(CARD_WIDTH, self._console.width) - text.cell_len))
        else:
            text.rstrip()
        return text

    def _reasons(self, reasons: Sequence[tuple[Reason, str]], indent: str) -> Iterator[Text]:
        widest = max((len(reason.rule) for reason, _ in reasons), default=0)
        for reason, text in reasons:
            yield from self._hanging(self._lead(indent, reason.rule, widest, passed=reason.passed), text)

    def _lead(self, indent: str, rule: str, width: int = 0, *, passed: bool | None) -> Text:
        yes, no, neither = self._marks
        mark, colour = {True: (yes, YES), False: (no, NO), None: (neither, NEITHER)}[passed]
        return Text.assemble(indent, (mark, colour), f" {printable(rule):<{width}}  ")

    def _channels(self, preview: Preview) -> Iterator[Text]:
        if not preview.settings.channels:
            yield Text("  No channels are set up.")
        for channel in channel_words(preview):
            yield from self._channel(channel)

    def _channel(self, channel: ChannelWords) -> Iterator[Text]:
        yield from self._hanging(self._lead("  ", channel.label, passed=channel.takes), channel.says)
        yield from self._reasons([(each.reason, each.text) for each in channel.conditions], "      ")
        for fact in channel.facts:
            yield from self._hanging(Text("      "), fact)

    def _sums(self, card: Card) -> Iterator[Text]:
        widest = max(len(each.part) for each in card.sums)
        for each in card.sums:
            word, colour = OF_STATE[each.state]
            number = f"{each.characters:>5,} of {each.limit:>5,}  {word}"
            lead = Text.assemble(f"  {each.part:<{widest}}  ", (number, colour))
            yield from self._hanging(lead, each.note or (card.url if each.part == URL and card.url else ""))

    def _hanging(self, lead: Text, text: str, style: str = "") -> Iterator[Text]:
        """Lines that begin with `lead`, and go on beneath where the text began."""
        room = max(20, self._console.width - lead.cell_len)
        for number, line in enumerate(self._wrapped(text, Style.parse(style) if style else Style(), room)):
            whole = Text.assemble(lead if number == 0 else " " * lead.cell_len, line)
            whole.rstrip()
            yield whole

    def _wrapped(self, text: str, style: Style, width: int) -> Iterator[Text]:
        """`text` in lines of `width` columns; only a word that is longer than a line is broken."""
        room = min(width, self._console.width - 2)
        words = Text(printable(" ".join(text.split())), style)
        yield from (words.wrap(self._console, room, overflow="fold") if words else [Text()])
