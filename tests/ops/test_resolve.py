"""``linkbot resolve``: what a person's word makes of a delivery, and of which one it may be said."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.catalog.database import Catalog, open_catalog
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.ops.requests import carry_out, from_line, to_line
from bot.ops.resolve import ResolveRequest, resolve
from bot.problems import UsageError
from bot.settings import Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, settings_in, take_in

MESSAGE = 1_300_000_000_000_000_001


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels."""
    return settings_in(tmp_path)


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """Three posts: a is refused, b and c were in a message of which nobody can tell."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {"a.md": post_text("A", date="2024-01-01")})
        await catalog.write(lambda tables: end_claim(tables, "refused"))
        await take_in(catalog, settings, {"b.md": post_text("B"), "c.md": post_text("C")})
        await catalog.write(lambda tables: end_claim(tables, "unknown"))
        yield catalog


def end_claim(tables: Tables, outcome: str) -> None:
    """Claim what is due, and let a person be needed."""
    now = datetime.now(UTC)
    claim = tables.deliveries.claim(ALL, outcome, tables.deliveries.pending(ALL, 10, now), now)
    if outcome == "refused":
        tables.deliveries.refuse(claim, "50035")
    elif outcome == "sent":
        tables.deliveries.record_sent(claim, MESSAGE, now)
    else:
        tables.deliveries.give_up(claim, "the history cannot be read")


async def number(catalog: Catalog, path: str) -> int:
    """The number that status shows."""
    held_up = await catalog.read(lambda tables: tables.deliveries.held_up())
    return next(held.id for held in held_up if held.path == path)


async def state(catalog: Catalog, path: str) -> DeliveryState:
    known = await catalog.read(lambda tables: tables.posts.by_path(path))
    assert known is not None
    return (await catalog.read(lambda tables: tables.deliveries.channels_of(known.id)))[ALL]


@pytest.mark.parametrize("path", ["a.md", "b.md"])
async def test_what_a_person_found_is_sent(catalog: Catalog, settings: Settings, path: str) -> None:
    """--sent records the message; nothing is sent for it, and no search takes that message for another one."""
    done = await resolve(catalog, settings, ResolveRequest(await number(catalog, path), sent=MESSAGE))
    told = f"{path} in all: sent, in message {MESSAGE}, which Linkbot leaves as it is from now on"
    assert (done.lines, done.to_send) == ([told], False)
    assert await state(catalog, path) is DeliveryState.SENT
    assert await catalog.read(lambda tables: tables.deliveries.known_messages(ALL)) == {MESSAGE}


async def test_a_message_that_shows_other_posts_is_refused(catalog: Catalog, settings: Settings) -> None:
    """An id copied from the wrong message is not taken: its cards are known to be those of other posts."""
    await take_in(catalog, settings, {"d.md": post_text("D")})
    await catalog.write(lambda tables: end_claim(tables, "sent"))
    with pytest.raises(UsageError, match=r"was made for d\.md"):
        await resolve(catalog, settings, ResolveRequest(await number(catalog, "b.md"), sent=MESSAGE))
    assert await state(catalog, "b.md") is DeliveryState.UNKNOWN


@pytest.mark.parametrize("path", ["a.md", "b.md"])
async def test_what_a_person_did_not_find_is_due_again(catalog: Catalog, settings: Settings, path: str) -> None:
    """--resend makes it pending, to be tried alone."""
    done = await resolve(catalog, settings, ResolveRequest(await number(catalog, path), resend=True))
    assert (done.lines, done.to_send) == ([f"{path} in all: to be sent again"], True)
    (due,) = await catalog.read(lambda tables: tables.deliveries.pending(ALL, 10, datetime.now(UTC)))
    assert (due.post.path, due.alone) == (path, True)


@pytest.mark.parametrize("path", ["a.md", "b.md"])
async def test_what_a_person_gives_up_is_dropped(catalog: Catalog, settings: Settings, path: str) -> None:
    """--drop ends it for good."""
    done = await resolve(catalog, settings, ResolveRequest(await number(catalog, path), drop=True))
    assert (done.lines, done.to_send) == ([f"{path} in all: dropped"], False)
    assert await state(catalog, path) is DeliveryState.DROPPED


async def test_others_of_the_same_message_stay_as_they_are(catalog: Catalog, settings: Settings) -> None:
    """A person's word is about one delivery."""
    await resolve(catalog, settings, ResolveRequest(await number(catalog, "b.md"), sent=MESSAGE))
    assert await state(catalog, "c.md") is DeliveryState.UNKNOWN
    await resolve(catalog, settings, ResolveRequest(await number(catalog, "c.md"), resend=True))
    assert await state(catalog, "b.md") is DeliveryState.SENT


async def test_what_keeps_it_from_being_sent_is_told(catalog: Catalog, settings: Settings) -> None:
    """A post that turned draft, and a channel that left the settings, are named as what is waited for."""
    await take_in(catalog, settings, {"a.md": post_text("A", draft=True)})
    without = settings.model_copy(update={"channels": settings.channels[1:]})
    done = await resolve(catalog, without, ResolveRequest(await number(catalog, "a.md"), resend=True))
    assert done.lines == [
        f"a.md in {ALL}: to be sent again, once its post may be shown again, once its channel is in the settings"
    ]


async def test_what_needs_nobody_cannot_be_resolved(catalog: Catalog, settings: Settings) -> None:
    """A delivery in any other state is left as it is, and the sentence names its state; so is an unknown number."""
    delivery = await number(catalog, "a.md")
    await resolve(catalog, settings, ResolveRequest(delivery, resend=True))
    with pytest.raises(UsageError, match=f"delivery {delivery} \\(a.md in all\\) is pending; only"):
        await resolve(catalog, settings, ResolveRequest(delivery, drop=True))
    other = await number(catalog, "b.md")
    await resolve(catalog, settings, ResolveRequest(other, drop=True))
    with pytest.raises(UsageError, match="is dropped; only"):
        await resolve(catalog, settings, ResolveRequest(other, resend=True))
    with pytest.raises(UsageError, match="there is no delivery 4711; `linkbot status`"):
        await resolve(catalog, settings, ResolveRequest(4711, drop=True))
    assert await state(catalog, "a.md") is DeliveryState.PENDING


async def test_a_word_survives_the_wire(catalog: Catalog, settings: Settings) -> None:
    """What one process asks for is what the other does."""
    delivery = await number(catalog, "a.md")
    for request in (ResolveRequest(delivery, sent=2**63 - 1), ResolveRequest(delivery, resend=True)):
        assert from_line(to_line(request)) == request
    dropped = from_line(to_line(ResolveRequest(delivery, drop=True)))
    assert isinstance(dropped, ResolveRequest)
    await carry_out(catalog, settings, dropped)
    assert await state(catalog, "a.md") is DeliveryState.DROPPED


@pytest.mark.parametrize(
    "fields",
    [
        b"{}",
        b'{"delivery": 1}',
        b'{"delivery": 1, "drop": true, "resend": true}',
        b'{"delivery": 1, "sent": 5, "resend": true}',
        b'{"delivery": "1", "drop": true}',
        b'{"delivery": 0, "drop": true}',
        b'{"delivery": 99999999999999999999999, "drop": true}',
        b'{"delivery": 1, "sent": 99999999999999999999999}',
        b'{"delivery": 1, "drop": 1}',
        b'{"delivery": NaN, "drop": true}',
    ],
)
def test_what_is_no_word_is_refused(fields: bytes) -> None:
    """Neither no word, nor two, nor a number that is none is taken."""
    with pytest.raises(UsageError):
        from_line(b'{"resolve": %s}' % fields)
