"""The content directory itself: swapped, made again, missing, emptied. Nothing is repeated, nothing is lost."""

import asyncio
import shutil
from pathlib import Path

from bot.rehearsal.standin import StandIn
from tests.support.end_to_end_bot import NEWS, Bot, staged
from tests.support.end_to_end_site import Site, post_text
from tests.support.files_writers import config_map, recreate_root, swap_symlink, write_tree

OLD = {"old-1.md": post_text("Old 1"), "folder/old-2.md": post_text("Old 2")}


async def test_a_root_swapped_by_its_link(tmp_path: Path) -> None:
    """git-sync: the link points to another work tree with the same posts and a new one; only that is announced."""
    write_tree(tmp_path / "v0", OLD)
    link = tmp_path / "site"
    link.symlink_to(tmp_path / "v0")
    async with staged(tmp_path, root=link) as bot:
        await bot.start()
        for version in (1, 2, 3):
            tree = tmp_path / f"v{version}"
            write_tree(tree, OLD | {f"new-{number}.md": post_text(f"New {number}") for number in range(version)})
            before = link.resolve()
            swap_symlink(link, tree)
            await asyncio.to_thread(shutil.rmtree, before)
            await bot.stands(f"New {version - 1}")
        await bot.has_no_more_to_say()
        assert bot.titles() == ["New 0", "New 1", "New 2", "Sentinel 1"]


async def test_a_config_map(tmp_path: Path) -> None:
    """Kubernetes swaps the hidden ``..data``: a post that is new there is announced, one that changed is not."""
    root = tmp_path / "content"
    root.mkdir()
    config_map(root, "v1", {"a.md": post_text("A")})
    async with staged(tmp_path) as bot:
        await bot.start()
        config_map(root, "v2", {"a.md": post_text("A", tldr="Changed."), "b.md": post_text("B")})
        await bot.stands("B")
        config_map(root, "v3", {"a.md": post_text("A", tldr="Again."), "b.md": post_text("B", tldr="Changed.")})
        await bot.has_no_more_to_say()
        assert bot.titles() == ["B", "Sentinel 1"]


async def test_a_root_deleted_and_made_again(bot: Bot, site: Site) -> None:
    """A fresh clone in the root's place: its new posts are announced, its old ones are not."""
    write_tree(site.root, OLD)
    await bot.start()
    site.write("before.md", "Before")
    await bot.stands("Before")
    renewed = OLD | {"before.md": post_text("Before"), "after.md": post_text("After")}
    await asyncio.to_thread(recreate_root, site.root, renewed)
    await bot.stands("After")
    site.write("later.md", "Later")
    await bot.stands("Later")
    await bot.has_no_more_to_say()
    assert bot.titles() == ["Before", "After", "Later", "Sentinel 1"]


async def test_a_root_that_is_missing_or_emptied_changes_nothing(bot: Bot, site: Site, discord: StandIn) -> None:
    """An outage of the mount is shown, commands go on, no post counts as deleted, and work goes on afterwards."""
    write_tree(site.root, OLD)
    await bot.start()
    site.write("before.md", "Before")
    await bot.has_no_more_to_say()
    away = site.outside / "away"

    site.root.rename(away)
    await bot.until(lambda: "Taken for an outage" in bot.log, "the missing root is noticed")
    assert "work goes on when it is back" in (await bot.linkbot("status")).out
    site.root.mkdir()
    await bot.until(lambda: bot.log.count("Taken for an outage") == 2, "the empty root is noticed")
    status = await bot.status()
    assert status["outage"]["reason"]
    assert status["posts"] == {"announced": 2, "indexed": 2}
    answer = await discord.slash("latest", {"count": 5})
    assert answer.message is not None

    # Also across a restart: an empty directory is an outage then as well, and no first run.
    await bot.restart()
    (away / "while-away.md").write_text(post_text("While away"), encoding="utf-8")
    site.root.rmdir()
    away.rename(site.root)
    await bot.stands("While away")
    await bot.has_no_more_to_say()
    assert bot.titles() == ["Before", "Sentinel 1", "While away", "Sentinel 2"]
    assert (await bot.status())["outage"] is None
    assert len(bot.sends(NEWS)) == 4
