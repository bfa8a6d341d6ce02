"""Names that are probably one name, written in two ways: pure."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

__all__ = ["misspelt", "misspelt_kinds", "nearest", "nearest_kind"]

LEAST_LETTERS = 5  # in shorter words one letter makes another word: eks and ecs, go and gcp
LEAST_LETTERS_OF_KIND = 3
FEW = 3  # so many posts of one kind may be slips; more of them, and none of the other kind, are meant
EVERY_KIND = "*"
TIMES_AS_FREQUENT = 5  # a tag must be so many times more frequent to be what a rare one means
MOST_COMPARED = 1_000  # of the most frequent names, so that a site with very many tags costs no more
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


def misspelt(names: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    """Find names that a far more frequent one may have meant.

    Args:
        names: each as written, and in how many posts.

    Yields:
        A name, what it may have meant, and how they differ: by case, or by a letter.
    """
    spellings: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda name: (-names[name], name)):
        spellings.setdefault(name.casefold(), []).append(name)
    for usual, *others in spellings.values():
        yield from ((other, usual, "by case") for other in others)
    numbers = {folded: sum(names[name] for name in written) for folded, written in spellings.items()}
    by_number = sorted(numbers, key=lambda folded: -numbers[folded])[:MOST_COMPARED]
    falling = [-numbers[folded] for folded in by_number]
    for folded, number in numbers.items():
        enough = bisect_right(falling, -TIMES_AS_FREQUENT * number)
        if near := nearest(folded, by_number[:enough]):
            yield spellings[folded][0], spellings[near][0], "by a letter"


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The first of `names`, all in one case, that `name` may have meant; None: none is near."""
    near = process.extract_iter(name.casefold(), names, scorer=OSA.distance, score_cutoff=1)
    return next((other for other, distance, _ in near if distance == 1 and _is_slip(name.casefold(), other)), None)


def nearest_kind(kind: str, kinds: Iterable[str]) -> str | None:
    """The first of `kinds` that differs from `kind` by one letter; None: none does."""
    return next((other for other in kinds if _is_near(kind, other)), None)


def misspelt_kinds(numbers: Mapping[str, int], kinds: Sequence[str]) -> dict[str, str]:
    """Find kinds that are probably meant for one that is taken.

    Args:
        numbers: the kinds that there are, and how many posts are of each.
        kinds: those that are taken.

    Returns:
        Such kinds, each with the one it may be meant for.
    """
    if EVERY_KIND in kinds:
        return {}
    taken = Counter[str]()
    for kind, number in numbers.items():
        taken[kind.casefold()] += number
    return {
        kind: near
        for kind, number in numbers.items()
        if (near := nearest_kind(kind, kinds)) is not None
        and kind.casefold() not in {one.casefold() for one in kinds}
        and number <= max(FEW, taken[near.casefold()])
    }


def _is_near(kind: str, wanted: str) -> bool:
    one, other = kind.casefold(), wanted.casefold()
    if min(len(one), len(other)) < LEAST_LETTERS_OF_KIND or _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    return OSA.distance(one, other, score_cutoff=1) == 1


def _is_slip(one: str, other: str) -> bool:
    """Whether the letter by which two names differ is one of a long word, or stands between two words."""
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return False
    words, other_words = _BETWEEN_WORDS.split(one), _BETWEEN_WORDS.split(other)
    if len(words) != len(other_words):
        return True
    pairs = zip(words, other_words, strict=True)
    return all(first == second or min(len(first), len(second)) >= LEAST_LETTERS for first, second in pairs)
