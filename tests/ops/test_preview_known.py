"""``linkbot preview`` of a post that the bot knows: what became of it, why, and what would happen now."""

import asyncio
import shlex
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.announcing.troubles import Trouble
from bot.catalog.database import FILE_NAME, Catalog, open_catalog
from bot.catalog.following import FollowKind
from bot.catalog.notes import Note
from bot.catalog.records import Cause, Standing
from bot.catalog.tables import Tables
from bot.content.post import PostProblem
from bot.ops.control import is_running, serve_control
from bot.ops.live import DiscordLink, Live, to_lines
from bot.ops.preview import Preview, preview
from bot.ops.preview_channels import channel_words
from bot.ops.preview_memory import MemoryState
from bot.ops.preview_page import as_html
from bot.ops.preview_words import knowledge, rules, verdict
from bot.ops.requests import WireRequest
from bot.settings import AnnounceSettings, CommandsSettings, Settings
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import ALL, KUBERNETES, settings_in, take_in

NOW = datetime(2025, 11, 23, 6, 58, 28, tzinfo=UTC)
MESSAGE = 1_400_000_000_000_000_001


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two channels, one of which takes only posts about Kubernetes; one server; more than two new posts are held."""
    return settings_in(tmp_path, announce=AnnounceSettings(hold_above=2), commands=CommandsSettings(guilds=(9,)))


@pytest.fixture
async def catalog(settings: Settings) -> AsyncIterator[Catalog]:
    """The catalog of a bot whose first run is done."""
    settings.state.directory.mkdir()
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {})
        yield catalog


async def known(catalog: Catalog, settings: Settings, text: str | None = None, path: str = "a.md") -> None:
    """Write a post and let the bot read it."""
    text = post_text("A post", tags=["kubernetes"]) if text is None else text
    (settings.content.directory / path).write_text(text)
    await take_in(catalog, settings, {path: text})


async def seen(settings: Settings, path: str = "a.md", now: datetime = NOW) -> Preview:
    return await preview(settings, settings.content.directory / path, now)


async def carry(catalog: Catalog, channel: int, outcome: str, message: int = MESSAGE) -> None:
    """Let what waits in a channel be claimed, and then sent, refused, lost sight of, or nothing yet."""

    def work(tables: Tables) -> None:
        claim = tables.deliveries.claim(channel, f"n{message}", tables.deliveries.pending(channel, 10, NOW), NOW)
        match outcome:
            case "sent":
                tables.deliveries.record_sent(claim, message, NOW)
            case "refused":
                tables.deliveries.refuse(claim, "50035: Invalid Form Body")
            case "unknown":
                tables.deliveries.give_up(claim, "the history cannot be read")

    await catalog.write(work)


def facts(shown: Preview, channel: int = ALL) -> str:
    """What is told of the post in a channel."""
    return "\n".join(next(each for each in channel_words(shown) if str(channel) in each.label).facts)


def told(shown: Preview) -> str:
    """What is told of the post."""
    return "\n".join(knowledge(shown))


# Its deliveries


async def test_an_announced_post_tells_where_it_stands(catalog: Catalog, settings: Settings) -> None:
    """Of each channel it is told when the post was sent, in which message, and a link where the server is known."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    await carry(catalog, KUBERNETES, "claimed", MESSAGE + 1)
    shown = await seen(settings)
    assert verdict(shown) == "It is announced in all, and being sent to kubernetes."
    assert "Known since 20" in told(shown)
    link = f"https://discord.com/channels/9/{ALL}/{MESSAGE}"
    assert facts(shown) == f"sent 2025-11-23 06:58 UTC: message {MESSAGE}\n{link}"
    assert "its outcome is not known yet" in facts(shown, KUBERNETES)
    somewhere = settings.model_copy(update={"commands": CommandsSettings()})
    assert "https://" not in facts(await seen(somewhere))
    assert [heading for heading, _ in rules(shown)] == ["Rules, as the bot decided"]


async def test_a_delivery_that_waits_says_for_what(catalog: Catalog, settings: Settings) -> None:
    """A pause, posts before it, and that no service runs are each told, with what a person can do."""
    await known(catalog, settings, post_text("Older", tags=[], date="2024-01-01"), "older.md")
    await known(catalog, settings, post_text("A post", tags=["kubernetes"], date="2024-02-01"))
    await catalog.write(lambda tables: tables.pauses.pause(ALL, NOW))
    shown = await seen(settings)
    assert verdict(shown) == "It is waiting for all, kubernetes."
    assert "1 post is before it in this channel" in facts(shown)
    assert f"paused since 2025-11-23 06:58 UTC: `linkbot resume {ALL}`" in facts(shown)
    assert "no service runs on this state directory" in facts(shown)
    assert "before it" not in facts(shown, KUBERNETES)


async def test_what_the_service_says_does_not_work_explains_what_waits(catalog: Catalog, settings: Settings) -> None:
    """While a service runs, its troubles with the channel and with Discord are told, and nobody else's; and it knows
    the server of each channel, so that there is a link to what was announced there."""
    troubles = tuple(Trouble(where, f"it fails in {where}", NOW) for where in ("channel all", "discord", "channel x"))
    live = Live(troubles, DiscordLink("Newsbot#0000", True, NOW, 1), NOW, (), guild_ids={KUBERNETES: 77})

    async def carry_out(request: WireRequest) -> list[str]:
        return to_lines(live)

    await known(catalog, settings)
    await carry(catalog, KUBERNETES, "sent")
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(serve_control(settings.state.directory, carry_out))
        deadline = time.monotonic() + 5
        while not await is_running(settings.state.directory):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.005)
        shown = await seen(settings)
        serving.cancel()
    assert "the service says since 2025-11-23 06:58 UTC: channel all: it fails in channel all" in facts(shown)
    assert "it fails in discord" in facts(shown)
    assert "channel x" not in facts(shown)
    assert "no service runs" not in facts(shown)
    assert f"https://discord.com/channels/77/{KUBERNETES}/{MESSAGE}" in facts(shown, KUBERNETES)
    assert "<strong>Newsbot</strong>" in as_html(shown)


async def test_a_delivery_that_a_person_must_look_at_names_the_commands(catalog: Catalog, settings: Settings) -> None:
    """A refused and an unknown delivery give their reasons and what `linkbot resolve` can be told."""
    await known(catalog, settings)
    await carry(catalog, ALL, "refused")
    await carry(catalog, KUBERNETES, "unknown", MESSAGE + 1)
    shown = await seen(settings)
    assert verdict(shown) == "It is refused in all, and perhaps announced in kubernetes, which nobody can tell."
    assert "50035: Invalid Form Body (delivery 1)\n`linkbot resolve 1 --resend`" in facts(shown)
    assert "the history cannot be read (delivery 2)\nlook into the channel: `linkbot resolve 2" in facts(
        shown, KUBERNETES
    )


async def test_what_is_suggested_carries_the_settings_that_were_named(catalog: Catalog, settings: Settings) -> None:
    """In the terminal, the page and the JSON a command reaches the bot whose post is shown."""
    await known(catalog, settings)
    await carry(catalog, ALL, "refused")
    shown = await preview(settings, settings.content.directory / "a.md", NOW, Path("/etc/my bot.yaml"))
    assert "`linkbot resolve 1 --resend --config '/etc/my bot.yaml'`" in facts(shown)
    assert "linkbot resolve 1 --resend --config &#x27;/etc/my bot.yaml&#x27;</code>" in as_html(shown)


async def test_an_edit_says_whether_the_card_follows(catalog: Catalog, settings: Settings) -> None:
    """An edit of what the card shows is followed or not as announce.on_edit says, one of anything else is no change."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    file = settings.content.directory / "a.md"
    file.write_text(file.read_text().replace("A post", "Another title"))
    assert "edited since: the card will follow, once the service runs" in facts(await seen(settings))
    assert "The file was changed since the bot read it. No service runs" in told(await seen(settings))
    ignoring = settings.model_copy(update={"announce": AnnounceSettings(on_edit="ignore")})
    assert "the card stays as it is (announce.on_edit: ignore)" in facts(await seen(ignoring))
    file.write_text(file.read_text().replace("Another title", "A post").replace("post_kind", "unknown: x\npost_kind"))
    assert "edited" not in facts(await seen(settings))


async def test_a_post_turned_draft_says_what_becomes_of_its_card(catalog: Catalog, settings: Settings) -> None:
    """A draft is not shown any more, and its card is taken back or stays as announce.on_retract says."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    draft = post_text("A post", tags=["kubernetes"], draft=True)
    (settings.content.directory / "a.md").write_text(draft)
    shown = await seen(settings)
    assert "As the file is now, it would not be shown: it is a draft." in told(shown)
    assert [heading for heading, _ in rules(shown)] == ["Rules, as the bot decided", "Rules, as they are now"]
    await take_in(catalog, settings, {"a.md": draft})
    shown = await seen(settings)
    assert verdict(shown) == "It is not shown: it is a draft."
    assert "only where its card was taken back it is announced again" in told(shown)
    assert "the card is taken back (announce.on_retract: delete)" in facts(shown)
    assert "asleep: nothing is sent" in facts(shown, KUBERNETES)


async def test_a_message_that_a_person_deleted_or_vouched_for_says_so(catalog: Catalog, settings: Settings) -> None:
    """Neither is the bot's to change: one stays deleted, the other is left alone."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    await carry(catalog, KUBERNETES, "unknown", MESSAGE + 1)

    def change(tables: Tables) -> None:
        tables.messages.record_gone(1)
        tables.deliveries.settle_sent(2, MESSAGE + 2, NOW)

    await catalog.write(change)
    shown = await seen(settings)
    assert "a person deleted the message since, and it stays deleted" in facts(shown)
    assert f"a person said so 2025-11-23 06:58 UTC: message {MESSAGE + 2}" in facts(shown, KUBERNETES)
    assert "the bot did not make that message" in facts(shown, KUBERNETES)


async def test_a_channel_that_left_the_settings_is_told_last(catalog: Catalog, settings: Settings) -> None:
    """Its deliveries are still known: what stands there, and that what waits for it is not sent."""
    await known(catalog, settings)
    without = settings.model_copy(update={"channels": settings.channels[:1]})
    words = list(channel_words(await seen(without)))[-1]
    assert (words.label, words.takes) == (str(KUBERNETES), None)
    assert words.says == "is not in the settings any more; the post waits to be sent there"
    assert "put it back, and it goes on" in "\n".join(words.facts)


async def test_a_channel_that_came_later_says_how_to_send_it_there(catalog: Catalog, settings: Settings) -> None:
    """A post that was announced is not planned for a channel that is new, or takes it only since."""
    only = settings.model_copy(update={"channels": settings.channels[:1]})
    await known(catalog, only)
    assert f"`linkbot announce a.md --channel {KUBERNETES}` sends it" in facts(await seen(settings), KUBERNETES)


async def test_the_command_to_give_works_for_any_name(catalog: Catalog, settings: Settings) -> None:
    """A path with a blank or a quote in it is one word of the command, in a shell too."""
    fresh = settings.model_copy(update={"channels": settings.channels[:1]})
    await known(catalog, fresh, path="it's a.md")
    assert shlex.join(["linkbot", "announce", "it's a.md", "--channel"]) in facts(
        await seen(settings, "it's a.md"), KUBERNETES
    )
    await known(catalog, fresh, path="b c.md")  # the same link and title
    assert "`linkbot announce 'b c.md'` announces it on purpose." in told(await seen(settings, "b c.md"))


# Why it is not announced


async def test_a_post_of_the_baseline_says_so(catalog: Catalog, settings: Settings) -> None:
    """What was there before the bot is not announced, and the command that does it on purpose is named."""
    text = post_text("Old", tags=[])
    (settings.content.directory / "a.md").write_text(text)
    await take_in(catalog, settings, {"a.md": text}, baseline=True)
    shown = await seen(settings)
    assert verdict(shown) == "It is not announced, though members find it: it was there before the bot."
    assert "`linkbot announce a.md` announces it on purpose." in told(shown)


async def test_a_duplicate_names_the_post_that_it_is_one_of(catalog: Catalog, settings: Settings) -> None:
    """Known or not, a post with the link and title of another one says which that is."""
    text = post_text("A post", tags=["kubernetes"])
    await known(catalog, settings, text)
    (settings.content.directory / "b.md").write_text(text)
    new = await seen(settings, "b.md")
    assert verdict(new) == "It would not be announced: a.md has the same link and title."
    await take_in(catalog, settings, {"b.md": text})
    shown = await seen(settings, "b.md")
    assert verdict(shown) == "It is not announced: a.md has the same link and title."
    assert "Members are shown a.md in its place" in told(shown)


async def test_held_waiting_and_unrouted_posts_say_what_for(catalog: Catalog, settings: Settings) -> None:
    """Each standing gives its reason: too many at once, a date to come, no channel."""
    many = {f"{name}.md": post_text(name, tags=[]) for name in "bcd"}
    for path, text in many.items():
        (settings.content.directory / path).write_text(text)
    await take_in(catalog, settings, many)
    held = await seen(settings, "b.md")
    assert verdict(held) == "It is held until a person decides: 3 new posts in one scan; more than 2."
    assert "`linkbot announce --held` lets all held posts go" in told(held)
    await known(catalog, settings, post_text("Soon", tags=[], date="2099-01-01T08:00:00Z"), "soon.md")
    assert verdict(await seen(settings, "soon.md")).startswith("It is kept until 2099-01-01 08:00 UTC")
    picky = settings.model_copy(update={"channels": settings.channels[1:]})
    await known(catalog, picky, post_text("Lone", tags=[]), "lone.md")
    lone = await seen(picky, "lone.md")
    assert verdict(lone) == "It is not announced, though members find it: none of 1 channels takes it."
    assert "`linkbot announce lone.md --channel CHANNEL` sends it" in told(lone)


async def test_posts_to_followers_are_counted_and_nobody_is_named(catalog: Catalog, settings: Settings) -> None:
    """How many followers got it or wait for it is told; their channels are nobody's business."""
    await known(catalog, settings)

    def follow(tables: Tables) -> None:
        tables.followers.follow(5, 6_666, FollowKind.TAG, "kubernetes", NOW)
        tables.deliveries.plan(1, [6_666], NOW)

    await catalog.write(follow)
    shown = await seen(settings)
    assert "To followers, by direct message: 1 waiting." in told(shown)
    assert not any("6666" in each.label for each in channel_words(shown))


# Its file


async def test_a_file_that_is_gone_is_explained(catalog: Catalog, settings: Settings) -> None:
    """The post is shown as it was read last, by whatever path it is named; nothing is wrong with asking."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    (settings.content.directory / "a.md").unlink()
    shown = await preview(settings, Path("a.md"), NOW)
    assert shown.wrong is None
    assert verdict(shown).startswith("Its file is gone; it is announced in all")
    assert "The bot has not seen yet that its file is gone" in told(shown)
    assert "its file is gone: the card stays (announce.on_delete: keep)" in facts(shown)
    await catalog.write(lambda tables: tables.posts.lose_file(1, NOW))
    assert "Its file is gone since 2025-11-23 06:58 UTC" in told(await preview(settings, Path("a.md"), NOW))


async def test_a_file_that_broke_is_told_with_what_is_known(catalog: Catalog, settings: Settings) -> None:
    """The problem is what is wrong; what was announced before it broke is explained all the same."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    (settings.content.directory / "a.md").write_text("---\npost_kind: link\n---\n")
    shown = await seen(settings)
    assert shown.wrong is not None
    assert shown.card is not None
    assert "Its file cannot be read: " in told(shown)
    assert "the card stays as it is until that is mended" in facts(shown)
    (settings.content.directory / "a.md").write_text("Just text.\n")
    assert "Its file is no link post any more: it has no front matter." in told(await seen(settings))


async def test_a_renamed_file_is_the_same_post(catalog: Catalog, settings: Settings) -> None:
    """A file whose post was known at another path, which is empty now, is recognised before the bot reads it."""
    await known(catalog, settings)
    await carry(catalog, ALL, "sent")
    (settings.content.directory / "a.md").rename(settings.content.directory / "b.md")
    shown = await seen(settings, "b.md")
    assert "then as a.md; a renamed file stays the same post" in told(shown)
    assert verdict(shown).startswith("It is announced in all")


async def test_another_post_at_the_path_of_one_that_is_gone_is_new(catalog: Catalog, settings: Settings) -> None:
    """A path whose post is gone may come to belong to another post, of which nothing is known."""
    await known(catalog, settings)
    await catalog.write(lambda tables: tables.posts.lose_file(1, NOW))
    (settings.content.directory / "a.md").write_text(post_text("Something else", tags=[]))
    shown = await seen(settings)
    assert shown.memory.known is None
    assert verdict(shown) == "It would be announced in 1 of 2 channels."


async def test_a_file_that_was_not_read_yet_says_why(catalog: Catalog, settings: Settings) -> None:
    """No service, an outage, and what was wrong when it was read last are each told."""
    (settings.content.directory / "a.md").write_text(post_text("New", tags=[]))
    assert "No service runs: the file is read when one is started" in told(await seen(settings))

    def trouble(tables: Tables) -> None:
        tables.notes.put(Note.OUTAGE, '{"since": "2025-11-23T06:00:00+00:00", "reason": "it is empty"}')
        tables.files.put_problem(PostProblem("a.md", 3, "there is no title", "add title:"))
        tables.notes.remove(Note.BASELINE)
        tables.notes.put(Note.BACKUP, "2025-11-01T00:00:00+00:00")

    await catalog.write(trouble)
    shown = await seen(settings)
    assert "the content directory cannot be believed: it is empty" in told(shown)
    assert "When the bot read the file last, it was no post: a.md:3: there is no title" in told(shown)
    assert "The first run is not done: what is there is indexed, not announced" in told(shown)
    assert "The catalog is a backup that was put back" in told(shown)
    assert shown.decision is not None
    assert (shown.decision.standing, shown.decision.cause) == (Standing.INDEXED, Cause.BASELINE)


async def test_other_kinds_make_no_news_of_what_is_known(catalog: Catalog, settings: Settings) -> None:
    """Settings that let a known post in take it as one that was there before."""
    release = post_text("Release", tags=[], kind="release")
    await known(catalog, settings, release)
    await catalog.write(lambda tables: tables.notes.put(Note.RULES, '["link"]'))
    wider = settings.model_copy(update={"content": settings.content.model_copy(update={"kinds": ("link", "release")})})
    shown = await seen(wider)
    assert verdict(shown).startswith("It is not shown: post_kind is 'release'")
    text = "As the file is now by the settings of today, it would not be announced, though members would find it"
    assert text in told(shown)


async def test_a_catalog_that_cannot_be_read_is_told(settings: Settings) -> None:
    """The card and the channels are there all the same; the post is taken as new."""
    settings.state.directory.mkdir()
    (settings.state.directory / FILE_NAME).write_bytes(b"")
    (settings.content.directory / "a.md").write_text(post_text("New", tags=[]))
    shown = await seen(settings)
    assert shown.memory.state is MemoryState.UNREADABLE
    assert verdict(shown) == "It would be announced in 1 of 2 channels."
    assert "What the bot knows cannot be read, so this takes the post as a new one: " in told(shown)


async def test_looking_changes_nothing(catalog: Catalog, settings: Settings) -> None:
    """A preview leaves the catalog as it is, byte for byte."""
    await known(catalog, settings)
    files = [
        file for file in settings.state.directory.iterdir() if not file.name.endswith("-shm")
    ]  # SQLite's own marks
    before = {file: file.read_bytes() for file in files}
    await seen(settings)
    assert {file: file.read_bytes() for file in files} == before
