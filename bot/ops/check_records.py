"""What ``linkbot check`` finds, as records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.discord_app.online_check_records import VisibleChannel
from bot.problems import ExitCode

__all__ = ["CheckReport", "Counts", "Finding", "OfDiscord", "Rule", "Texts"]


class Rule(StrEnum):
    """What a finding is about, the worst first. The names are for programs and stay as they are.

    The first three are errors; all others are notices: nothing is broken, but perhaps not as it was meant.
    """

    SETTINGS = "settings"
    POST = "post"
    DISCORD = "discord"
    DISCORD_NOTICE = "discord-notice"
    DUPLICATE = "duplicate"
    SIMILAR_KIND = "similar-kind"
    FUTURE_DATE = "future-date"
    SILENT_CHANNEL = "silent-channel"
    UNUSED_FILTER = "unused-filter"
    UNUSED_KIND = "unused-kind"
    SIMILAR_TAG = "similar-tag"
    SAME_LINK = "same-link"
    LEFT_OUT_KIND = "left-out-kind"
    NO_CHANNEL = "no-channel"
    CUT_TEXT = "cut-text"

    @property
    def severity(self) -> str:
        """``error`` or ``notice``."""
        return "error" if self in (Rule.SETTINGS, Rule.POST, Rule.DISCORD) else "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know of, with its place.

    Attributes:
        rule: see `Rule`.
        file: relative to the current directory if it lies below it, else absolute; settings as they were named.
        line: counted from 1; None where the file as a whole is meant.
        column: in the line, in characters, counted from 1; None where the line as a whole is meant.
        field: of the front matter, in lower case, or the setting (``channels[0].id``); None where it is about none.
        what: what is wrong.
        fix: what would be right.
    """

    rule: Rule
    file: str
    line: int | None
    column: int | None
    field: str | None
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What was looked at.

    Attributes:
        files: Markdown files, problems included, but not a content directory that is missing.
        posts: those with a title and an ``external_url``, of whatever kind.
        kinds: how many of the posts are of each ``post_kind``, as written, the most frequent first.
        without_kind: posts without a ``post_kind``.
        link_posts: posts that ``content.kinds`` takes in.
        drafts: link posts that are drafts.
        left_out_without_kind: posts that ``content.kinds`` does not take in because they have no ``post_kind``.
    """

    files: int = 0
    posts: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    without_kind: int = 0
    link_posts: int = 0
    drafts: int = 0
    left_out_without_kind: int = 0


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts that link posts have for their cards, in characters.

    Attributes:
        number: link posts with a text.
        cut: those whose text is longer than a card shows.
        room: what a card shows at most (``announce.tldr_characters``).
        median: half of the texts are longer.
        longest: the most that one has.
    """

    number: int = 0
    cut: int = 0
    room: int = 0
    median: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class OfDiscord:
    """What Discord told beside its findings.

    Attributes:
        fine: what is as it should be, one line for each thing.
        invite: the address that brings the bot into a server with exactly the permissions that are needed.
        channels: those that the bot sees, server by server, in which it could announce.
        misses_channel: whether the settings name a channel that is not there, not seen, or none to announce in.
    """

    fine: tuple[str, ...]
    invite: str
    channels: tuple[VisibleChannel, ...] = ()
    misses_channel: bool = False


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What `check` found.

    Attributes:
        problems: errors: of the settings first, then of posts by file and line, then of Discord by the settings' lines.
        notices: what is not wrong but perhaps not meant: by rule, the worst first, then by file and line.
        counts: see `Counts`.
        texts: see `Texts`.
        exit_code: what the command ends with.
        settings: the settings file, as it was named; None: none was used, and the posts were checked with defaults.
        discord: None: Discord was not asked.
    """

    problems: tuple[Finding, ...]
    notices: tuple[Finding, ...]
    counts: Counts
    texts: Texts
    exit_code: ExitCode
    settings: str | None = None
    discord: OfDiscord | None = None
