"""Threads that a test must not leave behind."""

import threading
from collections.abc import Iterator

import pytest

__all__ = ["no_thread_left_behind"]

PATIENCE_SECONDS = 5.0  # for a thread that was told to end


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """A test that leaves a thread running fails; asyncio's own pool ends with its loop."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("asyncio_")]
    for thread in left:
        thread.join(PATIENCE_SECONDS)
    assert not [thread for thread in left if thread.is_alive()]
