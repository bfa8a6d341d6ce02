"""Whether a post is announced: pure, records and *now* in, a decision with its reasons out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.catalog.records import Cause, Reason, Standing
from bot.content.post import Post
from bot.settings import Settings

__all__ = ["Decision", "Rules", "decide", "is_of_kind"]

EVERY_KIND = "*"


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that a decision depends on.

    Attributes:
        kinds: values of ``post_kind`` that are link posts; ``"*"`` means all, an absent one included.
        max_age: older posts are not announced; None: age does not matter.
    """

    kinds: tuple[str, ...]
    max_age: timedelta | None

    @classmethod
    def from_settings(cls, settings: Settings) -> "Rules":
        """Take from `settings` what decisions depend on."""
        days = settings.announce.max_age_days
        return cls(kinds=settings.content.kinds, max_age=None if days is None else timedelta(days=days))


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to become of a post.

    Attributes:
        standing: see `Standing`.
        cause: see `Cause`.
        reasons: every rule that was asked, in order; the first that did not pass decided.
        wakes_at: when a waiting post is to be decided again; None for all others.
    """

    standing: Standing
    cause: Cause
    reasons: tuple[Reason, ...]
    wakes_at: datetime | None = None


def is_of_kind(post: Post, rules: Rules) -> bool:
    """Whether `post` is a link post under `rules`; kinds are compared without regard to case."""
    wanted = {kind.casefold() for kind in rules.kinds}
    return EVERY_KIND in wanted or (post.kind is not None and post.kind.casefold() in wanted)


def decide(
    post: Post,
    previous: Standing | None,
    *,
    rules: Rules,
    now: datetime,
    baseline: bool = False,
    duplicate_of: str | None = None,
) -> Decision:
    """Decide what becomes of `post`.

    Args:
        post: as it was just read.
        previous: the standing in which members can see it, or could before it was hidden; None: they never could.
        rules: see `Rules`.
        now: aware.
        baseline: the post was there before the bot: it can be found, but is not announced.
        duplicate_of: the path of a post with the same canonical URL and title; None: there is none.

    Returns:
        The decision. A post that members could already see keeps its standing, or takes it up again: an edit is no
        news, and neither is a draft that was public before.
    """
    hidden = tuple(_asked_of_any_post(post, rules, now))
    if not all(reason.passed for reason in hidden):
        return Decision(Standing.HIDDEN, Cause.RULES, hidden)
    due = _is_due(post, now)
    if not due.passed:
        return Decision(Standing.WAITING, Cause.RULES, (*hidden, due), wakes_at=post.publishes_at)
    if previous is not None and previous.is_seen:
        known = Reason("new", False, f"it is {previous} since an earlier scan; a change is not announced anew")
        return Decision(previous, Cause.RULES, (*hidden, due, known))
    return _decide_new(post, (*hidden, due), rules, now, baseline=baseline, duplicate_of=duplicate_of)


def _decide_new(
    post: Post, asked: tuple[Reason, ...], rules: Rules, now: datetime, *, baseline: bool, duplicate_of: str | None
) -> Decision:
    """Decide on a post that members see for the first time; `asked` are the reasons so far."""
    news = Reason("new", not baseline, "it was there before the bot" if baseline else "it is new, or newly public")
    if baseline:
        return Decision(Standing.INDEXED, Cause.BASELINE, (*asked, news))
    if duplicate_of is not None:
        same = Reason("duplicate", False, f"{duplicate_of} has the same link and title")
        return Decision(Standing.INDEXED, Cause.DUPLICATE, (*asked, news, same))
    unique = Reason("duplicate", True, "no other post has its link and title")
    young = _is_young(post, rules, now)
    standing = Standing.ANNOUNCED if young.passed else Standing.INDEXED
    return Decision(standing, Cause.RULES, (*asked, news, unique, young))


def _asked_of_any_post(post: Post, rules: Rules, now: datetime) -> Iterator[Reason]:
    kinds = ", ".join(rules.kinds)
    said = f"post_kind is {post.kind!r}" if post.kind is not None else "it has no post_kind"
    yield Reason("kind", is_of_kind(post, rules), f"{said}; content.kinds takes {kinds}")
    yield Reason("draft", not post.draft, "it is a draft" if post.draft else "it is no draft")
    expired = post.expiry_date is not None and post.expiry_date <= now
    expiry = "it never expires" if post.expiry_date is None else f"its expiryDate is {_moment(post.expiry_date)}"
    yield Reason("expired", not expired, expiry)


def _is_due(post: Post, now: datetime) -> Reason:
    at = post.publishes_at
    if at is None:
        return Reason("date", True, "it has no date to wait for")
    return Reason("date", at <= now, f"its {'publishDate' if post.publish_date else 'date'} is {_moment(at)}")


def _is_young(post: Post, rules: Rules, now: datetime) -> Reason:
    at = post.publishes_at
    if rules.max_age is None:
        return Reason("max_age_days", True, "age does not matter")
    if at is None:
        return Reason("max_age_days", True, "it has no date, so no age")
    limit = f"announce.max_age_days is {rules.max_age.days}"
    return Reason("max_age_days", now - at <= rules.max_age, f"it is {(now - at).days} days old; {limit}")


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
