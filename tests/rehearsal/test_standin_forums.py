"""Forums and media channels: posts, their tags, and what Discord refuses there."""

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.rehearsal.standin import StandIn, StandInChannel, StandInTag
from tests.support.standin_client import Answer, RawClient, client_of, raw_client

FORUM, STRICT, MEDIA = 103, 104, 105
TAGS = tuple(StandInTag(900 + number, f"tag {number}") for number in range(7))
STAFF = StandInTag(990, "staff", moderated=True)
CHANNELS = (
    StandInChannel(FORUM, "forum", "forum", available_tags=(*TAGS, STAFF)),
    StandInChannel(STRICT, "strict", "forum", available_tags=TAGS[:1], require_tag=True),
    StandInChannel(MEDIA, "media", "media", available_tags=TAGS[:1]),
)


@pytest.fixture
async def guild() -> AsyncIterator[StandIn]:
    async with StandIn(CHANNELS, rate_limits=False) as standin:
        yield standin


@pytest.fixture
async def ask(guild: StandIn) -> AsyncIterator[RawClient]:
    async with raw_client(guild) as client:
        yield client


async def _post(ask: RawClient, forum: int = FORUM, **said: Any) -> Answer:
    return await ask("POST", f"/channels/{forum}/threads", {"name": "post", "message": {"content": "x"}, **said})


@pytest.mark.parametrize("forum", [FORUM, MEDIA])
async def test_a_post_is_a_thread_with_its_first_message(ask: RawClient, guild: StandIn, forum: int) -> None:
    """A post's answer is 201 with the thread and the message in it, which has the thread's id."""
    made = await _post(ask, forum, applied_tags=["900"])
    thread = int(made.body["id"])
    assert (made.status, made.body["message"]["id"]) == (201, made.body["id"])
    assert (made.body["applied_tags"], made.body["owner_id"]) == (["900"], str(guild.world.bot.id))
    assert (made.body["message_count"], made.body["parent_id"]) == (0, str(forum))
    assert [message.id for message in guild.messages(thread)] == [thread]
    assert [each.id for each in guild.threads(forum)] == [thread]


async def test_discord_py_knows_forums_with_their_tags(guild: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """discord.py sees a forum's tags and flags, and posts with tags that it found there."""
    async with client_of(guild, monkeypatch) as client:
        forum, strict, media = (client.get_channel(channel.id) for channel in CHANNELS)
        assert isinstance(forum, discord.ForumChannel)
        assert [(tag.id, tag.name, tag.moderated) for tag in forum.available_tags][-1] == (990, "staff", True)
        assert isinstance(strict, discord.ForumChannel)
        assert (strict.flags.require_tag, forum.flags.require_tag) == (True, False)
        assert isinstance(media, discord.ForumChannel)
        assert media.is_media()
        made = await forum.create_thread(name="post", content="x", applied_tags=forum.available_tags[:2])
        assert [tag.name for tag in made.thread.applied_tags] == ["tag 0", "tag 1"]
        assert made.message.id == made.thread.id
    assert guild.invalid_requests == []


async def test_a_nonce_means_nothing_in_a_forum(ask: RawClient, guild: StandIn) -> None:
    """A repeated post with the same nonce is a second thread, as at Discord, which knows no nonce there."""
    once = {"content": "x", "nonce": "n", "enforce_nonce": True}
    for _ in range(2):
        assert (await _post(ask, message=once, nonce="n", enforce_nonce=True)).status == 201
    first, second = guild.threads(FORUM)
    assert guild.messages(first.id)[0].nonce is None
    assert guild.messages(second.id)[0].content == "x"


@pytest.mark.parametrize(
    ("forum", "said", "status", "code"),
    [
        (STRICT, {}, 400, 40067),
        (STRICT, {"applied_tags": []}, 400, 40067),
        (FORUM, {"applied_tags": [str(tag.id) for tag in TAGS[:6]]}, 400, 50035),
        (FORUM, {"applied_tags": ["1"]}, 400, 50035),
        (FORUM, {"applied_tags": [str(STAFF.id)]}, 403, 50013),
        (FORUM, {"name": ""}, 400, 50035),
        (FORUM, {"name": "   "}, 400, 50035),
        (FORUM, {"name": "x" * 101}, 400, 50035),
        (FORUM, {"name": None}, 400, 50035),
        (FORUM, {"message": None}, 400, 50035),
        (FORUM, {"message": {}}, 400, 50006),
        (FORUM, {"message": {"content": "x" * 2001}}, 400, 50035),
        (FORUM, {"auto_archive_duration": 61}, 400, 50035),
        (FORUM, {"rate_limit_per_user": 21_601}, 400, 50035),
    ],
)
async def test_posts_that_discord_refuses(
    ask: RawClient, guild: StandIn, forum: int, said: dict[str, Any], status: int, code: int
) -> None:
    """A post without a needed tag, with too many, unknown or moderated ones, or with a bad name leaves no thread."""
    refused = await _post(ask, forum, **said)
    assert (refused.status, refused.code) == (status, code)
    assert guild.threads(forum) == []


async def test_limits_that_a_post_just_keeps(ask: RawClient) -> None:
    """Five tags and a name of 100 characters are taken; blanks around a name do not count."""
    made = await _post(ask, name=f"  {'x' * 100} ", applied_tags=[str(tag.id) for tag in TAGS[:5]])
    assert (made.status, made.body["name"]) == (201, "x" * 100)


async def test_moderators_apply_their_tags(ask: RawClient, guild: StandIn) -> None:
    """With MANAGE_THREADS a moderated tag can be applied, at creation and later."""
    guild.set_granted(FORUM, {"manage_threads"})
    made = await _post(ask, applied_tags=[str(STAFF.id)])
    changed = await ask("PATCH", f"/channels/{made.body['id']}", {"applied_tags": ["901"]})
    assert (made.body["applied_tags"], changed.body["applied_tags"]) == (["990"], ["901"])
    assert (await ask("PATCH", f"/channels/{made.body['id']}", {"applied_tags": ["1"]})).code == 50035


async def test_what_posting_needs(ask: RawClient, guild: StandIn) -> None:
    """A post needs SEND_MESSAGES, not CREATE_PUBLIC_THREADS, and EMBED_LINKS for cards."""
    guild.set_denied(FORUM, {"create_public_threads", "send_messages_in_threads"})
    assert (await _post(ask)).status == 201
    guild.set_denied(FORUM, {"embed_links"})
    assert (await _post(ask, message={"embeds": [{"title": "x"}]})).code == 50013
    guild.set_denied(FORUM, {"send_messages"})
    assert (await _post(ask)).code == 50013
    guild.set_denied(FORUM, {"view_channel"})
    assert (await _post(ask)).code == 50001


async def test_a_moderator_deletes_the_first_message(ask: RawClient, guild: StandIn) -> None:
    """A thread outlives its first message, which is 10008 from then on."""
    thread = int((await _post(ask)).body["id"])
    guild.delete_message(thread, thread)
    gone = await ask("PATCH", f"/channels/{thread}/messages/{thread}", {"content": "y"})
    assert (gone.status, gone.code) == (404, 10008)
    assert (await ask("GET", f"/channels/{thread}")).status == 200
    assert (await ask("POST", f"/channels/{thread}/messages", {"content": "z"})).body["id"] != str(thread)


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ([StandInTag(1, "x" * 21)], "1 to 20 characters"),
        ([StandInTag(1, "")], "1 to 20 characters"),
        ([StandInTag(number, "x") for number in range(21)], "at most 20 tags"),
        ([StandInTag(1, "x"), StandInTag(1, "y")], "the same id"),
    ],
)
def test_tags_that_no_forum_can_have(tags: list[StandInTag], why: str) -> None:
    """A stand-in cannot be given tags that Discord would not have."""
    with pytest.raises(ValueError, match=why):
        StandIn([StandInChannel(FORUM, "forum", "forum", available_tags=tuple(tags))])
