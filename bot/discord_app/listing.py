"""Answers with lists of posts: what a query finds in the archive, as its asker may see it."""

from collections.abc import Sequence
from dataclasses import replace

import discord

from bot.catalog.columns import fold
from bot.catalog.listings import Filters, Listing
from bot.catalog.records import Counted
from bot.content.excerpt import cut
from bot.discord_app.archive import Archive
from bot.discord_app.jump import jump_links
from bot.discord_app.language import Language, language_of
from bot.discord_app.pages import COLOUR, filter_texts, page
from bot.discord_app.presses import Presses, StaleButtonError
from bot.discord_app.query import SEARCHES, Button, Kind, Query, custom_id, read_custom_id
from bot.discord_app.replies import Answer, answer, answer_press
from bot.discord_app.similar import similar_names
from bot.discord_app.text import escaped, plain

__all__ = ["Lists"]

_Button = discord.ui.Button[discord.ui.View]

_NAME = 100  # characters of what was asked for, in an answer
_LABEL = 60
_DRAWS = 12  # until another random post comes; of very few posts the same one may


class Lists:
    """Answers queries from an archive, and the buttons under its answers."""

    def __init__(self, archive: Archive) -> None:
        """Take the archive that is asked."""
        self.archive = archive

    def listen(self, presses: Presses) -> None:
        """Answer the buttons under lists."""
        presses.add(r"[a-z]{2}[0-9a-z]{2,4}:.*", self._press)

    async def show(self, interaction: discord.Interaction, query: Query, *, public: bool) -> None:
        """Answer the command that asks for `query`."""
        await answer(interaction, self.find(interaction, query, public=public), public=public)

    async def _press(self, interaction: discord.Interaction, text: str) -> None:
        await answer_press(interaction, self._pressed(interaction, text))

    async def _pressed(self, interaction: discord.Interaction, text: str) -> Answer:
        read = await read_custom_id(text, self.archive)
        if read is None:
            raise StaleButtonError(text)
        button, query = read
        if button is Button.AGAIN:
            return await self.find(interaction, replace(query, posts=()), public=False, other_than=query.posts)
        return await self.find(interaction, query, public=button is Button.SHARE)

    async def find(
        self, interaction: discord.Interaction, query: Query, *, public: bool, other_than: Sequence[int] = ()
    ) -> Answer:
        """Return the answer to `query`, for everybody if `public`; a random post is `other_than` these if there are.

        Raises:
            CatalogError: the archive cannot be read.
        """
        language = language_of(interaction.locale)
        notes = self._notes(language, query)
        listing = await self._ask(query, other_than)
        if not listing.posts and query.kind is Kind.SEARCH and query.words.terms and not query.page:
            asked = plain(query.words.text)
            query, listing = await self._instead(query)
            key = "instead-some" if query.kind is Kind.SOME else "instead-corrected"
            notes = [language.say(key, words=asked), *notes] if listing.posts else notes
        if not listing.posts:
            return replace(await self._nothing(language, query, notes), public=public)
        if query.kind is Kind.RANDOM:
            query = replace(query, posts=(listing.posts[0].id,))
        places = await self.archive.places([listed.id for listed in listing.posts])
        links = jump_links(interaction, places, for_all=public)
        return page(
            language,
            query,
            listing,
            links=links,
            note=" · ".join(notes),
            public=public,
            may_share=not interaction.context.dm_channel,
        )

    async def _instead(self, query: Query) -> tuple[Query, Listing]:
        """Return what is answered where no post has all of the words: with those that were meant, or with some of them.

        Without such posts either, it is `query` as it was.
        """
        words = query.words
        corrected = await self.archive.correction(words)
        others = [] if corrected is None else [replace(query, words=corrected)]
        if len(words.terms) > 1:
            others.append(replace(query, kind=Kind.SOME, words=replace(words, some=True)))
        for other in others:
            if (listing := await self._ask(other)).posts:
                return other, listing
        return query, Listing()

    async def _ask(self, query: Query, other_than: Sequence[int] = ()) -> Listing:
        archive, filters = self.archive, query.filters
        match query.kind:
            case Kind.LATEST:
                return await archive.latest(filters, offset=query.offset, count=query.count)
            case Kind.SEARCH | Kind.SOME:
                return await archive.search(query.words, filters, offset=query.offset, count=query.count)
            case Kind.RANDOM if query.posts:
                return Listing(tuple(await archive.by_id(query.posts)))
            case Kind.RANDOM:
                return await self._random(filters, other_than)
            case Kind.RELATED:
                return await archive.related(query.posts, offset=query.offset, count=query.count)

    async def _random(self, filters: Filters, other_than: Sequence[int]) -> Listing:
        for _ in range(_DRAWS):
            drawn = await self.archive.random(filters)
            if all(listed.id not in other_than for listed in drawn.posts):
                break
        return drawn

    def _notes(self, language: Language, query: Query) -> list[str]:
        notes = [language.say("words-cut")] if query.words.is_cut else []
        if (indexed := self.archive.indexed()) is not None:
            notes.append(language.say("indexing", percent=int(100 * indexed)))
        return notes

    async def _nothing(self, language: Language, query: Query, notes: Sequence[str]) -> Answer:
        """Return why there is no list, with buttons for what could have been meant."""
        said, buttons = await self._why_nothing(language, query)
        embed = discord.Embed(description=said, colour=COLOUR)
        if notes:
            embed.set_footer(text=" · ".join(notes))
        return Answer((embed,), (buttons,) if buttons else ())

    async def _why_nothing(self, language: Language, query: Query) -> tuple[str, tuple[_Button, ...]]:
        filters = query.filters
        tags, sources = await self.archive.tags(), await self.archive.sources()
        # What is offered instead must lead somewhere: other names that nobody knows are left out of it.
        source = filters.source if filters.source is None or _is_among(filters.source, sources) else None
        known_tags = tuple(tag for tag in filters.tags if _is_among(tag, tags))
        likely = replace(query, page=0, filters=replace(filters, tags=known_tags, source=source))
        for tag in filters.tags:
            if tag not in known_tags:
                names = similar_names(tag, tags)
                meant = [likely.with_tags((*known_tags, name)) for name in names]
                return _unknown(language, "unknown-tag", tag, meant, names)
        if source != filters.source and filters.source is not None:
            names = similar_names(filters.source, sources)
            meant = [likely.with_source(name) for name in names]
            return _unknown(language, "unknown-source", filters.source, meant, names)
        if query.page:
            return language.say("nothing-on-page"), ()
        if query.kind in SEARCHES:
            return _why_not_found(language, query), ()
        if filters == Filters():
            return language.say("nothing-related" if query.kind is Kind.RELATED else "nothing-yet"), ()
        return language.say("nothing-with-filters", filters=" · ".join(filter_texts(language, filters))), ()


def _why_not_found(language: Language, query: Query) -> str:
    if not query.words.terms:
        return language.say("nothing-to-search")
    words = [escaped(plain(query.words.text)), *filter_texts(language, query.filters)]
    return language.say("nothing-found", words=" · ".join(words))


def _unknown(
    language: Language, key: str, name: str, meant: Sequence[Query], names: Sequence[str]
) -> tuple[str, tuple[_Button, ...]]:
    said = language.say(key, name=f"**{escaped(plain(name), _NAME) or '…'}**")
    hint = language.say("did-you-mean" if meant else "choose-from-list")
    return f"{said} {hint}", tuple(_meant(name, query) for name, query in zip(names, meant, strict=True))


def _meant(text: str, query: Query) -> _Button:
    return discord.ui.Button(label=cut(plain(text), _LABEL) or "…", custom_id=custom_id(Button.DID_YOU_MEAN, query))


def _is_among(name: str, known: Sequence[Counted]) -> bool:
    return fold(name) in {fold(counted.name) for counted in known}
