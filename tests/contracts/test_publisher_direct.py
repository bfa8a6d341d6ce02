"""Direct messages to followers, through the real publisher and over real sockets."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.announcing.packing import CARDS, LISTED
from bot.announcing.publisher import Announcement, ChannelRefused, Delivered, Found, NotFound, NotNow, Publisher
from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.digest import digest_embeds, fitting_into_digest
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.records import Message
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import announcement, created, logged_in
from tests.support.discord_posts import make_post

MESSAGES = "/channels/*/messages"


def list_of(count: int) -> tuple[Post, ...]:
    """So many posts, as many as a list takes at the most."""
    return tuple(
        make_post(number, title=f"Post {number} [x](y) about a great many of things") for number in range(count)
    )


def to_ada(stand_in: StandIn, *posts: Post, nonce: str = "nonce-1") -> Announcement:
    """A direct message to Ada."""
    channel = stand_in.world.direct_channel(stand_in.world.person("ada"))
    return replace(announcement(*posts, nonce=nonce, channel=channel.id), direct=True)


def newest(stand_in: StandIn) -> Message:
    """The newest direct message to Ada."""
    return stand_in.direct_messages("ada")[-1]


async def test_cards_reach_a_person_without_a_question_about_their_channel(
    stand_in: StandIn, publisher: Publisher
) -> None:
    """A direct message has the cards of its posts and pings nobody; a repeated nonce is the same one."""
    wanted = to_ada(stand_in, make_post(1), make_post(2))
    asked = len(stand_in.requests)
    outcome = await publisher.publish(wanted)
    assert await publisher.publish(wanted) == outcome == Delivered(newest(stand_in).id)
    assert [embed["url"] for embed in newest(stand_in).embeds] == [post.external_url for post in wanted.posts]
    assert {(request.method, request.path) for request in stand_in.requests[asked:]} == {
        ("POST", f"/channels/{wanted.channel_id}/messages")
    }
    assert not newest(stand_in).pings


async def test_more_posts_than_cards_are_one_list(stand_in: StandIn, publisher: Publisher) -> None:
    """Eleven posts are a numbered list of links, also where two of them lead to one address."""
    posts = (*list_of(CARDS), make_post(0, title="Another note"))
    await created(publisher, to_ada(stand_in, *posts))
    (embed,) = newest(stand_in).embeds
    lines = embed["description"].splitlines()
    assert len(lines) == len(posts)
    assert lines[-1] == f"**11.** [Another note]({posts[0].external_url}) · Kubernetes.dev Blog"
    assert stand_in.invalid_requests == []


async def test_what_nobody_can_tell_is_found_in_the_direct_messages(stand_in: StandIn, publisher: Publisher) -> None:
    """Cards and lists are known again by where they lead; another list is another message."""
    since = datetime.now(UTC) - timedelta(seconds=1)
    cards = to_ada(stand_in, make_post(1), make_post(2))
    listed = replace(cards, posts=list_of(LISTED)[: fitting_into_digest(list_of(LISTED))], nonce="nonce-2")
    assert len(digest_embeds(listed.posts)) == 2
    assert await publisher.find(cards, since) == NotFound()
    assert await publisher.find(cards, since) == await publisher.find(listed, since)
    for wanted in (cards, listed):
        message_id = await created(publisher, wanted)
        assert await publisher.find(replace(wanted, nonce="another"), since) == Found(message_id)
        assert await publisher.find(wanted, since, frozenset({message_id})) == NotFound()
    shorter = replace(listed, posts=listed.posts[:-1])
    assert await publisher.find(shorter, since) == NotFound()


async def test_a_list_that_an_earlier_version_parted_elsewhere_is_found(
    stand_in: StandIn, publisher: Publisher
) -> None:
    """A list is known by where all its links lead together, however many embeds it was sent in."""
    since = datetime.now(UTC) - timedelta(seconds=1)
    wanted = to_ada(stand_in, *list_of(LISTED)[: fitting_into_digest(list_of(LISTED))])
    message_id = await created(publisher, wanted)
    sent = newest(stand_in)
    lines = "\n".join(embed["description"] for embed in sent.embeds).splitlines()
    parts = tuple({**sent.embeds[0], "description": "\n".join(part)} for part in (lines[:3], lines[3:9], lines[9:]))
    stand_in.world.change_message(replace(sent, embeds=parts))
    assert await publisher.find(wanted, since) == Found(message_id)


async def test_a_card_that_somebody_saved_is_no_delivery(stand_in: StandIn, publisher: Publisher) -> None:
    """A card with a text above it was sent because its reader asked for it, and is not taken for a lost message."""
    since = datetime.now(UTC) - timedelta(seconds=1)
    wanted = to_ada(stand_in, make_post(1))
    message_id = await created(publisher, wanted)
    saved = replace(newest(stand_in), content="Saved for you")
    stand_in.world.change_message(saved)
    assert await publisher.find(wanted, since) == NotFound()
    stand_in.world.change_message(replace(saved, content=""))
    assert await publisher.find(wanted, since) == Found(message_id)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_who_takes_no_direct_messages_refuses(stand_in: StandIn, publisher: Publisher, code: int) -> None:
    """Closed direct messages, and no server in common, are refusals of that person, and an end to nothing else."""
    wanted = to_ada(stand_in, make_post(1))
    if code == 50007:
        stand_in.world.close_direct_messages("ada")
    else:
        body = {"message": "Cannot send messages to this user due to having no mutual guilds", "code": code}
        stand_in.faults.add("POST", MESSAGES, "status", status=403, body=body)
    outcome = await publisher.publish(wanted)
    assert isinstance(outcome, ChannelRefused)
    assert (outcome.code, "takes no direct messages" in outcome.reason) == (code, True)
    stand_in.world.close_direct_messages("ada", closed=False)
    assert isinstance(await publisher.publish(wanted), Delivered)


async def test_some_refusals_stop_direct_messages(stand_in: StandIn) -> None:
    """After 50 refused requests followers wait, for ten minutes at most; nothing else slows down for that."""
    wanted = to_ada(stand_in, make_post(1))
    stand_in.world.close_direct_messages("ada")
    async with logged_in(stand_in) as client:
        publisher = DiscordPublisher(client, 350)
        for number in range(50):
            assert publisher.direct_wait() == 0.0
            assert isinstance(await publisher.publish(replace(wanted, nonce=f"nonce-{number}")), ChannelRefused)
        assert 500.0 < publisher.direct_wait() <= 600.0
        assert not isinstance(await publisher.kind_of(wanted.channel_id), NotNow)


texts = st.text(st.characters(codec="utf-8"), max_size=200)


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(texts, texts, st.integers(1, 2000)), min_size=1, max_size=LISTED))
def test_a_list_of_anything_fits_into_a_message(made: list[tuple[str, str, int]]) -> None:
    """As many posts as are said to fit make embeds within Discord's limits, one line for each, always the same ones."""
    posts = [
        make_post(number, title=title, source=source, url=f"https://example.org/{'x' * length}{number}")
        for number, (title, source, length) in enumerate(made)
    ]
    fitting = fitting_into_digest(posts)
    embeds = digest_embeds(posts[:fitting])
    assert fitting >= min(len(posts), 5)
    assert fitting_into_digest(posts[:fitting]) == fitting
    assert sum(len(embed) for embed in embeds) <= limits.ALL_EMBEDS_CHARACTERS
    assert all(0 < len(embed.description or "") <= limits.DESCRIPTION_CHARACTERS for embed in embeds)
    lines = "\n".join(embed.description or "" for embed in embeds).splitlines()
    assert [line.partition(" ")[0] for line in lines] == [f"**{number}.**" for number in range(1, fitting + 1)]
