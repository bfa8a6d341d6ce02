"""What ``linkbot check`` shows on a terminal: the report in colours, and how far the reading is."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot.ops import check_reading
from bot.ops.check_records import CheckReport
from bot.ops.check_text import lines

__all__ = ["print_report", "progress_bar"]

PATIENCE_SECONDS = 0.5  # what is done by then needs no bar


def print_report(report: CheckReport, *, everything: bool) -> None:
    """Print the report on standard output, in colours unless ``NO_COLOR`` is set; lines are left to the terminal."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    for line in lines(report, everything=everything):
        console.print(Text.assemble(*line))


@contextmanager
def progress_bar() -> Iterator[check_reading.Progress]:
    """Show how far the reading is, on standard error, once it takes longer than half a second; gone at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    task = bar.add_task("Reading posts", total=None)
    began = time.monotonic()

    def tell(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total)
        if not bar.live.is_started and time.monotonic() - began > PATIENCE_SECONDS:
            bar.start()

    try:
        yield tell
    finally:
        bar.stop()
