"""How the interpreter and the C library behave in a service that answers people beside its work."""

import ctypes
import gc
import sys

__all__ = ["set_up_process"]

SWITCH_SECONDS = 0.0005  # after which a thread that computes lets others have their turn; the interpreter's own: 0.005
M_ARENA_MAX = -8  # of glibc's malloc.h


def set_up_process() -> None:
    """Make the process fit for the service; call it when all is imported and before there are threads."""
    gc.freeze()  # what is imported stays for good; looking through it for garbage slows every scan
    # An answer changes threads several times, and each time it waits for the one that takes a scan in.
    sys.setswitchinterval(SWITCH_SECONDS)
    _share_heap()


def _share_heap() -> None:
    """One heap for all threads, where the C library is glibc: a heap for each keeps what a scan once needed there.

    https://sourceware.org/glibc/manual/latest/html_node/Malloc-Tunable-Parameters.html
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 1)
