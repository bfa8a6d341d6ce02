"""Following, through real interactions: what is answered, what is kept, and that nobody sees or ends another's."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from bot.catalog.following import MOST_FOLLOWS, Followed, FollowKind
from bot.catalog.tables import Tables
from bot.discord_app import limits
from bot.discord_app.attempts import trace_of
from bot.discord_app.direct import Letter, send_direct
from bot.rehearsal.standin import InteractionAnswer
from tests.support.catalog_site import a_post
from tests.support.courier_fakes import until
from tests.support.discord_archive import buttons_of, message_of, text_of
from tests.support.follow_asking import FollowedBot, expect_refusals, followed

POSTS = (
    a_post("1.md", tags=("kubernetes", "release"), source="CNCF"),
    a_post("2.md", tags=("kubernetes",), source="Kubernetes.dev Blog"),
    a_post("3.md", tags=("*bold*",), source="@everyone"),
)


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[FollowedBot]:
    """A bot that knows a few tags and sources."""
    async with followed(tmp_path, POSTS) as bot:
        yield bot


def opened(bot: FollowedBot) -> int:
    """How often Discord was asked to open direct messages."""
    return sum(record.path == "/users/@me/channels" for record in bot.discord.requests)


async def test_a_tag_a_source_and_words_can_be_followed(bot: FollowedBot) -> None:
    """Each is told back in bold as it is spelled here, with how posts come; direct messages are opened once."""
    answer = await bot.ask("follow tag", tag="KUBERNETES")
    assert "you follow the tag **kubernetes**" in text_of(answer)
    assert "at most 10 messages within 24 hours" in text_of(answer)
    assert list(buttons_of(answer)) == ["✕ kubernetes", "What I follow"]
    assert "the source **CNCF**" in text_of(await bot.ask("follow source", source="cncf"))
    assert 'the words **gophers "sig node"**' in text_of(await bot.ask("follow words", words='Gophers, "SIG Node"'))
    assert await bot.names() == ["kubernetes", "CNCF", 'gophers "sig node"']
    assert opened(bot) == 1
    assert bot.discord.direct_messages("ada") == []


async def test_following_twice_at_once_is_following_once(bot: FollowedBot) -> None:
    """A command that is sent twice in one moment leaves one follow, and both are answered."""
    answers = await asyncio.gather(*(bot.ask("follow tag", tag="release") for _ in range(2)))
    assert sorted("already" in text_of(answer) for answer in answers) == [False, True]
    assert await bot.names() == ["release"]


async def test_what_does_not_exist_is_not_followed_but_something_like_it_is_offered(bot: FollowedBot) -> None:
    """Of an unknown tag or source the likest are buttons that follow them; words may be any."""
    answer = await bot.ask("follow tag", tag="kuberntes")
    assert "There is no post with the tag **kuberntes**. Did you mean" in text_of(answer)
    assert await bot.names() == []
    done = await bot.press(answer, "kubernetes")
    assert "you follow the tag **kubernetes**" in text_of(done)
    assert "While you type" in text_of(await bot.ask("follow source", source="zzzzzz"))
    await bot.ask("follow words", words="kuberntes")
    assert await bot.names() == ["kubernetes", "kuberntes"]


@pytest.mark.parametrize("typed", ["", "  ", '""" ???', "🦀", "\ud800"])
async def test_words_without_a_word_are_not_followed(bot: FollowedBot, typed: str) -> None:
    """What has no word in it matches nothing, and the asker is told."""
    answer = await bot.ask("follow words", words=typed)
    assert "There is no word to search for" in text_of(answer)
    assert await bot.names() == []


async def test_nobody_follows_more_than_can_be_listed(bot: FollowedBot) -> None:
    """The twenty-sixth is turned down with the list of the others, each with a button that ends it."""
    for number in range(MOST_FOLLOWS):
        await bot.ask("follow words", words=f"word{number}")
    answer = await bot.ask("follow words", words="one more")
    assert "You follow 25 things" in text_of(answer)
    assert len(buttons_of(answer)) == MOST_FOLLOWS
    assert all(len(row["components"]) == 5 for row in message_of(answer).components)
    done = await bot.press(answer, "✕ word7")
    assert "You no longer follow the words **word7**." in text_of(done)
    assert "you follow the words **one more**" in text_of(await bot.ask("follow words", words="one more"))


async def test_the_list_is_each_persons_own(bot: FollowedBot) -> None:
    """What one follows another neither sees nor ends, not even with a forged button."""
    mine = await bot.ask("follow tag", tag="release")
    assert "You follow nothing" in text_of(await bot.ask("following", user="ben"))
    theirs = await bot.ask("forget-me", user="ben")
    assert "I keep nothing about you" in text_of(theirs)
    forged = await bot.discord.forge(message_of(theirs).id, buttons_of(mine)["✕ release"], user="ben")
    assert "You follow nothing" in text_of(forged)
    assert "release" not in text_of(forged)
    await bot.discord.forge(message_of(theirs).id, "follow-forget", user="ben")
    assert await bot.names() == ["release"]


@pytest.mark.parametrize("custom_id", ["follow-end:0", "follow-end:99999999999999999999", "follow-x", "follow-tag:"])
async def test_a_forged_button_is_a_stale_one(bot: FollowedBot, custom_id: str) -> None:
    """What no button of ours says changes nothing, and is answered."""
    await bot.ask("follow tag", tag="release")
    answer = await bot.ask("following")
    forged = await bot.discord.forge(message_of(answer).id, custom_id, user="ada")
    assert "older message" in text_of(forged)
    assert await bot.names() == ["release"]


async def test_buttons_work_after_a_restart_and_twice(bot: FollowedBot) -> None:
    """The button of an old answer ends what it says; pressed again it shows the list as it is."""
    answer = await bot.ask("follow tag", tag="release")
    await bot.ask("follow source", source="CNCF")
    end = buttons_of(answer)["✕ release"]
    await bot.restart()
    done = await bot.discord.click(message_of(answer).id, end, user="ada")
    assert "You no longer follow the tag **release**." in text_of(done)
    again = await bot.discord.forge(message_of(answer).id, end, user="ada")
    assert "no longer" not in text_of(again)
    assert "the source **CNCF**" in text_of(again)
    assert await bot.names() == ["CNCF"]


async def test_unfollowing_by_choice_and_by_name(bot: FollowedBot) -> None:
    """While one types one's own follows are offered; a name does as well; another one is told to be unknown."""
    for tag in ("release", "kubernetes"):
        await bot.ask("follow tag", tag=tag)
    await bot.ask("follow words", words="kubernetes sig", user="ben")
    choices = await bot.discord.autocomplete("unfollow", "follow", "kuber", user="ada")
    assert [choice.name for choice in choices] == ["the tag kubernetes"]
    assert await bot.discord.autocomplete("unfollow", "follow", "", user="eve") == []
    assert "no longer follow" in text_of(await bot.ask("unfollow", follow=choices[0].value))
    assert "no longer follow" in text_of(await bot.ask("unfollow", follow="Release"))
    assert "You do not follow **\\*x\\***" in text_of(await bot.ask("unfollow", follow="*x*"))
    assert await bot.names() == []


async def test_a_tag_that_is_a_number_is_a_name(bot: FollowedBot) -> None:
    """Whoever types the name of a tag ends that, also where another thing that they follow has this number."""
    for words in ("first", "second", "1"):
        await bot.ask("follow words", words=words)
    assert "no longer follow the words **1**" in text_of(await bot.ask("unfollow", follow="1"))
    (choice,) = await bot.discord.autocomplete("unfollow", "follow", "first", user="ada")
    assert "no longer follow the words **first**" in text_of(await bot.ask("unfollow", follow=choice.value))
    assert await bot.names() == ["second"]


async def test_everything_kept_is_shown_and_deleted_on_request(bot: FollowedBot) -> None:
    """All of it is told before the button deletes it; nothing is left, and pressing twice does no harm."""
    await bot.ask("follow tag", tag="release")
    await bot.publish(a_post("new.md", tags=("release",)), a_post("later.md", tags=("release",)))
    answer = await bot.ask("forget-me")
    for said in ("Your number at Discord", "<t:", "the tag **release**", "2 posts wait"):
        assert said in text_of(answer)
    assert "0 posts" not in text_of(answer)
    assert "2 posts wait to be sent to you" in text_of(await bot.ask("following"))
    done = await bot.press(answer, "Delete all of it")
    assert "all that I kept about you is deleted" in text_of(done)
    assert buttons_of(done) == {}
    again = await bot.discord.forge(message_of(answer).id, "follow-forget", user="ada")
    assert "I keep nothing about you" in text_of(again)
    assert await bot.kept() is None


async def test_words_that_do_not_count_are_told(bot: FollowedBot) -> None:
    """Who follows more words than are kept learns which of them count."""
    answer = await bot.ask("follow words", words=" ".join(f"wordnumber{number}" for number in range(20)))
    assert "Only these words count; there were more." in text_of(answer)


async def test_closed_direct_messages_are_told_in_the_list(bot: FollowedBot) -> None:
    """Who refused a message learns it from /following, with what to do; following again tries again."""
    bot.discord.world.close_direct_messages("ada")
    await bot.ask("follow tag", tag="release")
    await bot.publish(a_post("new.md", tags=("release",)))
    async with bot.writing() as courier:
        async with asyncio.timeout(10):
            while True:
                kept = await bot.kept()
                if kept is not None and kept.refused:
                    break
                await asyncio.sleep(0.01)
        expect_refusals(bot, r"/channels/\d+/messages", 403)
        assert "you took no direct message" in text_of(await bot.ask("following"))
        assert "you took no direct message" in text_of(await bot.ask("forget-me"))
        bot.discord.world.close_direct_messages("ada", closed=False)
        await bot.ask("follow tag", tag="release")
        courier.wake([])
        await bot.discord.wait_until(lambda: bool(bot.discord.direct_messages("ada")))
    assert "you took no direct message" not in text_of(await bot.ask("following"))


async def test_many_closed_direct_messages_leave_room_for_others(bot: FollowedBot) -> None:
    """However many followers closed theirs, saving a card for later works, and channels are not slowed down."""
    world, now = bot.discord.world, bot.site.now
    for person in [world.person(f"follower{number}") for number in range(80)]:
        world.close_direct_messages(person.name)
        follow = partial(follow_releases, person.id, world.direct_channel(person).id, now)
        await bot.site.catalog.write(follow)
    await bot.publish(a_post("new.md", tags=("release",)))
    invalid = trace_of(bot.client).invalid_requests
    async with bot.writing():
        await until(lambda: invalid.count >= 50)
    assert invalid.count < 60
    letter = Letter("Saved", (), "nonce")
    assert "https://" in await send_direct(bot.client, bot.discord.world.person("ada").id, letter)
    expect_refusals(bot, r"/channels/\d+/messages", 403)


def follow_releases(user_id: int, channel_id: int, now: datetime, tables: Tables) -> Followed:
    """Somebody follows a tag."""
    return tables.followers.follow(user_id, channel_id, FollowKind.TAG, "release", now)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_direct_messages_that_cannot_be_opened_are_explained(bot: FollowedBot, code: int) -> None:
    """Where Discord opens no direct messages with the asker, they are told why, and nothing is kept of them."""
    body = {"message": "Cannot send messages to this user", "code": code}
    bot.discord.faults.add("POST", "/users/@me/channels", "status", status=403, body=body)
    answer = await bot.ask("follow tag", tag="release")
    assert ("share" in text_of(answer), "privacy settings" in text_of(answer)) == (code == 50278, code == 50007)
    assert await bot.kept() is None


async def test_nothing_that_is_followed_pings_or_forges_markup(bot: FollowedBot) -> None:
    """Names come escaped in texts, and plain on buttons and in choices, which render nothing."""
    await bot.ask("follow tag", tag="*bold*")
    await bot.ask("follow source", source="@everyone")
    answer = await bot.ask("following")
    assert "**\\*bold\\***" in text_of(answer)
    assert "**\\@everyone**" in text_of(answer)
    assert not message_of(answer).pings
    assert set(buttons_of(answer)) == {"✕ *bold*", "✕ @everyone"}


async def test_names_of_any_length_fit(bot: FollowedBot) -> None:
    """A tag that is longer than what Discord takes anywhere is followed, listed and ended all the same."""
    long = "long" * 100
    await bot.publish(a_post("long.md", tags=(long,)))
    await bot.restart()
    answer = await bot.ask("follow tag", tag=long)
    assert "you follow the tag **longlong" in text_of(answer)
    for choice in await bot.discord.autocomplete("unfollow", "follow", "", user="ada"):
        assert len(choice.name) <= limits.CHOICE_CHARACTERS
    listed: InteractionAnswer = await bot.ask("following")
    (label,) = buttons_of(listed)
    assert "no longer follow" in text_of(await bot.press(listed, label))


async def test_answers_come_in_the_askers_language(bot: FollowedBot) -> None:
    """Somebody whose Discord is French reads French, and sees French command names in the texts."""
    answer = await bot.discord.slash("follow tag", {"tag": "release"}, user="ada", locale="fr")
    assert "Vous suivez désormais l'étiquette **release**" in text_of(answer)
    listed = await bot.discord.slash("following", {}, user="ada", locale="fr")
    assert "Ce que vous suivez" in text_of(listed)


async def test_everything_can_be_forgotten_when_following_is_switched_off(bot: FollowedBot) -> None:
    """Without following what is kept is still told and deleted, also by an old button; the other buttons are stale."""
    for user in ("ada", "ben"):
        await bot.ask("follow tag", user=user, tag="release")
    old = await bot.ask("forget-me", user="ben")
    listed = await bot.ask("following")
    bot.follow = False
    await bot.restart()
    assert "older message" in text_of(await bot.press(listed, "✕ release"))
    answer = await bot.ask("forget-me")
    assert "the tag **release**" in text_of(answer)
    for asked, user in ((answer, "ada"), (old, "ben")):
        assert "is deleted" in text_of(await bot.press(asked, "Delete all of it", user=user))
        assert await bot.kept(user) is None


@pytest.mark.parametrize("place", ["dm", "elsewhere"])
async def test_following_works_everywhere(bot: FollowedBot, place: str) -> None:
    """In direct messages and where the application was taken along, too."""
    answer = await bot.discord.slash("follow tag", {"tag": "release"}, user="ada", place=place)  # type: ignore[arg-type]
    assert "you follow" in text_of(answer)
    assert await bot.names() == ["release"]
