"""``make torture``: what takes too long for ``make test``. Exit code 1 if anything is not as it must be."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.support.end_to_end_kills import BLIND, LONG, SHORT
from tests.torture.chaos import unsettle
from tests.torture.gateway_lost import lose_the_gateway
from tests.torture.killing import torment
from tests.torture.moments import exhaust_moments
from tests.torture.takeovers import take_over

SECTIONS = ("short", "long", "blind", "instances", "files", "gateway", "moments")


def main() -> int:
    """Do what the arguments name; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append", default=[], help="no more than this")
    parser.add_argument("--kills", type=int, default=2_000, help="kills for each length of outage")
    parser.add_argument("--parallel", type=int, default=7, help="services that are killed side by side")
    parser.add_argument("--takeovers", type=int, default=100, help="how often one instance takes over from another")
    parser.add_argument("--pairs", type=int, default=1_000, help="pairs of faults in each story")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long the files are in turmoil")
    parser.add_argument("--seed", type=int, help="what is drawn from; default: another one each time")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.randrange(1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="linkbot-torture-"))
    violations = asyncio.run(_torture(arguments, folder))
    for violation in violations:
        _tell(f"VIOLATION {violation}")
    if not violations:
        shutil.rmtree(folder)
    return 1 if violations else 0


async def _torture(arguments: argparse.Namespace, folder: Path) -> list[str]:
    wanted = frozenset(arguments.only) or frozenset(SECTIONS)
    seed, violations = arguments.seed, []
    _tell(f"seed {seed}, files in {folder}")
    for section, outage, kills in (
        ("short", SHORT, arguments.kills),
        ("long", LONG, arguments.kills),
        ("blind", BLIND, arguments.kills // 10),
    ):
        if section in wanted:
            _tell(f"\nKilled, with outages {outage.name}")
            violations += await torment(folder, section, outage, kills, seed, arguments.parallel, _tell)
    if "instances" in wanted:
        _tell("\nTwo and five instances on one state directory, the one that works killed")
        violations += await take_over(folder / "instances", arguments.takeovers, seed, _tell)
    if "files" in wanted:
        _tell(f"\nFiles in turmoil for {arguments.minutes:g} minutes")
        violations += await unsettle(folder / "chaos", arguments.minutes * 60, seed, _tell)
    if "gateway" in wanted:
        _tell("\nThe gateway away for a minute, and silent")
        violations += await lose_the_gateway(folder / "gateway", 60.0, _tell)
    if "moments" in wanted:
        _tell("\nEach fault at each moment, and pairs of faults")
        violations += await asyncio.to_thread(exhaust_moments, arguments.pairs, seed, _tell)
    return violations


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
