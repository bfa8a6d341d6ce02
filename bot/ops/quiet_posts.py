"""What is not wrong with a post, but perhaps not meant: pure, from what was seen to notices."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from bot.content.values import shown
from bot.ops.check_facts import Facts, Lens, Seen
from bot.ops.check_records import Finding, Rule
from bot.ops.quiet_names import misspelt_kinds
from bot.ops.reading import shown_path

__all__ = ["file_of", "notice", "quiet_in_posts"]


LONG_DAYS = 366  # a date further away than that is more often a typing error than a plan


def quiet_in_posts(posts: Sequence[tuple[Seen, Facts]], lens: Lens, now: datetime) -> Iterator[Finding]:
    """Notice what concerns single posts, and posts that are about the same.

    Args:
        posts: all that were looked at, of whatever kind, by path.
        lens: what they were looked at with.
        now: aware.
    """
    yield from _similar_kinds(posts, lens.rules.kinds)
    links = [(seen, facts) for seen, facts in posts if facts.is_link]
    for seen, facts in links:
        yield from _of_post(seen, facts, lens, now)
    yield from _same_links((seen, facts) for seen, facts in links if not facts.draft)


def file_of(seen: Seen) -> str:
    """The file as a person can click it."""
    prefix = _prefix(seen.root, str(Path.cwd()))
    return shown_path(Path(seen.root, seen.path)) if prefix is None or not seen.path else f"{prefix}{seen.path}"


@lru_cache(maxsize=16)
def _prefix(root: str, here: str) -> str | None:
    """What stands before all paths of a content directory; None: that depends on the path."""
    if Path(here).is_relative_to(root) and here != root:
        return None
    shown_root = shown_path(Path(root))
    return "" if shown_root == "." else f"{shown_root.rstrip('/')}/"


def notice(rule: Rule, seen: Seen, facts: Facts, field: str | None, what: str, fix: str) -> Finding:
    """Notice something about a field of a post, where it stands; the file as a whole where there is no such field."""
    place = facts.places.get(field or "")
    line, column = place or (None, None)
    return Finding(rule, file_of(seen), line, column, field, what, fix)


def _similar_kinds(posts: Sequence[tuple[Seen, Facts]], kinds: Sequence[str]) -> Iterator[Finding]:
    """A kind that is nearly one of those that are taken: probably a typing error, and the post is never announced."""
    meant = misspelt_kinds(Counter(facts.kind for _, facts in posts if facts.kind is not None), kinds)
    for seen, facts in posts:
        if facts.kind in meant:
            what = f"post_kind is {shown(facts.kind)}, which is no link post, so it is never announced"
            yield notice(Rule.SIMILAR_KIND, seen, facts, "post_kind", what, f"did you mean {shown(meant[facts.kind])}?")


def _of_post(seen: Seen, facts: Facts, lens: Lens, now: datetime) -> Iterator[Finding]:
    if facts.publishes_at is not None and facts.publishes_at > now:
        yield _future_date(seen, facts, facts.publishes_at, now)
    if lens.channels and not facts.channels:
        what = "it passes the filters of no channel, so it is announced in none"
        yield notice(Rule.NO_CHANNEL, seen, facts, None, what, "linkbot preview tells which filter stops it, and why")
    if facts.characters > lens.room:
        text = facts.text_field or "the body's first paragraph"
        what = f"{text} is cut on the card: {facts.shown:,} of {facts.characters:,} characters are shown"
        fix = f"shorten it to {lens.room:,}, or let announce.tldr_characters allow more"
        yield notice(Rule.CUT_TEXT, seen, facts, facts.text_field, what, fix)


def _future_date(seen: Seen, facts: Facts, at: datetime, now: datetime) -> Finding:
    days = (at - now).days
    away = f"{days:,} days" if days > 1 else "less than two days"
    what = f"{facts.date_field} is {at:%Y-%m-%d %H:%M} UTC, in {away}: the post waits until then"
    fix = "correct the year" if days > LONG_DAYS else "nothing to do if that is meant, else correct it"
    return notice(Rule.FUTURE_DATE, seen, facts, facts.date_field, what, fix)


def _same_links(posts: Iterable[tuple[Seen, Facts]]) -> Iterator[Finding]:
    """Posts with one target: those with one title as well are duplicates, the others perhaps a slip.

    Another fragment is another place of the page, as in release notes of many dates: that is no slip.
    """
    titles: dict[tuple[str, str], str] = {}
    targets: dict[tuple[str, str], str] = {}
    for seen, facts in posts:
        by_title, by_target = (facts.link, facts.title), (facts.link, facts.fragment)
        if original := titles.get(by_title):
            what = f"external_url and title are those of {original}: a duplicate, which is not announced beside it"
            fix = "remove one of them, or say in its title what is new"
            yield notice(Rule.DUPLICATE, seen, facts, "external_url", what, fix)
            continue
        if other := targets.get(by_target):
            what = f"external_url is that of {other}, with another title: both are announced"
            fix = "remove one of them if they are about the same"
            yield notice(Rule.SAME_LINK, seen, facts, "external_url", what, fix)
        address = _address(seen, facts)
        titles[by_title] = address
        targets.setdefault(by_target, address)


def _address(seen: Seen, facts: Facts) -> str:
    place = facts.places.get("external_url")
    return ":".join([file_of(seen), *(map(str, place) if place else ())])
