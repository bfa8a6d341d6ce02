"""Managing the bot from Discord: real interactions, a real catalog."""

import asyncio
import itertools
import json
import logging
import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.catalog.notes import Note
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import DeliveryState
from bot.catalog.tables import Tables
from bot.discord_app.language import languages
from bot.rehearsal.standin import InteractionAnswer
from bot.settings import Filter
from tests.support.catalog_site import ALL, KUBERNETES, a_post, channel
from tests.support.discord_archive import buttons_of, message_of, text_of
from tests.support.managing import ELSEWHERE, FORUM, MANAGER, ROLE, ManagedBot, managed

POSTS = (
    a_post("docs/a.md", title="About *alpha*"),
    a_post("docs/b.md", title="Beta", tags=("linux",)),
    a_post("docs/draft.md", title="Secret draft", draft=True),
)
EVERY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("status", {}),
    ("channels", {}),
    ("preview", {"post": "docs/a.md"}),
    ("announce", {"latest": 1}),
    ("pause", {}),
    ("resume", {}),
)


async def states(bot: ManagedBot, path: str) -> dict[int, DeliveryState]:
    """What is planned or done of a post."""
    return await bot.site.deliveries(path)


async def confirm(bot: ManagedBot, answer: InteractionAnswer, **who: Any) -> InteractionAnswer:
    """Press the one button under an answer."""
    (custom_id,) = buttons_of(answer).values()
    return await bot.discord.click(message_of(answer).id, custom_id, **{"user": MANAGER, **who})


@pytest.mark.parametrize("place", ["dm", "elsewhere"])
async def test_the_commands_are_only_for_servers(tmp_path: Path, place: Any) -> None:
    """Discord offers none of the commands outside of a server that the bot is in."""
    async with managed(tmp_path, POSTS) as bot:
        for command, options in EVERY:
            with pytest.raises(ValueError, match="linkbot"):
                await bot.ask(command, options, place=place)


async def test_only_managers_are_answered(tmp_path: Path) -> None:
    """Who may not manage the server is offered nothing, and refused where an administrator overrode that."""
    async with managed(tmp_path, POSTS) as bot:
        for command, options in EVERY:
            with pytest.raises(ValueError, match="linkbot"):
                await bot.ask(command, options, user="ada")
            answer = await bot.ask(command, options, user="ada", force=True)
            assert answer.ephemeral
            assert "Only people with the permission Manage Server" in text_of(answer)
        typed = await bot.discord.autocomplete("linkbot preview", "post", "a", user="ada", force=True)
        assert typed == []
        offered = await bot.ask("announce", {"post": "docs/b.md"})
        bot.discord.world.set_member_permissions(MANAGER, set())
        assert "Only people with the permission" in text_of(await confirm(bot, offered))
        assert await bot.paused() == set()
        assert await states(bot, "docs/b.md") == {}


async def test_every_answer_is_private_and_in_the_askers_language(tmp_path: Path) -> None:
    """Nobody else sees what a manager asks, and each answer is in the language of their Discord."""
    async with managed(tmp_path, POSTS) as bot:
        for command, options in EVERY:
            english = await bot.ask(command, options)
            french = await bot.ask(command, options, locale="fr")
            assert english.ephemeral
            assert french.ephemeral
            assert text_of(english) != text_of(french)
    french_texts = languages()["fr"]
    (registered,) = bot.discord.world.commands[None]
    names = {option["name"]: option.get("name_localizations", {}) for option in registered["options"]}
    assert list(names) == ["status", "channels", "preview", "announce", "pause", "resume"]
    assert french_texts.say("command-status") == "état"


async def test_pause_and_resume_one_channel(tmp_path: Path) -> None:
    """A channel is held back alone, told as such, and let go with what waited being sent at once."""
    async with managed(tmp_path, POSTS) as bot:
        told = text_of(await bot.ask("pause", {"channel": KUBERNETES}))
        assert f"Paused: <#{KUBERNETES}>." in told
        assert await bot.paused() == {KUBERNETES}
        assert f"Paused already: <#{KUBERNETES}>." in text_of(await bot.ask("pause", {"channel": KUBERNETES}))
        assert "paused <t:" in text_of(await bot.ask("status"))
        assert "paused <t:" in text_of(await bot.ask("channels"))
        await bot.restart()
        assert f"Resumed: <#{KUBERNETES}>." in text_of(await bot.ask("resume", {"channel": KUBERNETES}))
        assert bot.woken == [KUBERNETES]
        assert await bot.paused() == set()


async def test_pause_and_resume_all(tmp_path: Path) -> None:
    """Without a channel, all of this server are meant; who resumes is told how many posts that lets go."""
    async with managed(tmp_path, POSTS) as bot:
        await bot.ask("pause")
        assert await bot.paused() == {ALL, KUBERNETES}
        told = text_of(await bot.ask("resume"))
        assert f"Resumed: <#{ALL}>, <#{KUBERNETES}>. Nothing waited." in told
        assert await bot.paused() == set()
        for number, said in ((1, "One post that waited goes"), (3, "3 posts that waited go")):
            await bot.ask("pause")
            bot.site.write(*(a_post(f"new{each}.md", date=bot.site.now) for each in range(number)))
            await bot.site.scan()
            assert f"<#{KUBERNETES}>. {said} out now." in text_of(await bot.ask("resume"))


async def followers_paused(bot: ManagedBot) -> bool:
    """Whether direct messages to followers are held back."""
    return await bot.site.catalog.read(lambda tables: tables.pauses.followers_since()) is not None


async def test_all_channels_mean_followers_too(tmp_path: Path) -> None:
    """Where all channels are here, pausing all holds direct messages to followers, told by status, until all resume."""
    async with managed(tmp_path, POSTS) as bot:
        assert "followers" not in text_of(await bot.ask("pause", {"channel": ALL}))
        assert "Direct messages to followers wait too." in text_of(await bot.ask("pause"))
        assert await followers_paused(bot)
        assert "followers are paused already" in text_of(await bot.ask("pause"))
        assert "Direct messages to followers: paused <t:" in text_of(await bot.ask("status"))
        one = text_of(await bot.ask("resume", {"channel": ALL}))
        assert "followers are still paused" in one
        assert "`/linkbot resume` without a channel" in one
        assert await followers_paused(bot)
        assert "followers go out again" in text_of(await bot.ask("resume"))
        assert not await followers_paused(bot)
        assert "followers" not in text_of(await bot.ask("resume"))
        assert "followers" not in text_of(await bot.ask("status"))


async def test_some_channels_leave_followers_alone(tmp_path: Path) -> None:
    """Where some channels are elsewhere, followers are neither paused nor resumed, which is said with who can do it."""
    async with managed(tmp_path, POSTS, channels=(channel(ALL), channel(ELSEWHERE))) as bot:
        told = text_of(await bot.ask("pause"))
        assert "Direct messages to followers go on; whoever runs me can hold them (`linkbot pause`)." in told
        assert not await followers_paused(bot)
        await bot.site.catalog.write(lambda tables: tables.pauses.pause(FOLLOWERS, datetime.now(UTC)))
        assert "Direct messages to followers: paused <t:" in text_of(await bot.ask("status"))
        assert "otherwise whoever runs me can (`linkbot resume`)" in text_of(await bot.ask("resume"))
        assert await followers_paused(bot)


async def test_without_following_nothing_is_said_of_followers(tmp_path: Path) -> None:
    """Where nobody can follow anything, no answer speaks of followers, whatever is held back."""
    async with managed(tmp_path, POSTS) as bot:
        await bot.stop()
        commands = bot.site.settings.commands.model_copy(update={"follow": False})
        bot.site.settings = bot.site.settings.model_copy(update={"commands": commands})
        await bot.start()
        for command in ("pause", "pause", "status", "resume"):
            assert "followers" not in text_of(await bot.ask(command))
        assert not await followers_paused(bot)


@pytest.mark.parametrize(("locale", "command"), [("en-GB", "/linkbot resume"), ("fr", "/linkbot reprendre")])
async def test_a_pause_names_the_command_that_ends_it(tmp_path: Path, locale: str, command: str) -> None:
    """The command is named as the reader's own Discord offers it."""
    async with managed(tmp_path, POSTS) as bot:
        assert f"`{command}`" in text_of(await bot.ask("pause", locale=locale))


async def test_a_channel_that_is_not_announced_in(tmp_path: Path) -> None:
    """A channel that the settings do not name is answered with those that they do, and nothing is done."""
    async with managed(tmp_path, POSTS) as bot:
        for command, options in (("pause", {}), ("resume", {}), ("announce", {"latest": 1})):
            told = text_of(await bot.ask(command, {**options, "channel": FORUM}))
            assert f"I do not announce in <#{FORUM}>" in told
            assert f"<#{ALL}>, <#{KUBERNETES}>" in told
        assert await bot.paused() == set()


def add_another_server(bot: ManagedBot) -> None:
    """The bot is in a second server, with a channel of its own."""
    state = bot.client._connection
    data: Any = {
        "id": "1000000000000000099",
        "name": "elsewhere",
        "channels": [{"id": str(ELSEWHERE), "type": 0, "name": "secret", "position": 0, "permission_overwrites": []}],
    }
    state._add_guild(discord.Guild(data=data, state=state))


async def test_another_servers_channels_are_never_told_or_touched(tmp_path: Path) -> None:
    """The bot serves other servers too: their channels are not named, counted, paused, resumed or announced in."""
    channels = (channel(ALL), channel(ELSEWHERE, tags=Filter(none=("nowhere",))))
    async with managed(tmp_path, POSTS, channels=channels, baseline=False) as bot:
        add_another_server(bot)
        await bot.site.send_all(ELSEWHERE)
        await bot.site.catalog.write(lambda tables: tables.pauses.pause(ELSEWHERE, datetime.now(UTC)))
        bot.troubles.begin(f"channel channel-{ELSEWHERE % 10}", "it is far away")
        bot.troubles.begin(f"channel channel-{ALL % 10}", "it is near")
        texts = [text_of(await bot.ask(command, options)) for command, options in EVERY]
        assert "it is near" in texts[0]
        for text in texts:
            assert str(ELSEWHERE) not in text
            assert "far away" not in text
            assert "channel-7" not in text
        assert await bot.paused() == {ELSEWHERE}
        bot.site.write(a_post("new.md", date=bot.site.now))
        await bot.site.scan(baseline=True)
        forged = await bot.discord.forge(
            message_of(await bot.ask("announce", {"post": "new.md"})).id,
            f"announce!{base36(ELSEWHERE)}!{base36((await bot.site.known('new.md')).id)}",
            user=MANAGER,
        )
        assert "I do not announce in" in text_of(forged)
        await confirm(bot, await bot.ask("announce", {"post": "new.md"}))
        assert set(await states(bot, "new.md")) == {ALL}


def base36(number: int) -> str:
    """As a button writes it."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = (string.digits + string.ascii_lowercase)[digit] + digits
    return digits


async def test_a_server_without_channels(tmp_path: Path) -> None:
    """Where no channel of the settings is, there is nothing to see or steer, drafts least of all, and why is said."""
    async with managed(tmp_path, POSTS, channels=(channel(ELSEWHERE),)) as bot:
        for command, options in EVERY:
            text = text_of(await bot.ask(command, options))
            assert "None of the channels that I announce in is in this server" in text
            assert str(ELSEWHERE) not in text
        for command in ("linkbot preview", "linkbot announce"):
            assert await bot.discord.autocomplete(command, "post", "", user=MANAGER) == []


async def test_channels_tells_what_is_missing(tmp_path: Path) -> None:
    """Each channel is told with its kind, its filters in words, what the bot lacks there, and how to give it."""
    channels = (
        channel(ALL, mention=(ROLE, ROLE + 1), publish=True),
        channel(KUBERNETES, tags=Filter(any=("k8s", "*x*"), none=("draft",)), paths=("docs/**",)),
        channel(FORUM, sources=Filter(all=("CNCF",))),
    )
    async with managed(tmp_path, POSTS, channels=channels) as bot:
        first, second, third = text_of(await bot.ask("channels")).split("\n\n")
    assert "text channel\nTakes every post" in first
    assert f"cannot ping <@&{ROLE}>" in first
    assert f"{ROLE + 1} that is to be pinged does not exist" in first
    assert "this is no announcement channel" in first
    assert "Tags: at least one of k8s, \\*x\\*; none of draft" in second
    assert "Files: docs/\\*\\*" in second
    assert "I lack: Embed Links, Read Message History." in second
    assert "forum\nSources: all of CNCF\n✅" in third


async def test_status_tells_what_counts(tmp_path: Path) -> None:
    """Since when it runs, the last look, posts by standing, each channel, and what needs a person, by its number."""
    async with managed(tmp_path, POSTS, baseline=False) as bot:
        await bot.site.send_all(KUBERNETES)
        since = datetime.now(UTC) - timedelta(hours=2)

        def work(tables: Tables) -> None:
            tables.notes.put(Note.SERVICE, json.dumps({"since": since.isoformat(), "process": 1}))
            scan = {"at": since.isoformat(), "seconds": 0.1, "files": 2175, "watcher": "native"}
            tables.notes.put(Note.SCAN, json.dumps(scan))
            tables.notes.put(Note.OUTAGE, json.dumps({"since": since.isoformat(), "reason": "/srv/secret is gone"}))
            claim = tables.deliveries.claim(ALL, "n1", tables.deliveries.pending(ALL, 1, bot.site.now), since)
            tables.deliveries.refuse(claim, "Discord's guild *blocks* it")

        await bot.site.catalog.write(work)
        bot.troubles.begin("catalog", "/srv/secret is full")
        bot.indexed = 0.4
        text = text_of(await bot.ask("status"))
    moment = f"<t:{int(since.timestamp())}:R>"
    assert f"Running since {moment}" in text
    assert re.search(r"Discord answers within \d+ ms", text)
    assert f"Looked at the content {moment}: 2,175 files" in text
    assert "Posts: 2 announced · 1 hidden" in text
    assert "Indexing, 40 %" in text
    assert f"<#{ALL}>\n0 sent · 1 waiting, the oldest <t:" in text
    assert f"<#{KUBERNETES}>\n1 sent · 0 waiting" in text
    assert "The content directory cannot be read" in text
    assert "The catalog cannot be used" in text
    assert "/srv/secret" not in text
    assert "is refused: Discord's guild \\*blocks\\* it. Whoever runs me can try it again (`linkbot resolve 1 " in text


async def test_what_needs_a_person_never_breaks_the_answer(tmp_path: Path) -> None:
    """However much is held up, and whatever it says, the answer fits, and tells how much more there is."""
    posts = [a_post(f"docs/{'x' * 80}/{number}.md", title=f"T{number}") for number in range(30)]
    async with managed(tmp_path, posts, baseline=False, hold_above=None) as bot:

        def work(tables: Tables) -> None:
            for number in range(30):
                pending = tables.deliveries.pending(ALL, 1, bot.site.now)
                claim = tables.deliveries.claim(ALL, f"n{number}", pending, bot.site.now)
                tables.deliveries.give_up(claim, "[why](https://x.example) @everyone " * 40)

        await bot.site.catalog.write(work)
        text = text_of(await bot.ask("status"))
    assert "nobody can tell whether" in text
    assert "and 25 more" in text
    assert re.search(r"(?<!\\)\]\(", text) is None


async def test_preview_explains_a_post(tmp_path: Path) -> None:
    """The card itself, its standing with every rule, each channel with its filters, and what became of it there."""
    async with managed(tmp_path, POSTS, baseline=False) as bot:
        await bot.site.send_all(ALL)
        await bot.ask("pause", {"channel": KUBERNETES})
        answer = await bot.ask("preview", {"post": "docs/a.md"})
        card, told = message_of(answer).embeds
        other = text_of(await bot.ask("preview", {"post": "docs/b.md"}))
        draft = text_of(await bot.ask("preview", {"post": "Secret DRAFT"}))
        unknown = text_of(await bot.ask("preview", {"post": "docs/\udce9<@1>.md"}))
    assert card["title"] == "About \\*alpha\\*"
    assert card["url"] == "https://example.org/docs/a.md"
    text = told["description"]
    assert "**Announced**" in text
    assert "✅ draft: it is no draft" in text
    assert f"<#{ALL}> takes every post.\n▸ sent · [message](https://discord.com/channels/" in text
    assert f"<#{KUBERNETES}> (paused) takes such a post.\n✅ tags.any: " in text
    assert "▸ waits to be sent" in text
    assert f"<#{KUBERNETES}> (paused) does not take it.\n❌ tags.any" in other
    assert "**Hidden**" in draft
    assert "❌ draft" in draft
    assert "I know no post **docs/\\<" in unknown


async def test_preview_of_a_post_that_was_taken_back(tmp_path: Path) -> None:
    """A post that turns draft again does not wait to be sent: it sleeps until it can be shown, as status calls it."""
    async with managed(tmp_path, POSTS, baseline=False) as bot:
        await bot.site.send_all(ALL)
        bot.site.edit("docs/a.md", draft=True)
        await bot.site.scan()
        await bot.site.look_after(ALL)
        text = text_of(await bot.ask("preview", {"post": "docs/a.md"}))
        assert "**Hidden**" in text
        assert text.count("▸ asleep: not there as long as the post cannot be shown") == 2
        assert "waits to be sent" not in text
        bot.site.edit("docs/a.md", draft=False)
        await bot.site.scan()
        assert "▸ waits to be sent" in text_of(await bot.ask("preview", {"post": "docs/a.md"}))


async def test_words_name_the_only_post_that_has_them(tmp_path: Path) -> None:
    """Words without a choice from the list mean the one post that has them; several are told as they can be typed."""
    long = f"docs/{'y' * 120}.md"
    twelve = [a_post(f"docs/twelve_{number}.md", title=f"The *twelve* factors {number}") for number in range(6)]
    async with managed(tmp_path, (*POSTS, *twelve, a_post(long, title="Endless twelve"))) as bot:
        assert "About \\*alpha\\*" in text_of(await bot.ask("preview", {"post": "alpha"}))
        assert f"→ <#{ALL}>" in text_of(await bot.ask("announce", {"post": "BETA"}))
        several = text_of(await bot.ask("preview", {"post": "twelve"}))
        assert "Several posts have the words **twelve**" in several
        assert r"▸ docs/twelve\_5.md · The \*twelve\* factors 5" in several
        assert several.endswith("\n…")
        assert "factors 5" in text_of(await bot.ask("preview", {"post": "docs/twelve_5.md"}))
        number = re.search(r"▸ \\(#\d+) · Endless twelve", several)
        assert number
        assert "Endless twelve" in text_of(await bot.ask("preview", {"post": number[1]}))
        for unknown in ("twelve monkeys", "#999", " ", "%"):
            assert "I know no post" in text_of(await bot.ask("preview", {"post": unknown}))


async def test_status_names_what_is_wrong_in_the_content(tmp_path: Path) -> None:
    """Who has no shell reads the first things that are wrong, with file and line, literally, and how many more."""
    async with managed(tmp_path, POSTS) as bot:
        text = text_of(await bot.ask("status"))
        assert "wrong in the content" not in text
        for number in range(5):
            bot.site.break_(f"docs/bad_{number}.md", "no *title*")
        await bot.site.scan()
        text = text_of(await bot.ask("status"))
    first, *others = text[text.index("5 things are wrong") :].splitlines()[:5]
    assert first == "5 things are wrong in the content:"
    assert others[0] == r"▸ docs/bad\_0.md\:1: no \*title\*; mend it"
    assert others[3].startswith("and 2 more; `linkbot check`")


async def test_posts_are_offered_by_title_and_path(tmp_path: Path) -> None:
    """Words of a title or a path find a post of whatever standing; what is chosen names it, however long its path."""
    long = f"docs/{'y' * 120}.md"
    posts = (*POSTS, a_post(long, title="Endless " * 20), a_post("docs/100%_sure.md", title="Percent"))
    async with managed(tmp_path, posts) as bot:

        async def offered(typed: str) -> list[str]:
            choices = await bot.discord.autocomplete("linkbot preview", "post", typed, user=MANAGER)
            assert all(1 <= len(choice.name) <= 100 for choice in choices)
            return [str(choice.value) for choice in choices]

        assert await offered("DRAFT secret") == ["docs/draft.md"]
        assert await offered("docs/b") == ["docs/b.md"]
        assert await offered("100%_s") == ["docs/100%_sure.md"]
        assert await offered("%%%") == []
        assert len(await offered("")) == 5
        for typed in ("'; DROP TABLE posts --", "\0", "\udce9", "!", "a " * 2000):
            assert await offered(typed) is not None
        (number,) = await offered("endless")
        assert "Endless" in text_of(await bot.ask("preview", {"post": number}))
        names = await bot.discord.autocomplete("linkbot announce", "post", "alpha", user=MANAGER)
        assert names[0].name == "About *alpha* · docs/a.md"


async def test_announce_asks_before_it_acts(tmp_path: Path) -> None:
    """What would go where is told first; nothing is planned before the button is pressed, and then just that."""
    async with managed(tmp_path, POSTS) as bot:
        offered = await bot.ask("announce", {"post": "docs/b.md", "channel": KUBERNETES})
        assert "This would be announced" in text_of(offered)
        assert f"→ <#{KUBERNETES}>" in text_of(offered)
        assert await states(bot, "docs/b.md") == {}
        await bot.restart()  # the button needs nothing that was kept in memory
        done = await confirm(bot, offered)
        assert "On its way" in text_of(done)
        assert buttons_of(done) == {}
        assert await states(bot, "docs/b.md") == {KUBERNETES: DeliveryState.PENDING}
        assert bot.woken == [KUBERNETES]


async def test_a_double_press_announces_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Pressed twice at once, or later again, the button plans each post once in each channel; the log tells by whom."""
    caplog.set_level(logging.INFO)
    async with managed(tmp_path, POSTS) as bot:
        offered = await bot.ask("announce", {"latest": 10})
        answers = await asyncio.gather(*(confirm(bot, offered) for _ in range(3)))
        texts = sorted(text_of(answer).splitlines()[0] for answer in answers)
        assert texts == ["On its way", "There is nothing to announce", "There is nothing to announce"]
        assert await states(bot, "docs/a.md") == {ALL: DeliveryState.PENDING, KUBERNETES: DeliveryState.PENDING}
        assert await states(bot, "docs/b.md") == {ALL: DeliveryState.PENDING}
        again = text_of(await bot.ask("announce", {"post": "docs/b.md"}))
        assert f"<#{ALL}>: waits to be sent" in again
    announced = [record.getMessage() for record in caplog.records if " announces " in record.getMessage()]
    assert sorted(re.findall(r"'(docs/\w+.md)'", " ".join(announced))) == ["docs/a.md", "docs/b.md"]


async def test_what_was_confirmed_is_what_was_shown(tmp_path: Path) -> None:
    """Posts that come between the question and the press are not announced in the place of those that were shown."""
    async with managed(tmp_path, POSTS) as bot:
        offered = await bot.ask("announce", {"latest": 1})
        bot.site.write(a_post("docs/later.md", date=bot.site.now, tags=("none",)))
        await bot.site.scan(baseline=True)
        assert "later" in text_of(await bot.ask("announce", {"latest": 1}))
        await confirm(bot, offered)
        assert await states(bot, "docs/later.md") == {}
        assert bot.woken


async def test_what_cannot_be_announced(tmp_path: Path) -> None:
    """A draft, an expired post, and one that no channel takes are told with the reason, without a button."""
    expired = a_post("docs/old.md", title="Old", expiry_date=datetime.now(UTC) + timedelta(hours=1))
    channels = (channel(KUBERNETES, tags=Filter(any=("kubernetes",))),)
    async with managed(tmp_path, (*POSTS, expired), channels=channels) as bot:
        said = {
            "docs/draft.md": "Members may not see it: it is a draft.",
            "docs/b.md": "No channel of this server takes it. With the option channel",
        }
        for path, why in said.items():
            answer = await bot.ask("announce", {"post": path})
            assert why in text_of(answer)
            assert buttons_of(answer) == {}
        for options in ({}, {"post": "docs/a.md", "latest": 1}):
            assert "either one post, or how many" in text_of(await bot.ask("announce", options))
        offered = await bot.ask("announce", {"post": "docs/a.md"})
        bot.site.edit("docs/a.md", draft=True)
        await bot.site.scan()
        assert "Members may not see it" in text_of(await confirm(bot, offered))
        offered = await bot.ask("announce", {"post": "docs/old.md"})
        bot.site.delete("docs/old.md")
        await bot.site.scan()
        assert "There is nothing to announce" in text_of(await confirm(bot, offered))


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_held_posts(tmp_path: Path, elsewhere: bool) -> None:
    """A held post can be let go from Discord if all channels are of this server; else whoever runs the bot decides."""
    channels = [channel(ALL), *([channel(ELSEWHERE)] if elsewhere else [])]
    async with managed(tmp_path, POSTS, channels=channels, baseline=False, hold_above=1) as bot:
        offered = await bot.ask("announce", {"post": "docs/a.md"})
        if elsewhere:
            assert "It is held with others" in text_of(offered)
            assert buttons_of(offered) == {}
        else:
            await confirm(bot, offered)
            assert await states(bot, "docs/a.md") == {ALL: DeliveryState.PENDING}


async def test_forged_buttons_do_nothing(tmp_path: Path) -> None:
    """Whatever comes back as the id of a button, nothing is announced that could not be, and nothing fails."""
    async with managed(tmp_path, POSTS) as bot:
        message = message_of(await bot.ask("announce", {"latest": 1}))
        channels = ("", "0", "z" * 13, base36(FORUM), base36(2**64))
        posts = ("0", "z" * 11, ".".join(["3"] * 10), "", "1..2", "1'")
        for into, ids in itertools.product(channels, posts):
            answer = await bot.discord.forge(message.id, f"announce!{into}!{ids}", user=MANAGER)
            assert "Sorry" not in text_of(answer)
        assert await states(bot, "docs/draft.md") == {}
        assert await states(bot, "docs/a.md") == {}
