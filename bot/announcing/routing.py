"""Which channels take a post: pure, with the reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wcmatch import glob

from bot.catalog.records import Reason
from bot.content.post import Post
from bot.settings import ChannelSettings, Filter

__all__ = ["Route", "route"]

EVERYTHING = "*"

# As in a .gitignore: * stays within a folder, ** goes through folders, case counts, also on Windows.
GLOB_FLAGS = glob.GLOBSTAR | glob.CASE | glob.FORCEUNIX | glob.DOTGLOB


@dataclass(frozen=True, slots=True)
class Route:
    """What one channel says of one post.

    Attributes:
        channel: its settings.
        matches: whether it takes the post.
        reasons: every filter of the channel; empty if it has none.
    """

    channel: ChannelSettings
    matches: bool
    reasons: tuple[Reason, ...]


def route(post: Post, channels: Sequence[ChannelSettings]) -> tuple[Route, ...]:
    """Ask each of `channels`, in their order, whether it takes `post`. A channel without filters takes everything."""
    return tuple(_ask(channel, post) for channel in channels)


def _ask(channel: ChannelSettings, post: Post) -> Route:
    sources = (post.source,) if post.source is not None else ()
    reasons = (
        *_compare("tags", channel.tags, post.tags),
        *_compare("sources", channel.sources, sources),
        *_within(channel.paths, post.path),
    )
    return Route(channel, all(reason.passed for reason in reasons), reasons)


def _compare(field: str, wanted: Filter, names: Sequence[str]) -> Iterator[Reason]:
    """Compare the `names` of a post with a filter, without regard to case."""
    there = {name.casefold() for name in names}
    said = f"the post has {', '.join(names)}" if names else "the post has none"
    if wanted.any and EVERYTHING not in wanted.any:
        passed = any(name.casefold() in there for name in wanted.any)
        yield Reason(f"{field}.any", passed, f"at least one of {', '.join(wanted.any)}; {said}")
    if required := [name for name in wanted.all if name != EVERYTHING]:
        passed = all(name.casefold() in there for name in required)
        yield Reason(f"{field}.all", passed, f"all of {', '.join(required)}; {said}")
    if wanted.none:
        refused = bool(there) if EVERYTHING in wanted.none else any(name.casefold() in there for name in wanted.none)
        yield Reason(f"{field}.none", not refused, f"none of {', '.join(wanted.none)}; {said}")


def _within(patterns: Sequence[str], path: str) -> Iterator[Reason]:
    if patterns and EVERYTHING not in patterns:
        passed = any(glob.globmatch(path, pattern, flags=GLOB_FLAGS) for pattern in patterns)
        yield Reason("paths", passed, f"one of {', '.join(patterns)}; the post is {path}")
