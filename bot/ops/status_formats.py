"""A `Status` as text for people, plain or for a terminal, and as JSON for programs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.ops.status import Status
from bot.ops.status_advice import advice
from bot.ops.status_errors import errors
from bot.ops.status_json import as_json
from bot.ops.status_lines import after, before, table
from bot.ops.suggest import suggested
from bot.ops.terminal import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["as_json", "as_renderable", "as_text"]

LABEL = 12  # columns
DELIVERIES, LOOK, ERROR = "deliveries", "!", "error"


def as_text(status: Status) -> str:
    """For people: what is, and below it, marked with ``!``, what they should look at; the last errors at the end."""
    look = list(advice(status))
    lines = [
        *(f"{label:<{LABEL}}{text}" for label, text in before(status)),
        *_plain_table(table(status)),
        *(f"{label:<{LABEL}}{text}" for label, text in after(status)),
        *(f"{LOOK} {line}" for line in look),
        *(f"{ERROR:<{LABEL}}{line}" for line in errors(status, look)),
    ]
    return "\n".join(printable(suggested(line, status.source.file)).rstrip() for line in lines)


def as_renderable(status: Status) -> "RenderableType":
    """The same for a terminal: lines are wrapped behind their labels, the deliveries are a table."""
    from rich.console import Group  # a tenth of a second
    from rich.table import Table
    from rich.text import Text

    def grid(lines: Iterable[tuple[str, str]], label_style: str, style: str = "") -> Table:
        made = Table.grid(padding=(0, 1))
        made.add_column(width=LABEL - 1, style=label_style)
        made.add_column(style=style, overflow="fold")
        for label, text in lines:
            made.add_row(Text(label), Text(printable(suggested(text, status.source.file))))
        return made

    look = list(advice(status))

    rows = table(status)
    counts = Table(box=None, pad_edge=False, header_style="bold")
    for number, heading in enumerate(rows[0] if rows else ()):
        counts.add_column(heading, justify="right" if number else "left")
    for row in rows[1:]:
        counts.add_row(*(Text(printable(cell), style="dim" if cell == "0" else "") for cell in row))
    deliveries = Table.grid(padding=(0, 1))
    deliveries.add_column(width=LABEL - 1, style="bold cyan")
    deliveries.add_row(Text(DELIVERIES), counts)
    return Group(
        grid(before(status), "bold cyan"),
        *([deliveries] if rows else []),
        grid(after(status), "bold cyan"),
        grid(((LOOK, line) for line in look), "bold yellow", "yellow"),
        grid(((ERROR, line) for line in errors(status, look)), "bold red"),
    )


def _plain_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        return
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for number, (name, *cells) in enumerate(shown):
        counts = "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield f"{'' if number else DELIVERIES:<{LABEL}}{name:<{widths[0]}}{counts}"
