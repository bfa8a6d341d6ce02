"""Answers to people about what they follow and what is kept of them; each is told only of themselves."""

import re
from collections.abc import Awaitable, Callable, Sequence

import discord

from bot.catalog.columns import fold
from bot.catalog.following import Follow, Followed, FollowKind, KeptOfPerson
from bot.catalog.records import Counted
from bot.catalog.words import Words
from bot.content.excerpt import cut
from bot.discord_app import limits
from bot.discord_app.archive import Archive
from bot.discord_app.direct import ClosedDirectMessagesError
from bot.discord_app.follows import Follows
from bot.discord_app.language import Language, language_of
from bot.discord_app.pages import COLOUR
from bot.discord_app.presses import Presses, StaleButtonError
from bot.discord_app.replies import Answer, UnfitError, answer_press
from bot.discord_app.similar import similar_names
from bot.discord_app.text import escaped, plain

__all__ = ["Follower"]

_NAME = 100  # characters of what is followed, in an answer
_LABEL = 60
_ROW = 5  # buttons
_CUSTOM_ID = 100  # characters

# What the buttons ask for: to follow what was meant, to end a follow, to list them, to have everything forgotten.
_MEANT = re.compile(r"follow-(tag|source):(.+)", re.DOTALL)
_END = re.compile(r"follow-end:([1-9][0-9]{0,17})", re.ASCII)
_LIST, _FORGET = "follow-list", "follow-forget"

_Button = discord.ui.Button[discord.ui.View]


class Follower:
    """Answers who follows something."""

    def __init__(self, follows: Follows, archive: Archive) -> None:
        """Take what is asked and changed; `archive` knows which tags and sources there are."""
        self._follows = follows
        self.archive = archive

    def listen(self, presses: Presses) -> None:
        """Answer the buttons under these answers, but for the one below."""
        presses.add(r"follow-(?!forget)[a-z]+(:.*)?", self._press)

    def listen_to_forget(self, presses: Presses) -> None:
        """Answer the button that has everything forgotten."""
        presses.add(_FORGET, self._press_forget)

    async def follow(self, interaction: discord.Interaction, kind: FollowKind, typed: str) -> Answer:
        """Let the asker follow what was typed; of tags and sources only what there is.

        Raises:
            UnfitError: there is nothing to follow in it.
            CatalogError: the catalog fails.
            discord.HTTPException, OSError: Discord opens no direct messages.
        """
        language = language_of(interaction.locale)
        known = await self._known(kind)
        name = _words(typed) if known is None else _spelled(typed, known)
        if known is not None and name is None:
            return _unknown(language, kind, typed, known)
        if not name:
            raise UnfitError("nothing-to-search")
        try:
            wish = await self._follows.follow(interaction.client, interaction.user.id, kind, name)
        except ClosedDirectMessagesError as error:
            return Answer(content=language.say("no-common-server" if error.apart else "direct-messages-closed"))
        if wish.follow is None:
            return await self._list(
                interaction, language.say("follow-too-many", count=len(await self._own(interaction)))
            )
        what = _what(language, wish.follow)
        key = "follow-known" if wish.followed is Followed.KNOWN else "follow-new"
        said = language.say(key, what=what, count=self._follows.messages_per_day)
        if kind is FollowKind.WORDS and Words.parse(typed).is_cut:
            said += " " + language.say("follow-cut")
        own = _button(language.say("button-following"), _LIST)
        return Answer(content=said, rows=((_end_button(language, wish.follow), own),))

    async def following(self, interaction: discord.Interaction) -> Answer:
        """Tell the asker what they follow, and how it comes; `CatalogError` if the catalog fails."""
        return await self._list(interaction)

    async def unfollow(self, interaction: discord.Interaction, typed: str) -> Answer:
        """End what the asker chose, or named; `UnfitError` if they do not follow it, `CatalogError` as ever."""
        own = await self._own(interaction)
        chosen = (each for each in own if _choice(each) == typed)
        follow = next(chosen, None) or next((each for each in own if fold(each.name) == fold(typed)), None)
        if follow is None:
            raise UnfitError("unfollow-unknown", name=f"**{escaped(plain(typed), _NAME) or '…'}**")
        return await self._end(interaction, follow.id)

    async def own_choices(self, interaction: discord.Interaction, typed: str) -> list[tuple[str, str]]:
        """What the asker follows that contains what was typed: as it is shown, and what stands for it."""
        language, wanted = language_of(interaction.locale), fold(typed)
        shown = [(_shown(language, follow), _choice(follow)) for follow in await self._own(interaction)]
        return [(name, follow) for name, follow in shown if wanted in fold(name)][: limits.CHOICES]

    async def about_me(self, interaction: discord.Interaction) -> Answer:
        """Tell the asker all that is kept of them, and offer to delete it; `CatalogError` if the catalog fails."""
        language = language_of(interaction.locale)
        kept = await self._follows.kept(interaction.user.id)
        if kept is None:
            return Answer(content=language.say("forget-nothing"))
        embed = discord.Embed(
            title=language.say("forget-heading"), description="\n".join(_all_of(language, kept)), colour=COLOUR
        )
        delete = _button(language.say("button-forget"), _FORGET, discord.ButtonStyle.danger)
        return Answer((embed,), ((delete,),))

    async def _press(self, interaction: discord.Interaction, text: str) -> None:
        await answer_press(interaction, self._pressed(interaction, text))

    async def _press_forget(self, interaction: discord.Interaction, _text: str) -> None:
        await answer_press(interaction, self._forget(interaction))

    async def _forget(self, interaction: discord.Interaction) -> Answer:
        forgotten = await self._follows.forget(interaction.user.id)
        return Answer(content=language_of(interaction.locale).say("forget-done" if forgotten else "forget-nothing"))

    async def _pressed(self, interaction: discord.Interaction, text: str) -> Answer:
        if text == _LIST:
            return await self._list(interaction)
        if (meant := _MEANT.fullmatch(text)) is not None:
            return await self.follow(interaction, FollowKind(meant[1]), meant[2])
        if (end := _END.fullmatch(text)) is not None:
            return await self._end(interaction, int(end[1]))
        raise StaleButtonError(text)

    async def _end(self, interaction: discord.Interaction, follow_id: int) -> Answer:
        """End what the asker follows, unless it is ended already, and show what is left."""
        language = language_of(interaction.locale)
        ended = await self._follows.unfollow(interaction.user.id, follow_id)
        note = "" if ended is None else language.say("unfollow-done", what=_what(language, ended))
        return await self._list(interaction, note)

    async def _list(self, interaction: discord.Interaction, note: str = "") -> Answer:
        language = language_of(interaction.locale)
        kept = await self._follows.kept(interaction.user.id)
        if kept is None or not kept.follows:
            return Answer(content="\n".join(filter(None, (note, language.say("following-nothing")))))
        lines = [f"• {_what(language, follow)}" for follow in kept.follows]
        lines += ["", language.say("following-how", count=self._follows.messages_per_day)]
        if kept.waiting:
            lines.append(language.say("following-waiting", count=kept.waiting))
        if kept.refused:
            lines.append(language.say("following-refused"))
        embed = discord.Embed(title=language.say("following-heading"), description="\n".join(lines), colour=COLOUR)
        buttons = [_end_button(language, follow) for follow in kept.follows]
        rows = [tuple(buttons[start : start + _ROW]) for start in range(0, len(buttons), _ROW)]
        return Answer((embed,), rows, content=note)

    async def _own(self, interaction: discord.Interaction) -> tuple[Follow, ...]:
        return await self._follows.of(interaction.user.id)

    async def _known(self, kind: FollowKind) -> Sequence[Counted] | None:
        """The names of this kind that there are; None: any will do."""
        named: dict[FollowKind, Callable[[], Awaitable[Sequence[Counted]]]] = {
            FollowKind.TAG: self.archive.tags,
            FollowKind.SOURCE: self.archive.sources,
        }
        return await named[kind]() if kind in named else None


def _words(typed: str) -> str:
    return Words.parse(typed).text


def _spelled(typed: str, known: Sequence[Counted]) -> str | None:
    """What was typed as it is mostly written; None: there is no such name."""
    return next((counted.name for counted in known if fold(counted.name) == fold(typed)), None)


def _unknown(language: Language, kind: FollowKind, typed: str, known: Sequence[Counted]) -> Answer:
    names = [name for name in similar_names(typed, known) if len(_meant_id(kind, name)) <= _CUSTOM_ID and plain(name)]
    said = language.say(f"unknown-{kind}", name=f"**{escaped(plain(typed), _NAME) or '…'}**")
    hint = language.say("did-you-mean" if names else "choose-from-list")
    buttons = tuple(_button(cut(plain(name), _LABEL), _meant_id(kind, name)) for name in names)
    return Answer(content=f"{said} {hint}", rows=(buttons,) if buttons else ())


def _meant_id(kind: FollowKind, name: str) -> str:
    return f"follow-{kind}:{name}"


def _all_of(language: Language, kept: KeptOfPerson) -> list[str]:
    """A line for everything that is kept."""
    since = f"<t:{int(kept.followed_at.timestamp())}:D>"
    lines = [language.say("forget-ids"), language.say("forget-since", date=since)]
    if kept.follows:
        lines.append(language.say("forget-follows", names=", ".join(_what(language, each) for each in kept.follows)))
    lines += [
        language.say(key, count=count)
        for key, count in (("forget-sent", kept.sent), ("forget-waiting", kept.waiting))
        if count
    ]
    if kept.refused:
        lines.append(language.say("forget-refused"))
    return [f"• {line}" for line in lines]


def _what(language: Language, follow: Follow) -> str:
    return _told(language, follow.kind, f"**{escaped(plain(follow.name), _NAME) or '…'}**")


def _shown(language: Language, follow: Follow) -> str:
    """The same without markup, for a choice."""
    return cut(_told(language, follow.kind, plain(follow.name) or "…"), limits.CHOICE_CHARACTERS)


def _choice(follow: Follow) -> str:
    """What stands for it when it is chosen: no name that a person would type, as a number may be one."""
    return f"#{follow.id}"


def _told(language: Language, kind: FollowKind, name: str) -> str:
    return language.say(f"follow-{kind}", name=name)


def _end_button(language: Language, follow: Follow) -> _Button:
    label = language.say("button-unfollow", name=cut(plain(follow.name), _LABEL) or "…")
    return _button(label, f"follow-end:{follow.id}")


def _button(label: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> _Button:
    return discord.ui.Button(label=label, custom_id=custom_id, style=style)
