"""What is not wrong with a site and its settings, but perhaps not meant: pure, from all posts to notices."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from wcmatch import glob

from bot.announcing.decide import EVERY_KIND
from bot.announcing.routing import EVERYTHING, GLOB_FLAGS
from bot.content.values import shown
from bot.ops.as_yaml import scalar
from bot.ops.check_facts import Facts, Seen
from bot.ops.check_records import Finding, Rule
from bot.ops.quiet_names import misspelt, misspelt_kinds, nearest, nearest_kind
from bot.ops.quiet_posts import file_of
from bot.settings import ChannelSettings, Settings, place_of_setting

__all__ = ["quiet_in_settings", "quiet_in_tags"]

Posts = Sequence[tuple[Seen, Facts]]
Location = tuple[str | int, ...]


def quiet_in_tags(posts: Posts) -> Iterator[Finding]:
    """Notice tags that differ from a more frequent one by case or by a letter; once each, where it stands first."""
    tags = [(tag, seen, place) for seen, facts in posts if facts.is_link for tag, place in facts.tags]
    numbers = Counter(tag for tag, _, _ in tags)
    first = {tag: (seen, place) for tag, seen, place in reversed(tags)}
    for tag, usual, how in misspelt(numbers):
        seen, place = first[tag]
        known = f"{shown(usual)} ({_posts(numbers[usual])})"
        what = f"the tag {shown(tag)} ({_posts(numbers[tag])}) differs {how} from {known}"
        fix = f"write {shown(usual)} if that is meant"
        yield Finding(Rule.SIMILAR_TAG, file_of(seen), place.line, place.column, "tags", what, fix)


def quiet_in_settings(settings: Settings, config: Path, posts: Posts) -> Iterator[Finding]:
    """Notice settings that fit none of the posts, or leave out whole kinds of them.

    Args:
        settings: as they were read from `config`.
        config: the file, as it was named.
        posts: all there are in the content directory.
    """
    yield from _Noticing(config, posts).all(settings)


@dataclass(frozen=True, slots=True)
class _Noticing:
    config: Path
    posts: Posts

    @property
    def links(self) -> list[tuple[Seen, Facts]]:
        return [(seen, facts) for seen, facts in self.posts if facts.is_link]

    def all(self, settings: Settings) -> Iterator[Finding]:
        yield from self.kinds(settings.content.kinds)
        if self.links:
            for index, channel in enumerate(settings.channels):
                yield from self.channel(index, channel)

    def notice(self, rule: Rule, location: Location, what: str, fix: str) -> Finding:
        line, column = place_of_setting(self.config, location) or (None, None)
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
        return Finding(rule, str(self.config), line, column, key, what, fix)

    def kinds(self, kinds: Sequence[str]) -> Iterator[Finding]:
        """Kinds that are left out, each once with its number; and kinds that no post has."""
        if EVERY_KIND in kinds or not self.posts:
            return
        there = Counter(facts.kind for _, facts in self.posts)
        named = {kind: number for kind, number in there.items() if kind is not None}
        slips = misspelt_kinds(named, kinds)
        wanted = {kind.casefold() for kind in kinds}
        for kind, number in there.most_common():
            if kind in slips or (kind is not None and kind.casefold() in wanted):
                continue  # slips are told at each of the posts
            which = "no post_kind" if kind is None else f"post_kind {shown(kind)}"
            have = "has" if number == 1 else "have"
            what = f"{_posts(number)} {have} {which}, which content.kinds leaves out: never announced, and not found"
            fix = 'kinds: ["*"] takes in all' if kind is None else f"if these are link posts: {_listed([*kinds, kind])}"
            yield self.notice(Rule.LEFT_OUT_KIND, ("content", "kinds"), what, fix)
        taken = {kind.casefold() for kind in named}
        for index, kind in enumerate(kinds):
            if kind.casefold() not in taken:
                what = f"content.kinds names {shown(kind)}, but no post is of this kind"
                near = nearest_kind(kind, named)
                fix = f"did you mean {shown(near)}?" if near else "correct it, or leave it if such posts are to come"
                yield self.notice(Rule.UNUSED_KIND, ("content", "kinds", index), what, fix)

    def channel(self, index: int, channel: ChannelSettings) -> Iterator[Finding]:
        """A channel that takes no post, and names in its filters that no post has."""
        links = self.links
        if not any(index in facts.channels for _, facts in links):
            what = f"none of the {len(links):,} link posts passes the filters of {shown(channel.name)}: it stays silent"
            fix = "check its tags, sources and paths; linkbot preview tells for one post which of them stops it"
            yield self.notice(Rule.SILENT_CHANNEL, ("channels", index, "id"), what, fix)
        tags = _names(tag for _, facts in links for tag, _ in facts.tags)
        sources = _names(facts.source for _, facts in links if facts.source is not None)
        for key, there, filters in (("tags", tags, channel.tags), ("sources", sources, channel.sources)):
            for part, wanted in (("any", filters.any), ("all", filters.all)):
                for at, name in enumerate(wanted):
                    if name != EVERYTHING and name.casefold() not in there:
                        yield self.unused(("channels", index, key, part, at), name, there)
        yield from self.paths(index, channel.paths)

    def unused(self, location: Location, name: str, there: dict[str, str]) -> Finding:
        near = nearest(name, list(there))
        fix = f"did you mean {shown(there[near])}?" if near else "correct it, or leave it if such posts are to come"
        what = f"the filter asks for {shown(name)}, which no link post has"
        return self.notice(Rule.UNUSED_FILTER, location, what, fix)

    def paths(self, index: int, patterns: Sequence[str]) -> Iterator[Finding]:
        for at, pattern in enumerate(patterns):
            if not any(glob.globmatch(seen.path, pattern, flags=GLOB_FLAGS) for seen, _ in self.links):
                what = f"the filter asks for posts in {shown(pattern)}, where no link post lies"
                fix = "write it from inside the content directory; * stays within a folder, ** goes through folders"
                yield self.notice(Rule.UNUSED_FILTER, ("channels", index, "paths", at), what, fix)


def _listed(kinds: Iterable[str]) -> str:
    """The setting as it is written: ``kinds: [link, release]``."""
    return f"kinds: [{', '.join(map(scalar, kinds))}]"


def _names(names: Iterable[str]) -> dict[str, str]:
    """Names by their casefolded form, the most frequent first."""
    found: dict[str, str] = {}
    for name, _ in Counter(names).most_common():
        found.setdefault(name.casefold(), name)
    return found


def _posts(number: int) -> str:
    return f"{number:,} post" if number == 1 else f"{number:,} posts"
