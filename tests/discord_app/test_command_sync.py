"""Registering the slash commands, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.discord_app.client import LinkbotClient
from bot.discord_app.command_sync import keep_commands_registered
from bot.discord_app.commands import add_commands
from bot.problems import CatalogUnavailableError
from bot.rehearsal.standin import StandIn
from tests.support.discord_client import logged_in, quick_pauses, running_stand_in
from tests.support.discord_posts import FakeArchive

Command = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu | app_commands.Group


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with running_stand_in() as running:
        yield running


@dataclass
class Memory:
    """What the catalog keeps from one start to the next; `fails` says how often it cannot be read or written first."""

    value: str | None = None
    fails: dict[str, int] = field(default_factory=dict)

    async def load(self) -> str | None:
        self._fail("load")
        return self.value

    async def save(self, value: str) -> None:
        self._fail("save")
        self.value = value

    def _fail(self, what: str) -> None:
        if self.fails.get(what, 0) > 0:
            self.fails[what] -= 1
            raise CatalogUnavailableError("database is locked")


async def start(client: LinkbotClient, memory: Memory, guilds: tuple[int, ...] = ()) -> None:
    """Do what the service does with the commands at each start."""
    add_commands(client.tree, client.presses, FakeArchive(), guilds, tldr_characters=350)
    await register(client, memory, guilds)


async def register(client: LinkbotClient, memory: Memory, guilds: tuple[int, ...] = ()) -> None:
    work = keep_commands_registered(client, guilds, load_hash=memory.load, save_hash=memory.save, pauses=quick_pauses)
    await asyncio.wait_for(work, 10)


def _commands(client: LinkbotClient, guilds: tuple[int, ...]) -> list[Command]:
    return client.tree.get_commands(guild=discord.Object(guilds[0]) if guilds else None)


def puts(stand_in: StandIn) -> int:
    return len([record for record in stand_in.requests if record.method == "PUT"])


def names(stand_in: StandIn, guild: int | None = None) -> set[str]:
    return {command["name"] for command in stand_in.world.commands.get(guild, [])}


async def test_commands_are_registered_once(stand_in: StandIn) -> None:
    """The first start registers them; the next, with the same commands, sends nothing."""
    memory = Memory()
    for _ in range(2):
        async with logged_in(stand_in) as client:
            await start(client, memory)
    assert names(stand_in) >= {"latest", "tag"}
    assert puts(stand_in) == 1
    assert stand_in.invalid_requests == []


async def test_a_changed_command_is_registered_again(stand_in: StandIn) -> None:
    """A start with other commands sends them."""
    memory = Memory()
    async with logged_in(stand_in) as client:
        await start(client, memory)
    async with logged_in(stand_in) as client:

        @client.tree.command(name="more", description="One more command")
        async def more(interaction: object) -> None:
            return None

        await start(client, memory)
    assert names(stand_in) >= {"latest", "tag", "more"}


async def test_guild_commands_move_with_the_settings(stand_in: StandIn) -> None:
    """Named guilds have the commands and nobody else; when they are no longer named, everybody else has them."""
    memory, guild = Memory(), stand_in.world.guild_id
    for guilds in ((), (guild,), ()):
        async with logged_in(stand_in) as client:
            await start(client, memory, guilds)
            every = {command.name for command in _commands(client, guilds)}
        assert names(stand_in) == (set() if guilds else every)
        assert names(stand_in, guild) == (every if guilds else set())


async def test_a_guild_that_the_bot_left_holds_nothing_up(stand_in: StandIn) -> None:
    """Commands of a guild that is no longer named and no longer reachable stay where they are."""
    memory = Memory("4711:abc")
    async with logged_in(stand_in) as client:
        await start(client, memory)
    assert names(stand_in) >= {"latest", "tag"}


async def test_a_failure_is_tried_again(stand_in: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    """Refused, broken or senseless answers are logged, nothing is saved, and a later try succeeds."""
    memory = Memory()
    stand_in.faults.add("PUT", "/applications/*/commands", "status", status=403, body={"message": "No.", "code": 50001})
    stand_in.faults.add("PUT", "/applications/*/commands", "content_type")
    async with logged_in(stand_in) as client:
        await start(client, memory)
    assert names(stand_in) >= {"latest", "tag"}
    assert memory.value is not None
    assert caplog.text.count("Discord did not take the slash commands") >= 2


@pytest.mark.parametrize("fails", ["load", "save"])
async def test_an_unavailable_catalog_is_waited_for(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture, fails: str
) -> None:
    """A catalog that is locked or full while commands are registered stops nothing: it is tried again, and logged."""
    memory = Memory(fails={fails: 2})
    async with logged_in(stand_in) as client:
        await start(client, memory)
    assert names(stand_in) >= {"latest", "tag"}
    assert memory.value is not None
    assert caplog.text.count("wait for the catalog (database is locked)") == 2


async def test_one_unreachable_guild_does_not_keep_the_others_from_theirs(stand_in: StandIn) -> None:
    """Where one guild refuses, the others get their commands, and the refusing one is tried again."""
    memory, guild = Memory(), stand_in.world.guild_id
    async with logged_in(stand_in) as client:
        add_commands(client.tree, client.presses, FakeArchive(), (4711, guild), tldr_characters=350)
        stand_in.faults.add("PUT", "/applications/*/guilds/4711/commands", "delay", seconds=0)
        retried = stand_in.faults.add("PUT", "/applications/*/guilds/4711/commands", "delay", seconds=0)
        task = asyncio.create_task(register(client, memory, (4711, guild)))
        await retried.reached()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert names(stand_in, guild) >= {"latest", "tag"}
    assert memory.value is None
