"""However a file is written: the post is announced exactly once, and whole."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.announcing.intake import SETTLE_SECONDS
from tests.support.end_to_end_bot import NEWS, Bot, staged
from tests.support.end_to_end_site import Site, link_of, post_text
from tests.support.files_writers import (
    GitSite,
    append_in_steps,
    copy_folder,
    emacs_save,
    make_folder_and_write,
    move_folder_in,
    plain_write,
    rename_from_outside,
    rsync_like,
    slow_write,
    vim_save,
    write_and_rename,
    write_tree,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG_TEXT = "word " * 400 + "end."  # far more than what one flush of a slow writer holds
WRITERS = [plain_write, slow_write, append_in_steps, write_and_rename, vim_save, emacs_save]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A running bot that shows the whole text of a post."""
    async with staged(tmp_path_factory.mktemp("writing")) as bot:
        bot.configure(announce={"tldr_characters": 4000, "hold_above": None})
        await bot.start()
        yield bot
        assert bot.discord.invalid_requests == []
        assert " WARNING bot.announcing" not in bot.log  # no half-written file was ever taken for a bad one


def text_of(title: str) -> str:
    """A post whose text tells whether it was read to its end."""
    return post_text(title, tldr=LONG_TEXT)


def posts(count: int, folder: str, prefix: str) -> dict[str, str]:
    """The files of so many posts, whose titles begin with `prefix`."""
    return {f"{folder}{number}.md": text_of(f"{prefix} {number}") for number in range(count)}


async def stand_once_and_whole(bot: Bot, *titles: str, text: str = LONG_TEXT) -> None:
    """Wait until nothing more comes; each of the posts stands once, with its whole `text`."""
    await bot.has_no_more_to_say()
    texts: dict[str, list[str]] = {title: [] for title in titles}
    for message in bot.discord.messages(NEWS):
        for title, card in zip(bot.titles_of(message), message.shown_embeds, strict=True):
            texts.get(title, []).append(card["description"])
    assert texts == {title: [text] for title in titles}


@pytest.mark.parametrize("write", WRITERS)
async def test_a_file_written_and_edited_by_a_program(bot: Bot, site: Site, write: Callable[[Path, str], None]) -> None:
    """A new file, and an edit of it by the same program, make one announcement."""
    name = write.__name__.replace("_", "-")
    await asyncio.to_thread(write, site.root / f"{name}.md", text_of(name))
    await bot.stands(name)
    if write is not append_in_steps:  # which is no way to edit
        await asyncio.to_thread(write, site.root / f"{name}.md", text_of(name).replace("A Blog", "Another Blog"))
    await stand_once_and_whole(bot, name)


def grow(path: Path, title: str, enough: threading.Event) -> tuple[str, float]:
    """Write a post whose text grows until there is `enough`; its text, and the longest pause in the writing."""
    text, longest, last = "", 0.0, time.monotonic()
    with path.open("w", encoding="utf-8", buffering=1) as file:
        file.write(post_text(title, tldr=None).removesuffix(f"Open the original post ↗ {link_of(title)}\n"))
        while not enough.wait(0.01) and len(text) < 3900:
            text += "word "
            file.write("word ")
            file.flush()
            now = time.monotonic()
            longest, last = max(longest, now - last), now
        file.write("end.\n")
    return f"{text}end.", longest


async def test_a_slow_writer_beside_busy_ones(bot: Bot, site: Site) -> None:
    """While everything is looked at, a text that is still growing is not taken for the whole."""
    for attempt in range(10):
        enough = threading.Event()
        title = f"Grows {attempt}"
        growing = asyncio.create_task(asyncio.to_thread(grow, site.root / f"{title}.md", title, enough))
        # A post in a new folder is found by looking at everything, so also at the one that grows.
        make_folder_and_write(site.root / f"busy-{attempt}" / "x.md", text_of(f"Busy {attempt}"))
        await bot.stands(f"Busy {attempt}")
        assert not growing.done()
        enough.set()
        text, longest_pause = await growing
        if longest_pause < SETTLE_SECONDS / 2:  # else a busy machine made a pause that looks like the end
            await stand_once_and_whole(bot, title, text=text)
            return
    pytest.skip("the machine is too busy to write without pauses")


async def test_a_file_moved_in(bot: Bot, site: Site) -> None:
    """A file made elsewhere and renamed into the tree."""
    await asyncio.to_thread(rename_from_outside, site.root / "moved-in.md", text_of("Moved in"), site.outside)
    await stand_once_and_whole(bot, "Moved in")


@pytest.mark.parametrize("bring", [copy_folder, move_folder_in])
async def test_a_folder_brought_in(bot: Bot, site: Site, bring: Callable[[Path, Path], None]) -> None:
    """``cp -r`` and ``mv`` of a folder with folders in it."""
    name = bring.__name__.replace("_", "-")
    made = site.outside / name
    write_tree(made, posts(5, "", name) | posts(5, "a/b/", f"{name} below"))
    await asyncio.to_thread(bring, made, site.root / name)
    titles = [f"{prefix} {number}" for prefix in (name, f"{name} below") for number in range(5)]
    await stand_once_and_whole(bot, *titles)


async def test_files_in_folders_made_a_moment_before(bot: Bot, site: Site) -> None:
    """Folders made and, without a pause, a file in the innermost."""

    def write() -> None:
        for name, text in posts(20, "", "Deep").items():
            make_folder_and_write(site.root / "deep" / name.removesuffix(".md") / "x" / "index.md", text)

    await asyncio.to_thread(write)
    await stand_once_and_whole(bot, *(f"Deep {number}" for number in range(20)))


async def test_rsync(bot: Bot, site: Site) -> None:
    """Hidden temporary names, old modification times, many folders."""
    files = {name: text for folder in range(5) for name, text in posts(4, f"rs{folder}/", f"Rsync {folder}").items()}
    await asyncio.to_thread(rsync_like, site.root, files)
    await stand_once_and_whole(bot, *(f"Rsync {folder} {number}" for folder in range(5) for number in range(4)))


async def test_git(tmp_path: Path) -> None:
    """``git checkout`` of 150 files, and of commits back and forth: a post that comes back is no news."""
    work_tree = GitSite(tmp_path / "content")
    first = work_tree.commit({"first.md": text_of("First")})
    many = work_tree.commit(posts(150, "docs/", "Git"))
    edited = work_tree.commit(posts(150, "docs/", "Git") | {"docs/0.md": text_of("Git 0").replace("A Blog", "B")})
    work_tree.checkout(first)
    async with staged(tmp_path, root=work_tree.root) as bot:
        bot.configure(announce={"tldr_characters": 4000})
        await bot.start()
        for commit in (many, edited, first, many, edited):
            await asyncio.to_thread(work_tree.checkout, commit)
            await bot.has_taken_in_everything()
        await stand_once_and_whole(bot, *(f"Git {number}" for number in range(150)))
        assert bot.times("First") == 0


async def test_polling(tmp_path: Path) -> None:
    """On a file system without events everything is found by looking, however it is written."""
    async with staged(tmp_path) as bot:
        bot.configure(announce={"tldr_characters": 4000}, content={"watcher": "polling"})
        await bot.start()
        root = bot.site.root
        await asyncio.gather(
            asyncio.to_thread(plain_write, root / "plain.md", text_of("Plain")),
            asyncio.to_thread(slow_write, root / "slow.md", text_of("Slow")),
            asyncio.to_thread(append_in_steps, root / "steps.md", text_of("Steps")),
            asyncio.to_thread(partial(make_folder_and_write, root / "a" / "b.md", text_of("Deep"))),
        )
        await stand_once_and_whole(bot, "Plain", "Slow", "Steps", "Deep")
