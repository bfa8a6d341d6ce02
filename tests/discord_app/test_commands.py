"""Slash commands through real interactions: stand-in, gateway, unmodified discord.py."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.catalog.records import Counted, ListedPost
from bot.content.post import Post
from bot.discord_app.archive import Archive
from bot.discord_app.commands import add_commands
from bot.problems import CatalogUnavailableError
from bot.rehearsal.standin import InteractionAnswer, StandIn
from tests.support.discord_client import connected, logged_in, running_stand_in
from tests.support.discord_posts import FakeArchive, make_post

POSTS = [
    make_post(1, title="Kubernetes *1.30* [final]", tags=("kubernetes", "release"), source="CNCF"),
    make_post(2, title="eBPF at scale", tags=("ebpf", "kubernetes"), source="Cilium"),
    make_post(3, title="Notes", tags=("security",), source="CNCF", date=None),
]


@asynccontextmanager
async def serving(archive: Archive) -> AsyncIterator[StandIn]:
    """A bot that answers from `archive`, and the Discord where members ask it."""
    async with running_stand_in() as stand_in, logged_in(stand_in) as client:
        add_commands(client.tree, archive)
        await client.tree.sync()
        async with connected(client):
            yield stand_in
        assert stand_in.invalid_requests == []


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    async with serving(FakeArchive(POSTS)) as ready:
        yield ready


def text_of(answer: InteractionAnswer) -> str:
    """All that the member reads."""
    assert answer.message is not None
    embeds = [embed for message in (answer.message, *answer.followups) for embed in message.embeds]
    texts = [text for embed in embeds for text in (embed.get("title", ""), embed.get("description", ""))]
    return "\n".join([answer.message.content, *texts])


async def test_latest_lists_the_newest_posts(stand_in: StandIn) -> None:
    """Number, linked title, source, date and tags of each post, seen by the member alone."""
    answer = await stand_in.slash("latest")
    assert answer.ephemeral
    assert text_of(answer) == (
        "\nLatest posts\n"
        "**1.** [Kubernetes ∗1.30∗ (final)](https://www.kubernetes.dev/blog/1/)\n"
        "CNCF · <t:1718841600:D> · kubernetes, release\n\n"
        "**2.** [eBPF at scale](https://www.kubernetes.dev/blog/2/)\n"
        "Cilium · <t:1718841600:D> · ebpf, kubernetes\n\n"
        "**3.** [Notes](https://www.kubernetes.dev/blog/3/)\n"
        "CNCF · security"
    )


async def test_latest_takes_count_tag_and_source(stand_in: StandIn) -> None:
    """The options narrow the list and are named in its title."""
    one = text_of(await stand_in.slash("latest", {"count": 1}))
    both = text_of(await stand_in.slash("latest", {"tag": "Kubernetes", "source": "cilium"}))
    assert re.findall(r"\*\*\d+\.\*\*", one) == ["**1.**"]
    assert "Latest posts with the tag Kubernetes from cilium" in both
    assert "eBPF" in both
    assert "Notes" not in both


async def test_tag_lists_the_posts_with_a_tag(stand_in: StandIn) -> None:
    """`/tag` is `/latest` for one tag."""
    text = text_of(await stand_in.slash("tag", {"name": "security", "count": 25}))
    assert "Notes" in text
    assert "eBPF" not in text


async def test_an_unknown_name_gets_suggestions(stand_in: StandIn) -> None:
    """A tag or source that does not exist is answered with those that look like it, without any markup of its own."""
    tag = await stand_in.slash("tag", {"name": "kuberntes"})
    source = await stand_in.slash("latest", {"source": "cncv"})
    strange = await stand_in.slash("tag", {"name": "<@1> **x**"})
    assert tag.ephemeral
    assert "no post with the tag **kuberntes**. Did you mean **kubernetes**?" in text_of(tag)
    assert "no post with the source **cncv**. Did you mean **CNCF**?" in text_of(source)
    assert "\\<@1\\> \\*\\*x\\*\\*" in text_of(strange)


async def test_a_pair_that_never_meets_is_told(stand_in: StandIn) -> None:
    """A known tag and a known source without a common post are both right; only together there is nothing."""
    text = text_of(await stand_in.slash("latest", {"tag": "ebpf", "source": "CNCF"}))
    assert "no post that has both" in text


async def test_an_empty_archive_says_so() -> None:
    """Without posts there is a sentence instead of an empty list."""
    async with serving(FakeArchive()) as stand_in:
        assert "There are no posts yet." in text_of(await stand_in.slash("latest"))


async def test_autocomplete_offers_names_with_counts(stand_in: StandIn) -> None:
    """Tags and sources come with how many posts they have, those that begin with what is typed first."""
    everything = await stand_in.autocomplete("tag", "name", "")
    typed = await stand_in.autocomplete("latest", "tag", "E")
    sources = await stand_in.autocomplete("latest", "source", "cnc")
    assert (everything[0].name, everything[0].value) == ("kubernetes (2)", "kubernetes")
    assert [choice.value for choice in typed] == ["ebpf", "kubernetes", "release", "security"]
    assert [choice.name for choice in sources] == ["CNCF (2)"]


async def test_many_posts_go_into_several_messages() -> None:
    """25 long entries are all there, with their links, in as many private messages as they need."""
    posts = [make_post(n, title="long title " * 14, url=f"https://example.com/{'a' * 500}/{n}") for n in range(25)]
    async with serving(FakeArchive(posts)) as stand_in:
        answer = await stand_in.slash("latest", {"count": 25})
        # The answer is complete when its first message is there; the others follow one by one.
        await stand_in.wait_until(lambda: "**25.**" in text_of(answer))
        text = text_of(answer)
    assert [int(number) for number in re.findall(r"\*\*(\d+)\.\*\*", text)] == list(range(1, 26))
    assert all(f"/{n})" in text for n in range(25))
    assert all(message.ephemeral for message in answer.followups)


@dataclass
class SlowArchive(FakeArchive):
    """An archive that answers only when it is let."""

    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def latest(self, *, count: int, tag: str | None = None, source: str | None = None) -> list[ListedPost]:
        await self.released.wait()
        return await super().latest(count=count, tag=tag, source=source)

    async def tags(self) -> list[Counted]:
        await self.released.wait()
        return await super().tags()


def slow(posts: Sequence[Post] = POSTS, failure: Exception | None = None) -> SlowArchive:
    return SlowArchive(posts, failure)


@pytest.mark.parametrize("failure", [None, CatalogUnavailableError("locked")])
async def test_a_slow_catalog_does_not_cost_the_answer(failure: Exception | None) -> None:
    """Before Discord's three seconds are over the bot says that it is at work; answer or apology come when they can."""
    archive = slow(failure=failure)
    async with serving(archive) as stand_in:
        told = stand_in.faults.add("POST", "/interactions/*/*/callback", "delay", seconds=0)
        question = asyncio.create_task(stand_in.slash("latest"))
        await told.reached()
        archive.released.set()
        answer = await question
    assert answer.type == 5
    assert answer.seconds < 2.5
    assert answer.ephemeral
    assert ("Latest posts" if failure is None else "Sorry") in text_of(answer)


async def test_a_slow_catalog_gives_no_suggestions() -> None:
    """Suggestions that would come too late are none."""
    async with serving(slow()) as stand_in:
        assert await stand_in.autocomplete("tag", "name", "k") == []


@pytest.mark.parametrize("failure", [CatalogUnavailableError("the catalog is locked"), ZeroDivisionError("a mistake")])
async def test_a_failure_is_told_with_a_reference(failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The member gets a private sentence with a reference that stands in the log, and nothing of the failure itself."""
    async with serving(FakeArchive(POSTS, failure)) as stand_in:
        answer = await stand_in.slash("latest")
        text = text_of(answer)
    assert answer.ephemeral
    (reference,) = re.findall(r"reference `(\w+)`", text)
    assert str(failure) not in text
    (record,) = [record for record in caplog.records if reference in record.getMessage()]
    assert str(failure) in record.getMessage()
    assert (record.exc_info is not None) is isinstance(failure, ZeroDivisionError)
    assert record.levelno == logging.ERROR


async def test_a_failing_catalog_gives_no_suggestions() -> None:
    """While the catalog cannot be read, a member sees an empty list at once."""
    async with serving(FakeArchive(POSTS, CatalogUnavailableError("locked"))) as stand_in:
        assert await stand_in.autocomplete("latest", "tag", "") == []


async def test_a_command_that_is_gone_is_explained(stand_in: StandIn) -> None:
    """A command that Discord still shows but the bot no longer has is answered with what to do."""
    (latest, tag) = stand_in.world.commands[None]
    stand_in.world.commands[None] = [latest, tag, {**latest, "name": "gone", "id": "1"}]
    answer = await stand_in.slash("gone")
    assert answer.ephemeral
    assert "Restart Discord" in text_of(answer)
