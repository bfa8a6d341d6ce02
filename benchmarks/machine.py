"""What the figures were measured on: without it they say nothing."""

import os
import platform
import sqlite3
import sys
from importlib.metadata import version
from pathlib import Path

__all__ = ["describe_machine"]

LIBRARIES = ("discord.py", "aiohttp", "watchdog", "aiosqlite", "PyYAML", "pydantic", "reader")


def describe_machine() -> str:
    """Processor, load and versions, a line each."""
    one, five, fifteen = os.getloadavg()
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return "\n".join(
        (
            f"machine    {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
            f"load       {one:.2f} {five:.2f} {fifteen:.2f} (1, 5, 15 minutes; before the first measurement)",
            f"versions   Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, {libraries}",
        )
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
