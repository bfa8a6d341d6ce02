"""What a command that changes something has done."""

from dataclasses import dataclass

__all__ = ["Done"]


@dataclass(frozen=True, slots=True)
class Done:
    """What is told of it, and what follows.

    Attributes:
        lines: sentences for people.
        to_send: something became due, for a service to send.
        posts: the path of each post that something was done with, and what; `lines` may name only some of many.
    """

    lines: list[str]
    to_send: bool
    posts: tuple[tuple[str, str], ...] = ()
