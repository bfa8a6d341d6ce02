"""Names like what somebody typed: pure."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.catalog.columns import fold
from bot.catalog.records import Counted

__all__ = ["ranked_names", "similar_names"]

_LIKE = 65.0  # of 100; two letters of three, or two that changed places; below that it looks like chance
_LONGEST = 100  # characters that are compared
_FEW = 5


def similar_names(asked: str, known: Sequence[Counted]) -> list[str]:
    """Return at most 5 names of `known` that look like `asked`, the likest first, of those alike the most frequent."""
    return [counted.name for counted in _likest(asked, known, _FEW)]


def ranked_names(typed: str, known: Sequence[Counted], most: int) -> list[Counted]:
    """Return at most `most` of `known` for what was typed so far, which may be misspelled; their order is kept.

    First those that begin with it, then those with a word that does, those that contain it, those that look like it.
    """
    wanted = fold(typed)[:_LONGEST]
    if not wanted:
        return list(known[:most])
    ranks: tuple[list[Counted], ...] = ([], [], [])
    for counted in known:
        name = fold(counted.name)
        if name.startswith(wanted):
            ranks[0].append(counted)
        elif f" {wanted}" in name or f"-{wanted}" in name:
            ranks[1].append(counted)
        elif wanted in name:
            ranks[2].append(counted)
    found = [counted for rank in ranks for counted in rank][:most]
    return found + [counted for counted in _likest(wanted, known, most - len(found)) if counted not in found]


def _likest(asked: str, known: Sequence[Counted], most: int) -> list[Counted]:
    """Those whose name looks like `asked` as a whole, or of which one word does."""
    by_text: dict[str, list[Counted]] = {}
    for counted in known:
        name = fold(counted.name)
        for text in {name, *name.split()}:
            by_text.setdefault(text, []).append(counted)
    texts = list(by_text)
    found = process.extract(fold(asked)[:_LONGEST], texts, scorer=fuzz.ratio, score_cutoff=_LIKE, limit=None)
    return list(dict.fromkeys(counted for text, _, _ in found for counted in by_text[text]))[: max(0, most)]
