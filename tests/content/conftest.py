"""What all tests of the content side share."""

from tests.support.threads import no_thread_left_behind

__all__ = ["no_thread_left_behind"]
