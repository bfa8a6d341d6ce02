"""Our own ways beside what others do with the same files, in one run, so that the machine's mood cancels out."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from watchdog.utils.dirsnapshot import DirectorySnapshot

from benchmarks.table import Row, milliseconds
from bot.content.read_post import read_post
from bot.content.scan import Scanner, Survey

__all__ = ["compare"]

ROUNDS = 5
READ_POSTS = 2_000


def compare(content: Path) -> list[Row]:
    """Compare looking at a tree, and reading the first posts of it."""
    scanner = Scanner(content)
    found = scanner.survey({})
    assert isinstance(found, Survey)
    known = {reading.file.path: reading.file.stamp for reading in scanner.read(found.changed, found.changed).readings}
    raws = {path: (content / path).read_bytes() for path in found.changed[:READ_POSTS]}
    blocks = [raw.decode().split("---\n")[1] for raw in raws.values()]
    rows = _side_by_side(
        f"look at {found.files:,} files",
        ("our survey", lambda: scanner.survey(known)),
        ("watchdog's DirectorySnapshot", lambda: DirectorySnapshot(str(content))),
    )
    rows += _side_by_side(
        f"read {len(raws):,} posts",
        ("our guarded reading", lambda: [read_post(path, raw) for path, raw in raws.items()]),
        ("yaml.CSafeLoader alone", lambda: [yaml.load(block, yaml.CSafeLoader) for block in blocks]),
    )
    return [*rows, *_hugo(content)]


def _side_by_side(
    what: str, ours: tuple[str, Callable[[], object]], theirs: tuple[str, Callable[[], object]]
) -> list[Row]:
    """The fastest of some rounds of each, taken in turns."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for (_, work), into in zip((ours, theirs), seconds, strict=True):
            began = time.perf_counter()
            work()
            into.append(time.perf_counter() - began)
    our_best, their_best = map(min, seconds)
    return [
        Row(f"{what}: {ours[0]}", milliseconds(our_best)),
        Row(f"{what}: {theirs[0]}", milliseconds(their_best)),
        Row(f"{what}: ratio", f"{our_best / their_best:.2f}"),
    ]


def _hugo(content: Path) -> list[Row]:
    """Hugo on the same content, if it is there; it is never installed for this."""
    hugo = shutil.which("hugo")
    if hugo is None:
        return [Row("hugo list all", "no hugo here")]
    site = content.parent / "hugo"
    site.mkdir()
    (site / "hugo.toml").write_text('baseURL = "https://example.org/"\n', encoding="utf-8")
    began = time.perf_counter()
    subprocess.run(
        [hugo, "list", "all", "--source", str(site), "--contentDir", str(content)],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return [Row("hugo list all, of the same content", f"{time.perf_counter() - began:.2f} s")]
