"""Changing messages that stand at Discord: edits, deletions and crossposts, over real sockets."""

import asyncio
import secrets
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.announcing.publisher import (
    Changed,
    ChangeOutcome,
    ChannelRefused,
    MessageGone,
    MessageRefused,
    NotNow,
    Publisher,
    Revision,
    TokenRefused,
)
from bot.content.post import Post
from bot.discord_app import changes
from bot.rehearsal import rate_limits
from bot.rehearsal.faults import FaultKind
from bot.rehearsal.rate_limits import RateRule
from bot.rehearsal.records import Message
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import (
    CHANNEL,
    FORUM,
    NEWS_CHANNEL,
    ROLE,
    VOICE_CHANNEL,
    announcement,
    created,
    open_thread,
    publishing,
    running_guild,
)
from tests.support.discord_posts import make_post

ONE_MESSAGE = "/channels/*/messages/*"
OLD, NEW = make_post(1), make_post(1, title="A new title", text="Another text.")


async def sent(publisher: Publisher, *posts: Post, channel: int = CHANNEL, mention: tuple[int, ...] = ()) -> int:
    """Announce `posts`; return the message's id."""
    nonce = secrets.token_hex(12)
    return await created(publisher, announcement(*posts, nonce=nonce, channel=channel, mention=mention))


def revision(channel: int, message_id: int, post: Post = NEW, *, was: Post = OLD, must: bool = False) -> Revision:
    """One card of a message becomes another."""
    return Revision(channel, message_id, (post,), was=(was,), must=must)


def message(stand_in: StandIn, message_id: int, channel: int = CHANNEL) -> Message:
    """A message that stands; in a forum the first one of its thread."""
    return stand_in.world.message(message_id if channel == FORUM else channel, message_id)


def requests(stand_in: StandIn, method: str) -> int:
    """How many requests of one method there were."""
    return sum(record.method == method for record in stand_in.requests)


# Edits


async def test_an_edit_exchanges_the_cards_and_nothing_else(stand_in: StandIn, publisher: Publisher) -> None:
    """The mentions above the cards stay, nobody is pinged again, and hidden cards stay hidden: only embeds are sent."""
    message_id = await sent(publisher, OLD, make_post(2), mention=(ROLE,))
    before = message(stand_in, message_id)
    stand_in.world.change_message(replace(before, flags=1 << 2))
    assert await publisher.edit(revision(CHANNEL, message_id)) == Changed()
    after = message(stand_in, message_id)
    assert [embed["title"] for embed in after.embeds] == [NEW.title]
    assert (after.content, after.pings, after.flags) == (before.content, before.pings, 1 << 2)
    (request,) = [record for record in stand_in.requests if record.method == "PATCH"]
    assert request.body.keys() <= {"embeds", "tts"}


async def test_cards_that_grew_are_cut_evenly(stand_in: StandIn) -> None:
    """If the new cards together are more than 6,000 characters, each text is shortened until the message is taken."""
    async with publishing(stand_in, tldr_characters=2000) as publisher:
        message_id = await sent(publisher, *(make_post(number) for number in range(10)))
        posts = tuple(make_post(number, text="A sentence of some words. " * 100) for number in range(10))
        assert await publisher.edit(Revision(CHANNEL, message_id, posts, was=posts)) == Changed()
    embeds = message(stand_in, message_id).embeds
    lengths = {len(embed["description"]) for embed in embeds}
    assert len(embeds) == 10
    assert len(lengths) == 1
    assert 450 < lengths.pop() < 600


async def test_a_forums_post_gets_another_name_with_its_title(stand_in: StandIn, publisher: Publisher) -> None:
    """In a forum the first message of the thread is edited, and the thread takes the new title."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    assert await publisher.edit(revision(FORUM, thread_id)) == Changed()
    assert stand_in.world.channel(thread_id).name == NEW.title
    assert [embed["title"] for embed in message(stand_in, thread_id, FORUM).embeds] == [NEW.title]


async def test_a_forums_post_keeps_its_name_with_its_title(stand_in: StandIn, publisher: Publisher) -> None:
    """Names can be changed twice in 10 minutes, so only another title changes one."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    for number in range(5):
        revised = replace(OLD, text=f"Text {number}")
        assert await publisher.edit(revision(FORUM, thread_id, revised)) == Changed()
    assert [record.path for record in stand_in.requests if record.method == "PATCH"] == [
        f"/channels/{thread_id}/messages/{thread_id}"
    ] * 5


async def test_a_moderators_name_stays_until_the_title_changes(stand_in: StandIn, publisher: Publisher) -> None:
    """An edit of the text leaves the name that a moderator gave the thread; another title changes it."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.world.change_channel(replace(stand_in.world.channel(thread_id), name="[pinned] A moderator's name"))
    longer = replace(OLD, text="Another text.")
    assert await publisher.edit(revision(FORUM, thread_id, longer)) == Changed()
    assert stand_in.world.channel(thread_id).name == "[pinned] A moderator's name"
    assert await publisher.edit(revision(FORUM, thread_id, NEW, was=longer)) == Changed()
    assert stand_in.world.channel(thread_id).name == NEW.title


async def test_a_limited_name_holds_up_no_card(caplog: pytest.LogCaptureFixture) -> None:
    """A third new title within 10 minutes is shown at once and done; the name is left until the title changes again."""
    async with running_guild(rate_limits=True) as stand_in, publishing(stand_in) as publisher:
        thread_id = await sent(publisher, OLD, channel=FORUM)
        titled = [OLD, *(replace(OLD, title=f"Title {number}") for number in range(4))]
        for was, post in pairwise(titled[:-1]):
            assert await publisher.edit(revision(FORUM, thread_id, post, was=was)) == Changed()
        assert [embed["title"] for embed in message(stand_in, thread_id, FORUM).embeds] == ["Title 2"]
        assert stand_in.world.channel(thread_id).name == "Title 1"
        assert "keeps its name 'Title 1'" in caplog.text
        stand_in.rates.enabled = False
        assert await publisher.edit(revision(FORUM, thread_id, titled[4], was=titled[3])) == Changed()
        assert stand_in.world.channel(thread_id).name == "Title 3"


async def test_a_name_is_not_waited_for(
    stand_in: StandIn, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A limit for which discord.py would wait holds up no other edit for long either."""
    monkeypatch.setattr(changes, "NAME_SECONDS", 0.2)
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.faults.add("PATCH", "/channels/*", "rate_limit", retry_after=25)
    outcome = await asyncio.wait_for(publisher.edit(revision(FORUM, thread_id)), 10)
    assert outcome == Changed()
    assert "keeps its name" in caplog.text


@pytest.mark.parametrize("kind", ["status", "hang"])
@pytest.mark.parametrize("after", [True, False])
async def test_a_name_whose_answer_is_lost_is_given_again(
    stand_in: StandIn, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, kind: FaultKind, after: bool
) -> None:
    """Only a rate limit lets a thread keep its name: after anything else the whole edit is to be repeated."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    monkeypatch.setattr(changes, "NAME_SECONDS", 0.2 if kind == "hang" else 10.0)
    stand_in.faults.add("PATCH", "/channels/*", kind, status=503, after=after)
    assert isinstance(await publisher.edit(revision(FORUM, thread_id)), NotNow)
    stand_in.faults.clear()
    monkeypatch.setattr(changes, "NAME_SECONDS", 10.0)
    assert await publisher.edit(revision(FORUM, thread_id)) == Changed()
    assert stand_in.world.channel(thread_id).name == NEW.title


async def test_a_name_that_may_not_be_changed_refuses_the_edit(stand_in: StandIn, publisher: Publisher) -> None:
    """Where Discord refuses the name, the cards are changed, and the reason is told instead of tried again."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.faults.add("PATCH", "/channels/*", "status", status=403, body={"code": 50013, "message": "No."})
    outcome = await publisher.edit(revision(FORUM, thread_id))
    assert isinstance(outcome, MessageRefused)
    assert "Manage Threads" in outcome.reason
    assert [embed["title"] for embed in message(stand_in, thread_id, FORUM).embeds] == [NEW.title]


@pytest.mark.parametrize("channel", [CHANNEL, NEWS_CHANNEL, VOICE_CHANNEL, FORUM])
async def test_a_message_that_a_person_deleted_is_gone(stand_in: StandIn, publisher: Publisher, channel: int) -> None:
    """Editing what a moderator deleted says so, in every kind of channel; so does publishing."""
    message_id = await sent(publisher, OLD, channel=channel)
    stand_in.delete_message(message_id if channel == FORUM else channel, message_id)
    assert await publisher.edit(revision(channel, message_id)) == MessageGone()
    if channel == NEWS_CHANNEL:
        assert await publisher.crosspost(channel, message_id) == MessageGone()


async def test_a_thread_that_a_person_deleted_is_gone(stand_in: StandIn, publisher: Publisher) -> None:
    """A forum's thread that is not there any more is a deleted message, not a refusing channel."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.remove_channel(thread_id)
    assert await publisher.edit(revision(FORUM, thread_id)) == MessageGone()


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_closed_thread_is_not_opened_for_an_edit(
    stand_in: StandIn, publisher: Publisher, channel: int, locked: bool
) -> None:
    """A message in an archived thread stays as it is; neither a thread in a channel nor a forum's is reopened."""
    place = FORUM if channel == FORUM else open_thread(stand_in)
    message_id = await sent(publisher, OLD, channel=place)
    thread = message_id if channel == FORUM else place
    stand_in.set_thread(thread, archived=True, locked=locked)
    outcome = await publisher.edit(revision(place, message_id))
    assert isinstance(outcome, MessageRefused)
    assert outcome.code == 50083
    assert stand_in.world.channel(thread).archived


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_closed_thread_is_opened_to_take_a_card_out(
    stand_in: StandIn, publisher: Publisher, channel: int
) -> None:
    """What must be edited is edited in a closed thread too, a forum's or one in a channel, which is closed again."""
    place = FORUM if channel == FORUM else open_thread(stand_in, owner_id=stand_in.world.bot.id)
    message_id = await sent(publisher, OLD, channel=place)
    thread = message_id if channel == FORUM else place
    stand_in.set_thread(thread, archived=True)
    assert await publisher.edit(revision(place, message_id, must=True)) == Changed()
    assert [embed["title"] for embed in message(stand_in, message_id, place).embeds] == [NEW.title]
    assert stand_in.world.channel(thread).archived
    if channel == FORUM:
        assert stand_in.world.channel(thread).name == NEW.title


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_thread_that_was_opened_in_vain_is_closed_again(
    stand_in: StandIn, publisher: Publisher, channel: int
) -> None:
    """Where the edit fails after all, a thread that was closed does not stay open."""
    place = FORUM if channel == FORUM else open_thread(stand_in, owner_id=stand_in.world.bot.id)
    message_id = await sent(publisher, OLD, channel=place)
    thread = message_id if channel == FORUM else place
    stand_in.set_thread(thread, archived=True)
    closed = {"message": "Thread is archived", "code": 50083}
    if channel == CHANNEL:
        stand_in.faults.add("PATCH", ONE_MESSAGE, "status", status=400, body=closed)
    stand_in.faults.add("PATCH", ONE_MESSAGE, "status", status=503)
    assert isinstance(await publisher.edit(revision(place, message_id, must=True)), NotNow)
    assert stand_in.world.channel(thread).archived


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_what_only_a_moderator_may_open_is_not_edited(
    stand_in: StandIn, publisher: Publisher, channel: int
) -> None:
    """A thread that is locked and closed keeps even what must be edited, and the permission is named."""
    place = FORUM if channel == FORUM else open_thread(stand_in)
    message_id = await sent(publisher, OLD, channel=place)
    stand_in.set_thread(message_id if channel == FORUM else place, archived=True, locked=True)
    outcome = await publisher.edit(revision(place, message_id, must=True))
    assert isinstance(outcome, MessageRefused)
    assert "Manage Threads" in outcome.reason


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_locked_thread_takes_no_edit(stand_in: StandIn, publisher: Publisher, channel: int) -> None:
    """A message in a locked thread stays as it is."""
    place = FORUM if channel == FORUM else open_thread(stand_in)
    message_id = await sent(publisher, OLD, channel=place)
    stand_in.set_thread(message_id if channel == FORUM else place, archived=False, locked=True)
    outcome = await publisher.edit(revision(place, message_id))
    assert isinstance(outcome, MessageRefused)
    assert outcome.code == 160005


async def test_somebody_elses_message_is_left_alone(stand_in: StandIn, publisher: Publisher) -> None:
    """A message that is not the bot's own can never be edited."""
    message_id = await sent(publisher, OLD)
    stand_in.world.change_message(replace(message(stand_in, message_id), author=stand_in.world.person("somebody")))
    outcome = await publisher.edit(revision(CHANNEL, message_id))
    assert isinstance(outcome, MessageRefused)
    assert outcome.code == 50005


async def test_old_messages_are_edited_at_discords_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord limits edits of messages older than an hour (30046): what it does not take now comes later."""
    monkeypatch.setattr(rate_limits, "OLD_EDIT", RateRule(1, 60.0))
    async with running_guild(rate_limits=True) as stand_in, publishing(stand_in) as publisher:
        message_id = await sent(publisher, OLD)
        old = message(stand_in, message_id)
        stand_in.world.change_message(replace(old, created_at=old.created_at - 7200))
        assert await publisher.edit(revision(CHANNEL, message_id)) == Changed()
        outcome = await publisher.edit(revision(CHANNEL, message_id, OLD, was=NEW))
        assert isinstance(outcome, NotNow)
        assert outcome.after_seconds is not None
        assert 50 < outcome.after_seconds <= 60


# Deletions


@pytest.mark.parametrize("channel", [CHANNEL, NEWS_CHANNEL, VOICE_CHANNEL])
async def test_a_message_is_deleted_once(stand_in: StandIn, publisher: Publisher, channel: int) -> None:
    """A message that was deleted by us or by a person is gone, and a further deletion says that it did nothing."""
    message_id = await sent(publisher, OLD, channel=channel)
    assert await publisher.delete(channel, message_id) == Changed()
    assert stand_in.messages(channel) == []
    assert await publisher.delete(channel, message_id) == MessageGone()


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
@pytest.mark.parametrize("kind", ["status", "reset", "close"])
@pytest.mark.parametrize("after", [True, False])
async def test_what_an_earlier_try_deleted_was_not_a_person(
    stand_in: StandIn, publisher: Publisher, channel: int, kind: FaultKind, after: bool
) -> None:
    """A deletion that discord.py or aiohttp repeats by itself finds nothing: its first try did that, not a person."""
    message_id = await sent(publisher, OLD, channel=channel)
    stand_in.set_granted(FORUM, {"manage_threads"})
    stand_in.faults.add("DELETE", "/channels/**", kind, status=502, after=after)
    assert await publisher.delete(channel, message_id) == Changed()
    assert stand_in.messages(CHANNEL) == []
    assert stand_in.threads(FORUM) == []


async def test_an_unclear_look_says_nothing_of_a_deletion(stand_in: StandIn, publisher: Publisher) -> None:
    """A failure before the deletion was asked for did not delete the thread: a person did."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.faults.add("GET", "/channels/*", "status", status=502)
    stand_in.remove_channel(thread_id)
    assert await publisher.delete(FORUM, thread_id) == MessageGone()


async def test_a_forums_thread_is_deleted_with_its_message(stand_in: StandIn, publisher: Publisher) -> None:
    """With Manage Threads the whole thread goes, archived or not; of one that is gone already that is said."""
    stand_in.set_granted(FORUM, {"manage_threads"})
    first, second = await sent(publisher, OLD, channel=FORUM), await sent(publisher, make_post(2), channel=FORUM)
    stand_in.set_thread(second, archived=True, locked=True)
    for thread_id, outcome in ((first, Changed()), (second, Changed()), (first, MessageGone())):
        assert await publisher.delete(FORUM, thread_id) == outcome
    assert stand_in.threads(FORUM) == []


@pytest.mark.parametrize("archived", [True, False])
async def test_without_manage_threads_the_first_message_goes(
    stand_in: StandIn, publisher: Publisher, caplog: pytest.LogCaptureFixture, archived: bool
) -> None:
    """Where the bot may not delete threads, the card goes, the thread is closed, and its name is told to be left."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.set_thread(thread_id, archived=archived)
    for outcome in (Changed(), MessageGone()):
        assert await publisher.delete(FORUM, thread_id) == outcome
        assert stand_in.messages(thread_id) == []
        assert stand_in.world.channel(thread_id).archived
    (told, _) = [record.getMessage() for record in caplog.records if "still shows the title" in record.getMessage()]
    assert str(thread_id) in told
    assert "Manage Threads" in told


async def test_a_guild_that_wants_two_factors_is_answered_the_same_way(stand_in: StandIn, publisher: Publisher) -> None:
    """Where Discord wants two-factor authentication for deleting a thread, its first message is deleted."""
    thread_id = await sent(publisher, OLD, channel=FORUM)
    stand_in.faults.add("DELETE", "/channels/*", "status", status=403, body={"code": 60003, "message": "No."})
    assert await publisher.delete(FORUM, thread_id) == Changed()
    assert stand_in.messages(thread_id) == []


async def test_a_message_in_an_archived_thread_is_deleted(stand_in: StandIn, publisher: Publisher) -> None:
    """The thread is opened for that, and closed again where the bot may."""
    mine, others = open_thread(stand_in, owner_id=stand_in.world.bot.id), open_thread(stand_in)
    for thread in (mine, others):
        message_id = await sent(publisher, OLD, channel=thread)
        stand_in.set_thread(thread, archived=True)
        assert await publisher.delete(thread, message_id) == Changed()
        assert stand_in.messages(thread) == []
        assert stand_in.world.channel(thread).archived == (thread == mine)


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
async def test_a_locked_and_archived_thread_keeps_its_message(
    stand_in: StandIn, publisher: Publisher, channel: int
) -> None:
    """What only a moderator may reopen stays as it is; the channel itself is not to blame."""
    place = FORUM if channel == FORUM else open_thread(stand_in)
    message_id = await sent(publisher, OLD, channel=place)
    stand_in.set_thread(message_id if channel == FORUM else place, archived=True, locked=True)
    outcome = await publisher.delete(place, message_id)
    assert isinstance(outcome, MessageRefused)
    assert "Manage Threads" in outcome.reason


# Crossposts


async def test_a_message_is_published_once(stand_in: StandIn, publisher: Publisher) -> None:
    """A message of an announcement channel is published; that it was already (40033) is as good."""
    message_id = await sent(publisher, OLD, channel=NEWS_CHANNEL)
    assert await publisher.crosspost(NEWS_CHANNEL, message_id) == Changed()
    assert message(stand_in, message_id, NEWS_CHANNEL).crossposted
    assert await publisher.crosspost(NEWS_CHANNEL, message_id) == Changed()


async def test_other_channels_publish_nothing(stand_in: StandIn, publisher: Publisher) -> None:
    """Elsewhere than in an announcement channel a message can never be published; its channel takes others."""
    for place in (CHANNEL, open_thread(stand_in, NEWS_CHANNEL)):
        outcome = await publisher.crosspost(place, await sent(publisher, OLD, channel=place))
        assert isinstance(outcome, MessageRefused)
        assert outcome.code == 50024


async def test_all_ten_of_an_hour_are_published() -> None:
    """discord.py refuses what a limit with a long window has left; all of it is used, and then the wait is told."""
    async with running_guild(rate_limits=True) as stand_in, publishing(stand_in) as publisher:
        ids = []
        for number in range(11):
            stand_in.rates.enabled = False
            ids.append(await sent(publisher, make_post(number), channel=NEWS_CHANNEL))
            stand_in.rates.enabled = True
        outcomes = [await publisher.crosspost(NEWS_CHANNEL, message_id) for message_id in ids]
        assert outcomes[:10] == [Changed()] * 10
        assert isinstance(outcomes[10], NotNow)
        assert outcomes[10].after_seconds is not None
        assert 3500 < outcomes[10].after_seconds <= 3600


# What all of them have in common

REFUSALS: list[tuple[int, int, type[ChangeOutcome]]] = [
    (401, 0, TokenRefused),
    (403, 50001, ChannelRefused),
    (403, 50013, ChannelRefused),
    (403, 60003, ChannelRefused),
    (404, 10003, ChannelRefused),
    (404, 10008, MessageGone),
    (400, 40033, Changed),
    (403, 50005, MessageRefused),
    (403, 50021, MessageRefused),
    (400, 50024, MessageRefused),
    (400, 50035, MessageRefused),
    (400, 50068, MessageRefused),
    (400, 50083, MessageRefused),
    (403, 160005, MessageRefused),
    (400, 200000, MessageRefused),
    (400, 240000, MessageRefused),
    (400, 20022, NotNow),
    (429, 30046, NotNow),
    (403, 40333, NotNow),
    (408, 0, NotNow),
    (503, 0, NotNow),
    (520, 0, NotNow),
]


@pytest.mark.parametrize(("status", "code", "outcome"), REFUSALS)
async def test_each_error_code_is_sorted_by_what_can_be_done(
    stand_in: StandIn, publisher: Publisher, status: int, code: int, outcome: type[ChangeOutcome]
) -> None:
    """Discord's code decides whether token, channel or message is refused, it is gone, or it is to be done again."""
    stand_in.faults.add("PATCH", ONE_MESSAGE, "status", status=status, body={"message": "No.", "code": code})
    result = await publisher.edit(revision(CHANNEL, await sent(publisher, OLD)))
    assert type(result) is outcome
    if isinstance(result, ChannelRefused | MessageRefused):
        assert result.code == code


@pytest.mark.parametrize("channel", [CHANNEL, FORUM])
@pytest.mark.parametrize("after", [True, False])
async def test_an_unclear_answer_is_asked_for_again(
    stand_in: StandIn, publisher: Publisher, channel: int, after: bool
) -> None:
    """A change whose answer was lost is simply made again; a deletion that was done already finds nothing."""
    message_id = await sent(publisher, OLD, channel=channel)
    stand_in.set_granted(FORUM, {"manage_threads"})
    stand_in.faults.add("PATCH", "/channels/**", "reset", after=after)
    assert isinstance(await publisher.edit(revision(channel, message_id)), NotNow)
    assert await publisher.edit(revision(channel, message_id)) == Changed()
    stand_in.faults.add("DELETE", "/channels/**", "status", status=503, after=after)
    assert isinstance(await publisher.delete(channel, message_id), NotNow)
    assert await publisher.delete(channel, message_id) == (MessageGone() if after else Changed())
    assert stand_in.messages(CHANNEL) == []
    assert stand_in.threads(FORUM) == []


async def test_a_change_does_not_hang(stand_in: StandIn) -> None:
    """An answer that does not come within the timeout is asked for again later."""
    async with publishing(stand_in, timeout_seconds=0.2) as publisher:
        message_id = await sent(publisher, OLD, channel=NEWS_CHANNEL)
        stand_in.faults.add("*", "/channels/*/messages/**", "hang", times=None)
        assert isinstance(await publisher.edit(revision(NEWS_CHANNEL, message_id)), NotNow)
        assert isinstance(await publisher.delete(NEWS_CHANNEL, message_id), NotNow)
        assert isinstance(await publisher.crosspost(NEWS_CHANNEL, message_id), NotNow)
        stand_in.faults.clear()


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (replace(OLD, path="docs/moved.md"), True),
        (replace(OLD, summary="another"), True),
        (replace(OLD, draft=True), True),
        (replace(OLD, text=OLD.text + " " + "x" * 400), False),
        (NEW, False),
        (replace(OLD, tags=("kubernetes",)), False),
        (replace(OLD, source="Elsewhere"), False),
        (replace(OLD, date=None), False),
        (replace(OLD, external_url="https://www.kubernetes.dev/blog/2/"), False),
    ],
)
def test_cards_look_alike_if_they_show_the_same(
    stand_in: StandIn, publisher: Publisher, other: Post, alike: bool
) -> None:
    """Only what members see makes a difference: not where the file lies, nor what the card does not show."""
    assert publisher.looks_alike(OLD, other) == alike
    assert publisher.looks_alike(other, OLD) == alike


def test_text_beyond_the_cut_makes_no_difference(publisher: Publisher) -> None:
    """Texts that differ behind what the card shows look alike."""
    start = "A long first sentence that goes on and on until it fills the card. " * 6
    assert publisher.looks_alike(replace(OLD, text=start + "One end."), replace(OLD, text=start + "Another end."))
