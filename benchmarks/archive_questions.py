"""Questions of members to the generated archive: different ones without end, the same ones in every run."""

import random
from collections.abc import Awaitable, Callable, Iterator
from functools import partial

from benchmarks.archive_posts import COMMON_TAG, ArchivePost, archive_post, common_words
from bot.rehearsal.standin import StandIn

__all__ = ["POSTS", "Ask", "questions", "two_words"]

POSTS = 100_000
TYPED_CHARACTERS = 4  # of a tag, at most
SEED = 4

Ask = Callable[[StandIn], Awaitable[object]]


def questions() -> dict[str, Iterator[Ask]]:
    """Questions of each kind, by its name."""
    return {
        "/search of two words": map(_search, two_words()),
        "/tag": map(_tag, _posts(SEED + 1), _turns()),
        "autocomplete of a tag": map(_typed_tag, _posts(SEED + 2)),
        "autocomplete of a title": map(_typed_title, _posts(SEED + 3)),
    }


def two_words() -> Iterator[str]:
    """Two words that some post has: two of the commonest, two of a title, two of a text, in turns."""
    chance = random.Random(SEED)
    for post in _posts(SEED):
        yield " ".join(chance.sample(common_words(), 2))
        yield " ".join(chance.sample(post.title.split(), 2))
        yield " ".join(chance.sample(post.text.rstrip(".").split(), 2))


def _posts(seed: int) -> Iterator[ArchivePost]:
    chance = random.Random(seed)
    while True:
        yield archive_post(chance.randrange(POSTS))


def _turns() -> Iterator[bool]:
    while True:
        yield True
        yield False


def _search(words: str) -> Ask:
    return lambda standin: standin.slash("search", {"words": words})


def _tag(post: ArchivePost, two: bool) -> Ask:
    """One of the tags of a post, or the commonest and a rarer one together."""
    if two:
        return lambda standin: standin.slash("tag", {"name": COMMON_TAG, "and": post.tags[-1]})
    tag = post.tags[len(post.title) % len(post.tags)]
    return lambda standin: standin.slash("tag", {"name": tag})


def _typed_tag(post: ArchivePost) -> Ask:
    tag = post.tags[len(post.title) % len(post.tags)]
    return partial(_autocomplete, "tag", "name", tag[: len(post.text) % (TYPED_CHARACTERS + 1)])


def _typed_title(post: ArchivePost) -> Ask:
    return partial(_autocomplete, "search", "words", post.title[: 1 + len(post.text) % len(post.title)])


def _autocomplete(command: str, option: str, typed: str, standin: StandIn) -> Awaitable[object]:
    return standin.autocomplete(command, option, typed)
