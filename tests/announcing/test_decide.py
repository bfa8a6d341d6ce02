"""Each rule of what becomes of a post, by example."""

from datetime import datetime, timedelta

import pytest

from bot.announcing.decide import Decision, Rules, decide, is_of_kind
from bot.catalog.records import Cause, Standing
from bot.content.post import Post
from tests.support.catalog_site import NOW, a_post

RULES = Rules(kinds=("link",), max_age=timedelta(days=30))
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HIDDEN, WAITING, INDEXED, ANNOUNCED = Standing.HIDDEN, Standing.WAITING, Standing.INDEXED, Standing.ANNOUNCED

TABLE: list[tuple[str, Post, Standing, str]] = [
    ("an ordinary new post", a_post(), ANNOUNCED, ""),
    ("a post without a date", a_post(date=None), ANNOUNCED, ""),
    ("another kind", a_post(kind="release"), HIDDEN, "kind"),
    ("no kind", a_post(kind=None), HIDDEN, "kind"),
    ("a kind in capitals", a_post(kind="LINK"), ANNOUNCED, ""),
    ("a draft", a_post(draft=True), HIDDEN, "draft"),
    ("expired this moment", a_post(expiry_date=NOW), HIDDEN, "expired"),
    ("about to expire", a_post(expiry_date=NOW + SECOND), ANNOUNCED, ""),
    ("dated this moment", a_post(date=NOW), ANNOUNCED, ""),
    ("dated in a second", a_post(date=NOW + SECOND), WAITING, "date"),
    ("published later than dated", a_post(publish_date=NOW + DAY), WAITING, "date"),
    ("published earlier than dated", a_post(date=NOW + DAY, publish_date=NOW - DAY), ANNOUNCED, ""),
    ("as old as may be", a_post(date=NOW - 30 * DAY), ANNOUNCED, ""),
    ("too old", a_post(date=NOW - 30 * DAY - SECOND), INDEXED, "max_age_days"),
    ("old, but published lately", a_post(date=NOW - 99 * DAY, publish_date=NOW - DAY), ANNOUNCED, ""),
    ("a draft of the future", a_post(draft=True, date=NOW + DAY), HIDDEN, "draft"),
    ("expired before its date", a_post(date=NOW + DAY, expiry_date=NOW - DAY), HIDDEN, "expired"),
]


def failed(decision: Decision) -> str:
    """The names of the rules that did not let the post through."""
    return " ".join(reason.rule for reason in decision.reasons if not reason.passed)


@pytest.mark.parametrize(("what", "post", "standing", "rule"), TABLE, ids=[row[0] for row in TABLE])
def test_a_new_post(what: str, post: Post, standing: Standing, rule: str) -> None:
    """Each rule gives a new post its standing and is named as the reason."""
    decision = decide(post, None, rules=RULES, now=NOW)
    assert decision.standing is standing
    assert failed(decision) == rule
    assert (decision.wakes_at is not None) == (standing is WAITING)


@pytest.mark.parametrize(("what", "post", "standing", "rule"), TABLE, ids=[row[0] for row in TABLE])
@pytest.mark.parametrize("previous", [Standing.HELD, INDEXED, ANNOUNCED])
def test_a_post_that_was_seen_before(what: str, post: Post, standing: Standing, rule: str, previous: Standing) -> None:
    """A seen post stays what it is, however old it is, unless it is to be hidden or to wait."""
    decision = decide(post, previous, rules=RULES, now=NOW, duplicate_of="other.md")
    assert decision.standing is (standing if standing in {HIDDEN, WAITING} else previous)


@pytest.mark.parametrize(("what", "post", "standing", "rule"), TABLE, ids=[row[0] for row in TABLE])
def test_a_post_of_the_baseline(what: str, post: Post, standing: Standing, rule: str) -> None:
    """What was there before the bot is indexed where it can be seen, and never announced."""
    decision = decide(post, None, rules=RULES, now=NOW, baseline=True)
    assert decision.standing is (standing if standing in {HIDDEN, WAITING} else INDEXED)
    if decision.standing is INDEXED:
        assert decision.cause is Cause.BASELINE


def test_a_duplicate() -> None:
    """A post with the link and title of another is indexed, and the other one is named."""
    decision = decide(a_post(), None, rules=RULES, now=NOW, duplicate_of="first.md")
    assert (decision.standing, decision.cause, failed(decision)) == (INDEXED, Cause.DUPLICATE, "duplicate")
    assert "first.md" in decision.reasons[-1].text


def test_a_waiting_post_wakes_when_it_is_published() -> None:
    """The moment to decide again is publishDate, else the date."""
    later: datetime = NOW + 3 * DAY
    assert decide(a_post(date=later), None, rules=RULES, now=NOW).wakes_at == later
    assert decide(a_post(date=NOW + DAY, publish_date=later), None, rules=RULES, now=NOW).wakes_at == later


def test_reasons_are_sentences_for_people() -> None:
    """Every rule that was asked says in words what it saw, in the order in which it was asked."""
    decision = decide(a_post(), None, rules=RULES, now=NOW)
    assert [reason.rule for reason in decision.reasons] == [
        "kind",
        "draft",
        "expired",
        "date",
        "new",
        "duplicate",
        "max_age_days",
    ]
    assert decision.reasons[0].text == "post_kind is 'link'; content.kinds takes link"
    assert decision.reasons[-1].text == "it is 6 days old; announce.max_age_days is 30"


@pytest.mark.parametrize(
    ("kinds", "kind", "taken"),
    [
        (("link",), "link", True),
        (("Link", "release"), "RELEASE", True),
        (("link",), None, False),
        (("*",), None, True),
        (("*",), "anything", True),
        ((), "link", False),
    ],
)
def test_kinds(kinds: tuple[str, ...], kind: str | None, taken: bool) -> None:
    """Kinds are compared without regard to case; the star takes all, those without a kind included."""
    assert is_of_kind(a_post(kind=kind), Rules(kinds, None)) is taken
