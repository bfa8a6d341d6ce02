"""What holds for all tests."""

import os

from hypothesis import settings

# A busy machine is no failure; the suite has a timeout of its own.
settings.register_profile("linkbot", deadline=None)
settings.load_profile("linkbot")


def pytest_xdist_auto_num_workers() -> int:
    """How many tests run side by side with ``-n auto``: one more than there are cores, as many wait for processes."""
    return (os.cpu_count() or 1) + 1
