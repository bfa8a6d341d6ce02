"""Whether a directory's file system tells about changes at all.

The kernel reports what is done through its own mounts. What another machine does to a network share, or the host to a
virtual machine's folder, it never hears of; there only looking again and again helps.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Choice", "choose_mode", "file_system_of"]

MOUNT_TABLE = Path("/proc/self/mountinfo")

_SILENT = re.compile(
    r"nfs\d*|cifs|smb\w*|9p|fuse\..+|virtiofs|grpcfuse|fakeowner|vboxsf|prl_fs|vmhgfs|afs|ceph|lustre", re.ASCII
)
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Choice:
    """A way of watching, and why it was chosen, for the log and for `status`."""

    mode: Literal["native", "polling"]
    why: str


def file_system_of(path: str, mount_table: str) -> str | None:
    """The type of the file system that holds a path.

    Args:
        path: absolute, without symbolic links; it need not exist.
        mount_table: the text of ``/proc/self/mountinfo`` (proc_pid_mountinfo(5)).

    Returns:
        ``ext4``, ``nfs4``, ``fuse.sshfs`` …; None if no line says.
    """
    found: tuple[int, str] | None = None
    for line in mount_table.splitlines():
        mount, _, source = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not source:
            continue
        point = _OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4])
        covers = path == point or path.startswith(point.rstrip("/") + "/")
        if covers and (found is None or len(point) >= found[0]):  # of two at one place the later one is on top
            found = (len(point), source.split(" ", 1)[0])
    return found[1] if found else None


def choose_mode(root: Path, wanted: Literal["auto", "native", "polling"], mount_table: Path = MOUNT_TABLE) -> Choice:
    """Decide how to watch a directory."""
    if wanted != "auto":
        return Choice(wanted, f"content.watcher is {wanted}")
    try:
        table = mount_table.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return Choice("native", "the system has no list of mounts to judge by")
    kind = file_system_of(os.path.realpath(root), table)
    if kind is not None and _SILENT.fullmatch(kind):
        return Choice("polling", f"the content directory is on {kind}, which does not report every change")
    return Choice("native", f"the content directory is on {kind or 'a local file system'}, which reports changes")
