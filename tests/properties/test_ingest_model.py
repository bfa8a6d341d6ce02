"""Whatever happens to the files of a site: each post is planned at most once per channel, and no new one is missed.

Its card follows it, goes with it, and comes back with it.
"""

import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.database import open_catalog
from bot.catalog.records import Standing
from bot.content.post import Post
from tests.support.catalog_site import ALL, NOW, Site, a_post, channel, settings_for

seeds = st.integers(0, 2**32)


@asynccontextmanager
async def new_site() -> AsyncIterator[Site]:
    """A site without posts, its catalog, and one channel for everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_catalog(folder) as catalog:
            yield Site(catalog, settings_for(folder, channels=[channel(ALL)]))


async def send_all(site: Site) -> list[str]:
    """Record everything that is due as sent; return the links of the cards."""
    return [(await site.known(path)).post.external_url for path in await site.send_all(ALL)]


class Model:
    """What a person expects of the site: articles, the file that each is in, and which of them were ever public.

    An article keeps its link and title for life, so the link of a post tells which article it is. A path gets another
    article only after a scan saw it free: within one scan, that is an edit.
    """

    def __init__(self, site: Site, chance: random.Random, paths: int) -> None:
        self.site = site
        self.chance = chance
        self.articles: dict[str, Post] = {}  # by link, as last written
        self.places: dict[str, str] = {}  # path to link
        self.free = [f"{number}.md" for number in range(paths)]
        self.public: set[str] = set()  # links that a whole scan has seen in public
        self.announced: list[str] = []
        self.read: dict[str, Post] = {}  # by link, as a scan read it last
        self.missed: Counter[str] = Counter()  # by link, how many whole scans on end found it nowhere
        self.gone: set[str] = set()  # links that were missed twice on end, and not read since
        self.sent: Counter[str] = Counter()  # by link, how often a card was sent
        self.taken_out: Counter[str] = Counter()  # by link, how often its card was taken out
        self._left: list[str] = []  # paths that the next scan finds free

    def step(self) -> None:
        """Do one thing that people do to files."""
        acts = [self.create, self.restore]
        if self.places:
            acts += [self.edit, self.toggle, self.touch, self.break_, self.delete, self.rename]
        self.chance.choice(acts)()

    def create(self) -> None:
        """A new article, public or a draft."""
        number = len(self.articles) + 1
        link = f"https://example.org/{number}"
        if self.free:
            self._put(self._free(), a_post(title=f"T{number}", url=link, draft=self.chance.random() < 0.3))

    def restore(self) -> None:
        """A deleted article comes back, anywhere."""
        away = sorted(self.articles.keys() - set(self.places.values()))
        if away and self.free:
            self._put(self._free(), self.articles[self.chance.choice(away)])

    def edit(self) -> None:
        """Another text, other tags."""
        path, post = self._some()
        self._put(path, replace(post, text=f"{self.chance.random()}", tags=self.chance.choice([(), ("kubernetes",)])))

    def toggle(self) -> None:
        """Draft, or public again."""
        path, post = self._some()
        self._put(path, replace(post, draft=not post.draft))

    def touch(self) -> None:
        """The same again; mends a broken file."""
        self._put(*self._some())

    def break_(self) -> None:
        """The file cannot be read."""
        self.site.break_(self._some()[0])

    def delete(self) -> None:
        """The file goes."""
        self._leave(self._some()[0])

    def rename(self) -> None:
        """The file has another path, and is edited on the way now and then."""
        if self.free:
            path, post = self._some()
            self._leave(path)
            self._put(self._free(), replace(post, text=self.chance.choice([post.text, "Edited on the way."])))

    def shuffle(self) -> None:
        """All readable files change places."""
        paths = [path for path in sorted(self.places) if self._is_readable(path)]
        posts = [self.articles[self.places[path]] for path in paths]
        self.chance.shuffle(posts)
        for path, post in zip(paths, posts, strict=True):
            self._put(path, post)

    async def scan(self, *hinted: str) -> None:
        """Have the site scanned; after a look at everything, note what is public now."""
        taken = await self.site.scan(*hinted)
        for path in taken.announced:
            self.announced.append((await self.site.known(path)).post.external_url)
        if not hinted:
            self.free += self._left
            self._left = []
            self.public |= {self.places[path] for path in self.visible()}
            self._note_missed()

    def _note_missed(self) -> None:
        """Count in vain looks; what cannot be read at the path of an article may be it, or not: no scan can tell."""
        readable = {link for path, link in self.places.items() if self._is_readable(path)}
        for link, article in self.articles.items():
            if link in readable:
                self.missed[link] = 0
                self.gone.discard(link)
                self.read[link] = article
            elif link in self.read:
                is_away = self._is_free_or_readable(self.read[link].path)
                self.missed[link] = self.missed[link] + 1 if is_away else 0
                if self.missed[link] > 1:
                    self.gone.add(link)

    async def send(self) -> None:
        """Let the courier send what is due."""
        self.sent.update(await send_all(self.site))

    async def look_after(self) -> None:
        """Let the messages be changed as far as the catalog asks for it: no card goes without need."""
        for link in await self.site.look_after(ALL):
            self.taken_out[link] += 1
            assert self.read[link].draft or link in self.gone

    def visible(self) -> set[str]:
        """The paths of the articles that are public and in order."""
        return {path for path, link in self.places.items() if self._is_readable(path) and not self.articles[link].draft}

    async def check(self) -> None:
        """Everything that was ever public was planned, nothing else was, and only what is public is due."""
        assert set(self.announced) == self.public
        counts = await self.site.catalog.read(lambda tables: tables.deliveries.counts())
        assert sum(count.deliveries for count in counts) == len(self.public)
        for path in self.visible():
            assert await self.site.standing(path) is Standing.ANNOUNCED
            assert ALL in await self.site.deliveries(path)
        assert set(await self.site.listed()) >= self.visible()
        assert set(await self.site.due()) <= self.visible()

    async def check_cards(self) -> None:
        """Once messages were changed and what is due was sent, the cards are the public articles as they are."""
        await self.look_after()
        await self.send()
        cards = {post.external_url: post for post in self.site.cards()}
        assert len(cards) == len(self.site.cards())
        for link, times in self.sent.items():
            assert times == self.taken_out[link] + (link in cards)
        for path in self.visible():
            assert cards[self.places[path]] == self.articles[self.places[path]]
        for path, link in self.places.items():
            assert not (self._is_readable(path) and self.articles[link].draft and link in cards)
        assert self.gone.isdisjoint(cards)
        assert await self.site.look_after(ALL) == []

    def _some(self) -> tuple[str, Post]:
        path = self.chance.choice(sorted(self.places))
        return path, self.articles[self.places[path]]

    def _leave(self, path: str) -> None:
        del self.places[path]
        self.site.delete(path)
        self._left.append(path)

    def _free(self) -> str:
        return self.free.pop(self.chance.randrange(len(self.free)))

    def _put(self, path: str, post: Post) -> None:
        self.articles[post.external_url] = replace(post, path=path)
        self.places[path] = post.external_url
        self.site.write(self.articles[post.external_url])

    def _is_free_or_readable(self, path: str) -> bool:
        return path not in self.site.files or self._is_readable(path)

    def _is_readable(self, path: str) -> bool:
        return isinstance(self.site.files[path][1], Post)


@settings(max_examples=50)
@given(seeds, st.integers(1, 6), st.integers(1, 8))
async def test_each_post_is_planned_once_whatever_happens_to_its_file(seed: int, most_at_once: int, paths: int) -> None:
    """Create, edit, draft, publish, break, rename, swap, delete, restore in any order: news once, when first public."""
    chance = random.Random(seed)
    async with new_site() as site:
        model = Model(site, chance, paths)
        for number in range(20):
            site.now = NOW + timedelta(minutes=number)
            if chance.random() < 0.2:
                model.shuffle()
            else:
                for _ in range(chance.randint(1, most_at_once)):
                    model.step()
            await model.scan()
            if chance.random() < 0.3:
                await model.send()
            if chance.random() < 0.3:
                await model.look_after()
            await model.check()
            if chance.random() < 0.3:
                await model.check_cards()


@settings(max_examples=50)
@given(seeds)
async def test_looks_at_a_few_files_send_nothing_twice(seed: int) -> None:
    """Hints in any order between whole scans bring no card twice, and the whole scans find what they missed."""
    chance = random.Random(seed)
    async with new_site() as site:
        model = Model(site, chance, 8)
        sent: list[str] = []
        for _ in range(20):
            for _ in range(chance.randint(1, 3)):
                model.step()
            for _ in range(chance.randint(0, 2)):
                await model.scan(*chance.sample([f"{number}.md" for number in range(8)], 3))
            if chance.random() < 0.5:
                await model.scan()
            if chance.random() < 0.5:
                sent += await send_all(site)
        await model.scan()
        sent += await send_all(site)
        assert len(sent) == len(set(sent))
        assert set(sent) >= {model.places[path] for path in model.visible()}


@settings(max_examples=50)
@given(seeds)
async def test_copies_never_bring_a_card_twice(seed: int) -> None:
    """With copies of two articles that come, go, turn draft and public, no card of either stands beside another."""
    chance = random.Random(seed)
    async with new_site() as site:
        sent: list[str] = []
        taken_out: list[str] = []
        for minutes in range(20):
            site.now = NOW + timedelta(minutes=chance.choice([0, minutes]))
            for number in chance.sample(range(6), chance.randint(1, 3)):
                path, link = f"{number}.md", f"https://example.org/{number % 2}"
                if path in site.files and chance.random() < 0.4:
                    site.delete(path)
                else:
                    site.write(a_post(path, title=f"T {link}", url=link, draft=chance.random() < 0.4))
            await site.scan()
            if chance.random() < 0.7:
                sent += await send_all(site)
            if chance.random() < 0.3:
                taken_out += await site.look_after(ALL)
            standing = [post.external_url for post in site.cards()]
            assert len(standing) == len(set(standing))
        assert sorted(sent) == sorted(taken_out + standing)
