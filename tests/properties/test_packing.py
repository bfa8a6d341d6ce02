"""What one message carries, for any backlog; and what no post can make of the rules."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.announcing.decide import Rules, decide
from bot.announcing.packing import MESSAGE_CHARACTERS, pack, pack_for_follower
from bot.catalog.records import PendingDelivery, Standing
from bot.content.post import Post
from tests.support.catalog_site import NOW, a_post

MOST_PROBES = 5  # 25 can be halved so often

waiting = st.lists(
    st.builds(
        lambda number, link, spelling, characters, alone: PendingDelivery(
            number, a_post(f"{number}.md", url=f"https://{spelling}{link}", text="x" * characters), alone=alone
        ),
        st.integers(0, 10**6),
        st.builds("{}{}".format, st.integers(0, 12), st.sampled_from(["", "?utm_source=feed", "#part"])),
        st.sampled_from(["example.org/", "EXAMPLE.org/", "example.org:443/"]),
        st.integers(0, 300) | st.integers(0, 7000),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=25,
)


def characters(post: Post) -> int:
    """As if a card were nothing but its text."""
    return len(post.text)


@given(waiting, st.integers(1, 10))
def test_a_message_carries_the_front_of_what_waits(backlog: list[PendingDelivery], most: int) -> None:
    """In order, at least one, at most as many as allowed, within the characters, no page twice, no post that is alone.

    And no fewer than fit: the next one would have broken one of these rules.
    """
    packed = pack(backlog, characters, most)
    assert list(packed) == backlog[: len(packed)]
    assert bool(packed) == bool(backlog)
    assert fits(packed, most) or len(packed) == 1
    if len(packed) < len(backlog):
        assert not fits(tuple(backlog[: len(packed) + 1]), most)


def fits(packed: tuple[PendingDelivery, ...], most: int) -> bool:
    links = [delivery.post.canonical_url for delivery in packed]
    return (
        len(packed) <= most
        and sum(characters(delivery.post) for delivery in packed) <= MESSAGE_CHARACTERS
        and len(set(links)) == len(links)
        and (len(packed) < 2 or not any(delivery.alone for delivery in packed))
    )


@given(waiting, st.integers(11, 40))
def test_the_post_to_blame_is_found_in_few_messages(backlog: list[PendingDelivery], fitting: int) -> None:
    """Whichever post Discord refuses, halves of what was refused end with it alone after few messages to its reader."""
    for number, culprit in enumerate(backlog):
        left = [replace(delivery, id=at, alone=True) for at, delivery in enumerate(backlog)]
        messages = 0
        while left:
            packed = pack_for_follower(left, lambda post: 1, lambda posts: min(len(posts), fitting))
            assert packed
            if number not in {delivery.id for delivery in packed}:
                left = left[len(packed) :]
                messages += 1
            elif len(packed) > 1:
                left = list(packed)
            else:
                break
        assert left
        assert left[0].post == culprit.post
        assert messages <= MOST_PROBES + len(backlog) - len({delivery.post.canonical_url for delivery in backlog})


@given(waiting, st.integers(1, 10))
def test_every_post_comes_to_its_turn(backlog: list[PendingDelivery], most: int) -> None:
    """Message after message, the whole backlog goes out, each post once and in order."""
    sent: list[PendingDelivery] = []
    while len(sent) < len(backlog):
        sent += pack(backlog[len(sent) :], characters, most)
    assert sent == backlog


moments = st.none() | st.datetimes(datetime(2025, 5, 1), datetime(2025, 7, 1), timezones=st.just(UTC))  # noqa: DTZ001
posts = st.builds(
    lambda kind, draft, date, publish_date, expiry_date: a_post(
        kind=kind, draft=draft, date=date, publish_date=publish_date, expiry_date=expiry_date
    ),
    st.sampled_from(["link", "LINK", "release", None]),
    st.booleans(),
    moments,
    moments,
    moments,
)
seen = st.sampled_from([None, Standing.HELD, Standing.INDEXED, Standing.ANNOUNCED])
rules = st.builds(Rules, st.sampled_from([("link",), ("link", "release"), ("*",)]), st.none())


@given(posts, seen, rules, st.booleans(), st.none() | st.just("other.md"))
def test_what_must_not_be_seen_is_never_announced(
    post: Post, previous: Standing | None, rules: Rules, baseline: bool, duplicate_of: str | None
) -> None:
    """No draft, expired, future or foreign post is announced or listed, and nothing that was seen becomes news."""
    decision = decide(post, previous, rules=rules, now=NOW, baseline=baseline, duplicate_of=duplicate_of)
    expired = post.expiry_date is not None and post.expiry_date <= NOW
    foreign = "*" not in rules.kinds and (post.kind or "").lower() not in rules.kinds
    future = post.publishes_at is not None and post.publishes_at > NOW
    if post.draft or expired or foreign:
        assert decision.standing is Standing.HIDDEN
    elif future:
        assert decision.standing is Standing.WAITING
        assert decision.wakes_at == post.publishes_at
    elif previous is not None:
        assert decision.standing is previous
    else:
        news = not baseline and duplicate_of is None
        assert decision.standing is (Standing.ANNOUNCED if news else Standing.INDEXED)
    assert decision.reasons
