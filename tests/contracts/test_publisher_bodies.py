"""Every body that the bot sends is valid under Discord's own specification."""

from datetime import UTC, datetime

from bot.announcing.publisher import Changed, Delivered, Revision
from bot.discord_app.commands import add_commands
from bot.discord_app.publish import DiscordPublisher
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import (
    CHANNEL,
    FORUM,
    NEWS_CHANNEL,
    ROLE,
    announcement,
    connected,
    created,
    logged_in,
    publishing,
    running_guild,
    running_stand_in,
)
from tests.support.discord_posts import FakeArchive, make_post
from tests.support.standin_openapi import requires_document, validate_request

POSTS = [
    make_post(1),
    make_post(2, title="", text="", tags=(), source=None, date=None),
    make_post(3, title="x" * 600, text="word " * 5000, tags=("tag",) * 200, source="s" * 600),
    make_post(4, title="*_`|[" * 100, text="<@1> \u202e\x00\ud800" * 100, tags=("\u3164", "**"), source="\ud800"),
    make_post(5, url="http://localhost:8000/x"),
    make_post(6, url="https://bücher.example/ü|[" + "ü" * 300),
    make_post(7, url="https://example.com/" + "ü" * 2000),
    make_post(8, date=datetime(1, 1, 1, tzinfo=UTC)),
    make_post(9, date=datetime(9999, 12, 31, tzinfo=UTC)),
]


def validate_all(stand_in: StandIn) -> None:
    """Check everything that was sent, and that the stand-in took all of it."""
    assert stand_in.invalid_requests == []
    sent = [record for record in stand_in.requests if record.method in {"POST", "PUT", "PATCH"}]
    assert sent
    for record in sent:
        validate_request(record.method, record.path, record.body)


@requires_document
async def test_messages_are_as_discord_wants_them() -> None:
    """Whatever stands in a post, its message is valid: alone, several together, and with mentions."""
    async with running_stand_in() as stand_in, publishing(stand_in) as publisher:
        assert isinstance(publisher, DiscordPublisher)
        for number, post in enumerate(POSTS):
            assert isinstance(await publisher.publish(announcement(post, nonce=f"n{number}")), Delivered)
        ten = [make_post(number) for number in range(10)]
        assert isinstance(await publisher.publish(announcement(*ten, nonce="ten", mention=(ROLE,))), Delivered)
        validate_all(stand_in)


@requires_document
async def test_posts_in_a_forum_are_as_discord_wants_them() -> None:
    """Whatever stands in a post, its thread is valid when it is created, edited, and renamed."""
    async with running_guild() as stand_in, publishing(stand_in) as publisher:
        for post, other in zip(POSTS, POSTS[1:] + POSTS[:1], strict=True):
            thread_id = await created(publisher, announcement(post, channel=FORUM, mention=(ROLE,)))
            assert await publisher.edit(Revision(FORUM, thread_id, (other,), was=(post,))) == Changed()
        validate_all(stand_in)


@requires_document
async def test_changes_are_as_discord_wants_them() -> None:
    """Edits of one card and of ten, crossposts, and what closes a thread are valid."""
    async with running_guild() as stand_in, publishing(stand_in) as publisher:
        for channel in (CHANNEL, NEWS_CHANNEL):
            message_id = await created(publisher, announcement(make_post(), nonce=str(channel), channel=channel))
            for posts in (POSTS, [make_post(number, text="word " * 500) for number in range(10)]):
                assert await publisher.edit(Revision(channel, message_id, tuple(posts), was=tuple(posts))) == Changed()
        assert await publisher.crosspost(NEWS_CHANNEL, message_id) == Changed()
        validate_all(stand_in)


@requires_document
async def test_taking_a_thread_back_is_as_discord_wants_it() -> None:
    """Opening, emptying and closing a thread that the bot may not delete are valid."""
    async with running_guild() as stand_in, publishing(stand_in) as publisher:
        thread_id = await created(publisher, announcement(make_post(), channel=FORUM))
        stand_in.set_thread(thread_id, archived=True)
        assert await publisher.delete(FORUM, thread_id) == Changed()
        (refused,) = stand_in.invalid_requests
        assert (refused.method, refused.status) == ("DELETE", 403)
        for record in stand_in.requests:
            if record.method in {"POST", "PATCH"}:
                validate_request(record.method, record.path, record.body)


@requires_document
async def test_commands_and_answers_are_as_discord_wants_them() -> None:
    """Registration, suggestions, lists over several messages, and "there is none" are valid."""
    async with running_stand_in() as stand_in, logged_in(stand_in) as client:
        add_commands(client.tree, client.presses, FakeArchive(POSTS * 3), tldr_characters=350)
        await client.tree.sync()
        async with connected(client):
            await stand_in.slash("latest", {"count": 25})
            await stand_in.slash("tag", {"name": "nothing like it"})
            await stand_in.autocomplete("tag", "name", "")
            await stand_in.autocomplete("latest", "source", "k")
        validate_all(stand_in)
