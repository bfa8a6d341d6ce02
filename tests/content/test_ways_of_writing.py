"""Every way in which people write files, for real: whatever happens, what is seen in the end is what is there."""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.files_follower import Follower, following, titles_on_disk, until
from tests.support.files_overflow import overflow
from tests.support.files_writers import (
    GitSite,
    append_in_steps,
    config_map,
    copy_folder,
    emacs_save,
    make_folder_and_write,
    move_folder_in,
    plain_write,
    post_text,
    recreate_root,
    rename_from_outside,
    rsync_like,
    slow_write,
    swap_symlink,
    vim_save,
    write_and_rename,
    write_tree,
)

LONG_TEXT = "word " * 400 + "end."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A content directory with one post."""
    root = tmp_path / "content"
    write_tree(root, {"first.md": post_text("First")})
    return root


def posts(count: int, folder: str = "") -> dict[str, str]:
    """So many posts' files."""
    return {f"{folder}p{number}.md": post_text(f"{folder}{number}") for number in range(count)}


def whole(follower: Follower) -> bool:
    """Whether no half-written post was ever taken, nor a half-written file found bad."""
    return not follower.problems and all(post.text in ("What it says.", LONG_TEXT) for post in follower.taken)


WRITERS = [plain_write, slow_write, append_in_steps, write_and_rename, vim_save, emacs_save, make_folder_and_write]


@pytest.mark.parametrize("write", WRITERS)
async def test_a_post_written_in_any_way_is_taken_whole(root: Path, write: Callable[[Path, str], None]) -> None:
    """A new post is seen, complete, once, whichever program writes it."""
    async with following(root) as follower:
        await asyncio.to_thread(write, root / "new.md", post_text("New", tldr=LONG_TEXT))
        await follower.catches_up(root)
        assert whole(follower)


@pytest.mark.parametrize("write", [plain_write, slow_write, write_and_rename, vim_save, emacs_save])
async def test_a_post_edited_in_any_way_is_never_given_up(root: Path, write: Callable[[Path, str], None]) -> None:
    """Editors take a file away and put it back: the post is read anew, whole, and never counts as gone."""
    async with following(root) as follower:
        await follower.catches_up(root)
        await asyncio.to_thread(write, root / "first.md", post_text("First, mended", tldr=LONG_TEXT))
        await until(lambda: follower.titles == {"first.md": "First, mended"}, "the edit")
        assert whole(follower)
        assert not follower.gone


async def test_a_post_moved_in_from_elsewhere_is_taken(root: Path, tmp_path: Path) -> None:
    """A file made outside and renamed into the tree, also over one that is there, is complete at once."""
    async with following(root) as follower:
        rename_from_outside(root / "new.md", post_text("New"), tmp_path)
        rename_from_outside(root / "first.md", post_text("First, replaced"), tmp_path)
        await follower.catches_up(root)


async def test_a_folder_copied_in_is_taken(root: Path, tmp_path: Path) -> None:
    """``cp -r`` of folders within folders."""
    write_tree(tmp_path / "source", posts(20) | posts(20, "a/") | posts(20, "a/b/c/"))
    async with following(root) as follower:
        await asyncio.to_thread(copy_folder, tmp_path / "source", root / "copied")
        await follower.catches_up(root)


async def test_a_folder_moved_in_moved_about_and_out_is_followed(root: Path, tmp_path: Path) -> None:
    """One rename brings, moves or takes away a whole folder; writing in it afterwards is seen as well."""
    write_tree(tmp_path / "source", posts(5) | posts(5, "a/"))
    async with following(root) as follower:
        move_folder_in(tmp_path / "source", root / "moved")
        await follower.catches_up(root)
        (root / "moved").rename(root / "again")
        plain_write(root / "again" / "a" / "late.md", post_text("Late"))
        await follower.catches_up(root)
        (root / "again").rename(tmp_path / "out")
        plain_write(tmp_path / "out" / "ghost.md", post_text("Ghost"))
        await follower.catches_up(root)
        assert follower.titles == {"first.md": "First"}


async def test_files_in_folders_made_a_moment_before_are_taken(root: Path) -> None:
    """Many folders, each with a file right after it was made."""
    async with following(root) as follower:

        def write() -> None:
            for number in range(200):
                make_folder_and_write(root / f"d{number}" / "x" / "index.md", post_text(f"D{number}"))

        await asyncio.to_thread(write)
        await follower.catches_up(root)


async def test_git_checkouts_of_150_files_are_followed(tmp_path: Path) -> None:
    """Commits that add 150 posts, change 150, delete and rename some: the tree of each is what is seen."""
    site = GitSite(tmp_path / "content")
    commits = [
        site.commit(posts(3)),
        site.commit(posts(150, "docs/")),
        site.commit({name: text.replace("What", "Now what") for name, text in posts(150, "docs/").items()}),
        site.commit(posts(5, "more/"), delete=("docs/p1.md", "docs/p2.md", "p0.md")),
    ]
    site.checkout(commits[0])
    async with following(site.root) as follower:
        for commit in [*commits, commits[0], commits[3]]:
            await asyncio.to_thread(site.checkout, commit)
            await follower.catches_up(site.root)
        assert not follower.problems


async def test_rsync_into_many_folders_is_followed(root: Path) -> None:
    """rsync's way of temporary names, into folders made a moment before: the case in which most events are lost."""
    files = {name: text for number in range(30) for name, text in posts(30, f"d{number}/").items()}
    async with following(root) as follower:
        await asyncio.to_thread(rsync_like, root, files)
        await follower.catches_up(root)


@pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed")
async def test_real_rsync_is_followed(root: Path, tmp_path: Path) -> None:
    """``rsync -a`` of a tree, then of the tree changed, with deletion."""
    source = tmp_path / "source"
    write_tree(source, posts(100) | posts(100, "a/b/"))
    async with following(root) as follower:
        for change in ("", "a/b/p1.md"):
            if change:
                (source / change).unlink()
            process = await asyncio.create_subprocess_exec("rsync", "-a", "--delete", f"{source}/", str(root))
            assert await process.wait() == 0
            await follower.catches_up(root)


async def test_a_burst_of_5000_renames_is_followed(root: Path) -> None:
    """More renames than watchdog keeps up with: nothing is missed, whatever it loses."""

    def burst() -> None:
        for name, text in posts(5000).items():
            write_and_rename(root / name, text)

    async with following(root) as follower:
        await asyncio.to_thread(burst)
        await follower.catches_up(root, seconds=60)


async def test_what_a_queue_overflow_hides_is_found(root: Path) -> None:
    """Posts and folders made while the kernel drops events are found without waiting for the periodic survey."""
    async with following(root) as follower:
        watch = follower.watcher._watch
        assert watch is not None
        await asyncio.to_thread(overflow, watch, root, lambda: write_tree(root, posts(5) | posts(5, "new/folder/")))
        await follower.catches_up(root)
        await until(lambda: follower.watcher.overflows >= 1, "the overflow is noticed")


async def test_a_root_swapped_by_its_link_is_followed(root: Path, tmp_path: Path) -> None:
    """git-sync: a link swapped to a new work tree, the old one deleted; both ends of it in one survey."""
    link = tmp_path / "site"
    link.symlink_to(root)
    async with following(link) as follower:
        await follower.catches_up(link)
        for version in range(3):
            tree = tmp_path / f"v{version}"
            write_tree(tree, posts(10) | posts(version, "only/"))
            old = link.resolve()
            swap_symlink(link, tree)
            shutil.rmtree(old)
            await follower.catches_up(link)
        assert not follower.problems


async def test_a_root_deleted_and_made_again_is_followed(root: Path) -> None:
    """A fresh clone in the root's place; afterwards single writes are seen again."""
    async with following(root) as follower:
        await follower.catches_up(root)
        await asyncio.to_thread(recreate_root, root, posts(20) | posts(20, "a/"))
        await follower.catches_up(root)
        plain_write(root / "a" / "late.md", post_text("Late"))
        await follower.catches_up(root)


async def test_a_config_map_is_followed(tmp_path: Path) -> None:
    """Kubernetes swaps the hidden ``..data``; the visible files, for which there is no event, are read anew."""
    root = tmp_path / "content"
    root.mkdir()
    config_map(root, "v1", {"a.md": post_text("A1"), "b.md": post_text("B1")})
    async with following(root) as follower:
        await follower.catches_up(root)
        config_map(root, "v2", {"a.md": post_text("A2"), "b.md": post_text("B2")})
        await follower.catches_up(root)
        assert follower.titles == {"a.md": "A2", "b.md": "B2"}
        assert not follower.gone


async def test_a_root_that_goes_away_for_a_while_loses_nothing(root: Path, tmp_path: Path) -> None:
    """An unmounted content directory is an outage, not a deletion; when it is back work goes on."""
    async with following(root) as follower:
        await follower.catches_up(root)
        away = tmp_path / "away"
        move_folder_in(root, away)
        await until(lambda: bool(follower.outages), "the outage")
        assert follower.titles == {"first.md": "First"}
        seen = len(follower.outages)
        await asyncio.to_thread(root.mkdir)
        await until(lambda: len(follower.outages) > seen, "the outage of the empty root")
        await asyncio.to_thread(root.rmdir)
        plain_write(away / "new.md", post_text("New"))
        move_folder_in(away, root)
        await follower.catches_up(root)
        assert not follower.gone


async def test_a_file_system_without_events_is_followed_by_polling(root: Path) -> None:
    """With ``watcher: polling`` everything is found by surveys alone, however it was written."""
    async with following(root, "polling", rescan_seconds=0.1) as follower:
        plain_write(root / "a.md", post_text("A"))
        await asyncio.to_thread(slow_write, root / "b.md", post_text("B", tldr=LONG_TEXT))
        make_folder_and_write(root / "c" / "d.md", post_text("D"))
        (root / "first.md").unlink()
        await follower.catches_up(root)
        assert whole(follower)


async def test_what_was_written_before_the_start_is_found(root: Path) -> None:
    """A change made while nobody watched is found by the survey at the start."""
    write_tree(root, posts(10, "a/"))
    async with following(root) as follower:
        await follower.catches_up(root)
        assert len(follower.titles) == 11


async def test_deleting_is_seen(root: Path) -> None:
    """A deleted post is gone, and only that one."""
    write_tree(root, posts(3))
    async with following(root) as follower:
        await follower.catches_up(root)
        (root / "p1.md").unlink()
        await follower.catches_up(root)
        assert follower.gone == ["p1.md"]
        assert set(follower.titles) == set(titles_on_disk(root))
