"""The commands in the menu of a message, through real interactions: stand-in, gateway, unmodified discord.py."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.rehearsal.asking import Asking
from bot.rehearsal.records import Message
from tests.support.catalog_site import ALL, a_post
from tests.support.discord_archive import AnsweringBot, answering, message_of, text_of
from tests.support.discord_posts import make_post
from tests.support.message_commands import RELATED, SAVE, MessageArchive, announced, knowing, said

POSTS = [
    make_post(1, title="Ping @everyone <@1>", text="@here **now** <@&2>"),
    make_post(2, url="https://en.wikipedia.org/wiki/Node_(networking)"),
    *(make_post(number, title=f"Post {number}") for number in range(3, 15)),
]

Ready = tuple[AnsweringBot, MessageArchive]


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Ready]:
    async with knowing(tmp_path, POSTS) as made:
        yield made


def numbers(text: str) -> list[int]:
    """The numbers of the posts in a list, by their links."""
    return [int(number) for number in re.findall(r"kubernetes\.dev/blog/(\d+)/", text)]


def direct(bot: AnsweringBot, name: str = "visitor") -> Message:
    """The one direct message that somebody got."""
    (message,) = bot.discord.direct_messages(name)
    return message


def links(message: Message) -> list[str]:
    """Where the cards of a message lead."""
    return [embed["url"] for embed in message.embeds]


async def test_related_links_of_an_announcement(ready: Ready) -> None:
    """They are other posts, for the asker alone, whose buttons turn the page and share it with everybody."""
    bot, archive = ready
    message_id = await announced(bot, archive, 3, 4)
    answer = await bot.discord.message_command(RELATED, message_id)
    assert answer.ephemeral
    assert "Related posts" in text_of(answer)
    assert numbers(text_of(answer)) == [1, 5, 6, 7]
    shared = await bot.press(answer, "Share")
    assert not shared.ephemeral
    assert numbers(text_of(shared)) == [1, 5, 6, 7]
    await bot.press(answer, "Next ›")
    turned = bot.discord.world.find_message(message_of(answer).id)
    assert turned is not None
    assert numbers(text_of(turned)) == [8, 9, 10, 11, 12]


async def test_save_sends_the_cards_once_and_privately(ready: Ready) -> None:
    """The asker gets the cards with a link to where they come from, the answer leads to them, and nothing pings."""
    bot, archive = ready
    message_id = await announced(bot, archive, 1, 2)
    answer = await bot.discord.message_command(SAVE, message_id, user="ada")
    saved = direct(bot, "ada")
    assert answer.ephemeral
    assert text_of(answer) == f"Saved: https://discord.com/channels/@me/{saved.channel_id}/{saved.id}"
    assert saved.content == f"Saved from https://discord.com/channels/{bot.discord.world.guild_id}/{ALL}/{message_id}"
    assert saved.embeds == bot.discord.world.message(ALL, message_id).embeds
    assert not saved.pings
    assert bot.discord.direct_messages("bob") == []


async def test_two_savings_are_two_messages(ready: Ready) -> None:
    """Who saves the same again, on purpose, gets it again."""
    bot, archive = ready
    message_id = await announced(bot, archive, 1)
    for _ in range(2):
        await bot.discord.message_command(SAVE, message_id)
    assert len(bot.discord.direct_messages("visitor")) == 2


async def test_what_a_list_links_to_is_found(ready: Ready) -> None:
    """Under a list of the bot's own both commands are about its posts, as many as a message has cards."""
    bot, _ = ready
    listed = message_of(await bot.discord.slash("latest", {"count": 14, "share": True}))
    answer = await bot.discord.message_command(SAVE, listed.id)
    related = await bot.discord.message_command(RELATED, listed.id)
    saved = direct(bot)
    assert links(saved) == [post.external_url for post in POSTS[:10]]
    assert "the first 10" in text_of(answer)
    assert f"{saved.channel_id}/{saved.id}" in text_of(answer)
    assert numbers(text_of(related)) == [11, 12, 13, 14]


async def test_links_that_somebody_else_posted_are_found(ready: Ready) -> None:
    """Plain, in angle brackets, masked, in a card or its text: a link to a post is one, in the order of the message."""
    bot, _ = ready
    text = "see https://www.kubernetes.dev/blog/3/, <https://www.kubernetes.dev/blog/4/?utm_source=x> and [a (b)]"
    embed = {
        "type": "rich",
        "url": "https://www.kubernetes.dev/blog/5/",
        "description": "(https://www.kubernetes.dev/blog/6/)",
        "fields": [{"name": "x", "value": "**https://www.kubernetes.dev/blog/7/**", "inline": False}],
    }
    message_id = said(bot, text + "(https://en.wikipedia.org/wiki/Node_(networking))!", embed)
    await bot.discord.message_command(SAVE, message_id)
    blog = [f"https://www.kubernetes.dev/blog/{number}/" for number in range(3, 8)]
    assert links(direct(bot)) == [*blog[:2], POSTS[1].external_url, *blog[2:]]


@pytest.mark.parametrize("command", [RELATED, SAVE])
@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "https://[broken https://x:99999/ [a](http://( @everyone",
        " ".join(f"[{number}](https://example.org/other_({number}))" for number in range(200)),
    ],
    ids=["no link", "broken links", "200 links"],
)
async def test_a_message_without_a_post_is_explained(ready: Ready, command: str, text: str) -> None:
    """Where there is nothing to find, whatever else stands there, the asker is told what the command is for."""
    bot, _ = ready
    answer = await bot.discord.message_command(command, said(bot, text))
    assert answer.ephemeral
    assert text_of(answer).startswith("There is no link post in this message")
    assert bot.discord.direct_messages("visitor") == []


@pytest.mark.parametrize("place", ["guild", "dm", "elsewhere", "private"])
async def test_both_work_in_every_place(ready: Ready, place: Any) -> None:
    """In the server, in direct messages with the bot, and wherever somebody takes the bot along."""
    bot, _ = ready
    how: Asking = {"user": "ada", "place": place}
    listed = message_of(await bot.discord.slash("latest", {"count": 1, "share": True}, **how))
    related = await bot.discord.message_command(RELATED, listed.id, user="ada")
    saved = await bot.discord.message_command(SAVE, listed.id, user="ada")
    kept = bot.discord.direct_messages("ada")[-1]
    assert numbers(text_of(related)) == [3, 4, 5, 6]
    assert str(kept.id) in text_of(saved)
    assert kept.content.endswith(f"/{listed.channel_id}/{listed.id}")
    assert ("/@me/" in kept.content) is (place in {"dm", "private"})
    assert numbers(" ".join(links(kept))) == [1]


async def test_both_speak_french(ready: Ready) -> None:
    """Who has Discord in French finds them under French names and is answered, and written to, in French."""
    bot, archive = ready
    names = {
        command["name"]: command["name_localizations"]["fr"]
        for command in bot.discord.world.commands[None]
        if command["type"] == 3
    }
    message_id = await announced(bot, archive, 1)
    nothing = said(bot, "rien")
    assert names == {RELATED: "Liens apparentés", SAVE: "Garder pour plus tard"}
    assert "Liens apparentés" in text_of(await bot.discord.message_command(RELATED, message_id, locale="fr"))
    assert text_of(await bot.discord.message_command(SAVE, message_id, locale="fr")).startswith("Gardé : https://")
    assert direct(bot).content.startswith("Gardé depuis https://")
    assert "aucun lien" in text_of(await bot.discord.message_command(SAVE, nothing, locale="fr"))
    bot.discord.world.close_direct_messages("carl")
    refused = await bot.discord.message_command(SAVE, message_id, user="carl", locale="fr")
    assert "paramètres de confidentialité" in text_of(refused)
    bot.discord.log.records.clear()  # of which one request was refused, on purpose


async def test_the_catalog_knows_its_announcements(tmp_path: Path) -> None:
    """An announcement is known by itself, whatever its card shows; what became a draft since is not handed out."""
    posts = [a_post("1.md", tags=("rare", "kubernetes")), a_post("2.md", tags=("rare",)), a_post("3.md", tags=("x",))]
    async with answering(tmp_path, posts, announced=True) as bot:
        (message_id, *_) = (number for number, cards in bot.site.messages.items() if len(cards) == len(posts))
        said(bot, message_id=message_id)
        by_link = said(bot, "https://example.org/1.md?utm_source=x")
        bot.site.edit("1.md", external_url="https://example.org/moved")
        bot.site.edit("3.md", draft=True)
        await bot.site.scan()
        await bot.discord.message_command(SAVE, message_id)
        assert links(direct(bot)) == ["https://example.org/moved", "https://example.org/2.md"]
        assert "There is no link post" in text_of(await bot.discord.message_command(RELATED, by_link))
        related = await bot.discord.message_command(RELATED, said(bot, "https://example.org/moved"))
        assert "example.org/2.md" in text_of(related)
        assert "example.org/3.md" not in text_of(related)
