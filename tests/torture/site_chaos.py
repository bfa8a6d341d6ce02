"""What can happen to the files of a site, in random order: people, editors, rsync, git, and whoever swaps the root.

Each post has a title and a link of its own that never change; only its text does. A path is never used for another
post, except by git and rsync, which bring back what was there.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.support.end_to_end_site import post_text
from tests.support.files_writers import (
    GitSite,
    append_in_steps,
    emacs_save,
    make_folder_and_write,
    plain_write,
    rename_from_outside,
    rsync_like,
    slow_write,
    swap_symlink,
    vim_save,
    write_and_rename,
)

__all__ = ["QUIET", "SiteChaos", "posts_on_disk"]

QUIET = "quiet"  # the tag of posts that no channel takes
MOST_FILES = 30_000
SENT_OF_A_BURST = 50  # one of so many is sent
GIT, RSYNC = "by-git", "by-rsync"
_NEW = (plain_write, slow_write, append_in_steps, write_and_rename, vim_save, emacs_save)
_EDITS = (plain_write, slow_write, write_and_rename, vim_save, emacs_save)


def posts_on_disk(root: Path) -> dict[str, tuple[str, str, bool]]:
    """Title, text, and whether a channel takes it, of each post that can be seen below a directory, by its path."""
    found = {}
    for path in root.rglob("*.md"):
        relative = path.relative_to(root)
        if not any(part.startswith(".") for part in relative.parts):
            lines = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").splitlines()[1:-2])
            is_sent = QUIET not in json.loads(lines["tags"])
            found[relative.as_posix()] = (json.loads(lines["title"]), json.loads(lines["tldr"]), is_sent)
    return found


class SiteChaos:
    """Does things to a site; everything is drawn from `chance`. All of it blocks, so it belongs into a thread.

    Attributes:
        root: the content directory: a symbolic link to a directory, or a directory.
        done: how often each thing was done.
    """

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.root = folder / "content"
        self.done: dict[str, int] = {}
        self._folder = folder
        self._outside = folder / "outside"
        self._chance = chance
        self._number = 0
        self._versions = 0
        first = self._version()
        first.mkdir(parents=True)
        self.root.symlink_to(first)
        self._outside.mkdir(exist_ok=True)
        self._mirror = self._outside / "mirror"
        self._git = GitSite(self.root / GIT)
        self._commits = [self._git.commit({f"first-{number}.md": self._text() for number in range(20)})]
        self._rsync()

    def do_something(self) -> str:
        """Do one thing; what it was."""
        ways: dict[Callable[[], None], int] = {
            self._new: 12,
            self._edit: 12,
            self._edit_to_the_same_size: 12,
            self._move: 8,
            self._rename_folder: 5,
            self._folder_in: 5,
            self._folder_out: 2,
            self._delete: 4,
            self._rsync: 6,
            self._git_commit: 5,
            self._git_reset: 8,
            self._many: 4,
            self._swap_root: 3,
        }
        (way,) = self._chance.choices(list(ways), list(ways.values()))
        way()
        return self._note(way.__name__.strip("_"))

    def burst(self, posts: int) -> str:
        """Write so many posts as fast as can be; what was done."""
        if sum(1 for _ in self.root.rglob("*.md")) + posts > MOST_FILES:
            for folder in self._tops():
                if folder.is_dir():
                    shutil.rmtree(folder)
        name = f"burst-{self._next()}"
        folders = self._chance.choice([1, 20, 100])
        files = {f"{name}/{number % folders}/{number}.md": self._text(of_many=True) for number in range(posts)}
        if self._chance.random() < 0.5:
            rsync_like(self.root, files)
        else:
            for path, text in files.items():
                make_folder_and_write(self.root / path, text)
        return self._note(f"burst of {posts}")

    # What can be done

    def _new(self) -> None:
        path = self._somewhere() / f"new-{self._next()}.md"
        if self._chance.random() < 0.2:
            rename_from_outside(path, self._text(), self._outside)
        else:
            self._chance.choice(_NEW)(path, self._text())

    def _edit(self) -> None:
        for path in self._some_files(3):
            self._chance.choice(_EDITS)(path, self._edited(path))

    def _edit_to_the_same_size(self) -> None:
        """The size stays, and the time of the last change is set back: only the inode's own time tells."""
        for path in self._some_files(3):
            before, text = path.stat(), self._edited(path)
            path.write_text(text, encoding="utf-8")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
            assert path.stat().st_size == before.st_size

    def _move(self) -> None:
        for path in self._some_files(3):
            path.rename(self._somewhere() / f"moved-{self._next()}.md")

    def _rename_folder(self) -> None:
        if folders := self._folders():
            folder = self._chance.choice(folders)
            folder.rename(folder.with_name(f"renamed-{self._next()}"))

    def _folder_in(self) -> None:
        """A folder made elsewhere is moved in, or a folder is copied in file by file."""
        made = self._outside / f"folder-{self._next()}"
        for number in range(self._chance.choice([1, 10, 200])):
            make_folder_and_write(made / str(number % 7) / f"{number}.md", self._text())
        target = self.root / made.name
        if self._chance.random() < 0.5:
            made.rename(target)
        else:
            subprocess.run(["cp", "-r", str(made), str(target)], check=True)

    def _folder_out(self) -> None:
        if folders := self._folders():
            self._chance.choice(folders).rename(self._outside / f"out-{self._next()}")

    def _delete(self) -> None:
        for path in self._some_files(2):
            path.unlink()

    def _rsync(self) -> None:
        """A mirror changes, then is brought over as a whole."""
        for path in [path for path in sorted(self._mirror.rglob("*.md")) if self._chance.random() < 0.1]:
            path.write_text(self._edited(path), encoding="utf-8")
        for _ in range(self._chance.choice([1, 20])):
            number = self._next()
            make_folder_and_write(self._mirror / str(number % 5) / f"{number}.md", self._text())
        subprocess.run(["rsync", "-a", "--delete", f"{self._mirror}/", f"{self.root / RSYNC}/"], check=True)

    def _git_commit(self) -> None:
        paths = [path for path in sorted(self._git.root.glob("*.md")) if self._chance.random() < 0.3]
        edits = {path.name: self._edited(path) for path in paths}
        new = {f"{self._next()}.md": self._text() for _ in range(self._chance.choice([1, 30]))}
        self._commits.append(self._git.commit(edits | new))

    def _git_reset(self) -> None:
        self._git.git("reset", "--quiet", "--hard", self._chance.choice(self._commits))

    def _many(self) -> None:
        """A burst of a few hundred, in the middle of everything."""
        folder = self._somewhere() / f"many-{self._next()}"
        folder.mkdir()
        for number in range(self._chance.choice([30, 300])):
            write_and_rename(folder / f"{number}.md", self._text(of_many=True))

    def _swap_root(self) -> None:
        """Another directory with the same files takes the place of the root: by a link, or by two renames."""
        new = self._version()
        shutil.copytree(self.root.resolve(), new, symlinks=True)
        old = self.root.resolve()
        if self._chance.random() < 0.5 and self.root.is_symlink():
            swap_symlink(self.root, new)
        else:
            away = self._folder / f"away-{self._next()}"
            self.root.rename(away)
            if self._chance.random() < 0.5:
                new.rename(self.root)
            else:
                self.root.symlink_to(new)
            if away.is_symlink():
                away.unlink()
            else:
                old = away
        shutil.rmtree(old)

    # What it is done with

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _version(self) -> Path:
        self._versions += 1
        return self._folder / "versions" / str(self._versions)

    def _text(self, *, of_many: bool = False) -> str:
        number = self._next()
        quiet = number % SENT_OF_A_BURST != 0 if of_many else self._chance.random() < 0.2
        return post_text(f"Post {number}", tldr=f"Text {number:08}.", tags=[QUIET] if quiet else [])

    def _edited(self, path: Path) -> str:
        """The post at a path with another text of the same length."""
        head, _, rest = path.read_text(encoding="utf-8").partition('tldr: "Text ')
        return f'{head}tldr: "Text {self._next():08}{rest[8:]}'

    def _some_files(self, most: int) -> list[Path]:
        """Files outside of git's and rsync's folders."""
        files = [path for top in self._tops() for path in (top.rglob("*.md") if top.is_dir() else [top])]
        return self._chance.sample(sorted(files), min(len(files), self._chance.randint(1, most)))

    def _folders(self) -> list[Path]:
        folders = [top for top in self._tops() if top.is_dir()]
        return sorted(path for top in folders for path in (top, *top.rglob("*")) if path.is_dir())

    def _tops(self) -> list[Path]:
        return sorted(path for path in self.root.iterdir() if path.name not in {GIT, RSYNC})

    def _somewhere(self) -> Path:
        return self._chance.choice([self.root, *self._folders()])

    def _note(self, what: str) -> str:
        self.done[what] = self.done.get(what, 0) + 1
        return what
