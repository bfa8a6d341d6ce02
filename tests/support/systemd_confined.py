"""Runs a command as config/linkbot.service confines it, without systemd: its mounts, rights, system calls and sockets.

``unshare --mount python -m tests.support.systemd_confined STATE COMMAND…``: everything but STATE can only be read then.
The filters are put in place by libseccomp, as systemd does it.
"""

import ctypes
import errno
import mmap
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

__all__ = ["UNIT", "confinement", "why_not"]

UNIT = Path(__file__).parents[2] / "config" / "linkbot.service"
LIBRARY = "libseccomp.so.2"
TOOLS = ("unshare", "mount", "setpriv", "systemd-analyze")

# Of seccomp.h and linux/prctl.h
ALLOW = 0x7FFF0000
FAIL = 0x00050000 | errno.EPERM
EQUAL, MASKED_EQUAL = 4, 7
NO_NEW_PRIVILEGES = 38

CHECKED = {"mmap", "mprotect", "pkey_mprotect", "shmat", "socket"}  # allowed with some arguments only
KEPT = ("/proc", "/sys", "/dev")  # systemd has other means for these


class Comparison(ctypes.Structure):
    """``struct scmp_arg_cmp``: what an argument must be."""

    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


def why_not() -> str | None:
    """Why nothing can be confined here; None: it can."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        missing.append(LIBRARY)
    if missing:
        return f"not installed: {', '.join(missing)}"
    allowed = subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0
    return None if allowed else "mounting is not allowed here"


def confinement(state: Path) -> tuple[str, ...]:
    """What a command is started by to be confined; of all folders it can write `state` alone."""
    return ("unshare", "--mount", sys.executable, "-m", "tests.support.systemd_confined", str(state))


def _settings(name: str) -> list[str]:
    return re.findall(rf"(?m)^{name}=(.*)$", UNIT.read_text(encoding="utf-8"))


def _calls(name: str) -> set[str]:
    """The system calls of a group such as ``@system-service``, as this machine's systemd understands it."""
    if not name.startswith("@"):
        return {name}
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
    ).stdout
    members = [line.strip() for line in told.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return set().union(*map(_calls, members))


def _allowed_calls() -> set[str]:
    allowed = set[str]()
    for line in _settings("SystemCallFilter"):
        calls = set[str]().union(*map(_calls, line.removeprefix("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


def _filter_calls() -> None:
    """Let every call fail but those that the unit allows; there is no way back."""
    library = ctypes.CDLL(LIBRARY)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(FAIL)))

    def allow(call: str, *comparisons: tuple[int, int, int, int]) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:  # of another architecture
            return
        rules = (Comparison * len(comparisons))(*(Comparison(*each) for each in comparisons))
        refused = library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, len(comparisons), rules)
        assert refused == 0, call

    for call in _allowed_calls() - CHECKED:
        allow(call)
    if _settings("MemoryDenyWriteExecute") == ["yes"]:
        both = mmap.PROT_WRITE | mmap.PROT_EXEC
        for rights in (0, mmap.PROT_WRITE, mmap.PROT_EXEC):
            allow("mmap", (2, MASKED_EQUAL, both, rights))
        allow("mprotect", (2, MASKED_EQUAL, mmap.PROT_EXEC, 0))
    for family in _settings("RestrictAddressFamilies")[0].split():
        allow("socket", (0, EQUAL, getattr(socket, family), 0))
    assert ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
    assert library.seccomp_load(context) == 0


def _let_write_only(state: Path) -> None:
    state.mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", str(state), str(state)], check=True)
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        point = line.split(" ")[4]
        if point != str(state) and not point.startswith(KEPT):
            subprocess.run(["mount", "-o", "remount,bind,ro", point], check=True, stdout=subprocess.DEVNULL)


def _main(state: Path, command: list[str]) -> None:
    if os.environ.get("CONFINED") is None:
        _let_write_only(state)
        os.environ["CONFINED"] = "mounts"
        again = (sys.executable, "-m", "tests.support.systemd_confined", str(state), *command)
        os.execvp("setpriv", ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *again))
    _filter_calls()
    os.execvp(command[0], command)


if __name__ == "__main__":
    _main(Path(sys.argv[1]), sys.argv[2:])
