"""The ways in which people and programs write files, each as a function that returns when the writing is done."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

PAUSE_SECONDS = 0.05  # between the steps of a slow writer


def post_text(title: str, *, tldr: str = "What it says.", extra: str = "") -> str:
    """A link post's file."""
    slug = "".join(character if character.isalnum() else "-" for character in title.lower())
    return (
        f"---\ntitle: '{title}'\ndate: '2024-06-20T00:00:00+00:00'\ntags:\n- kubernetes\nsource: A Blog\n"
        f"external_url: https://example.org/{slug}\npost_kind: link\ndraft: false\n{extra}tldr: {tldr}\n---\n"
        f"Open the original post ↗ https://example.org/{slug}\n"
    )


def plain_write(path: Path, text: str) -> None:
    """Open, write, close."""
    path.write_text(text, encoding="utf-8")


def slow_write(path: Path, text: str, pieces: int = 5) -> None:
    """One opening, several flushes with pauses between them: what a slow program or network does."""
    raw = text.encode()
    size = -(-len(raw) // pieces)
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(raw), size):
            file.write(raw[start : start + size])
            time.sleep(PAUSE_SECONDS)


def append_in_steps(path: Path, text: str, pieces: int = 5) -> None:
    """Several openings and closings, as a shell's ``>>`` does: closed is not finished."""
    raw = text.encode()
    size = -(-len(raw) // pieces)
    for start in range(0, len(raw), size):
        with path.open("ab") as file:
            file.write(raw[start : start + size])
        time.sleep(PAUSE_SECONDS)


def write_and_rename(path: Path, text: str) -> None:
    """A temporary file beside it, renamed in place, as rsync and careful programs do."""
    temporary = path.with_name(f".{path.name}.Xy12Zw")
    plain_write(temporary, text)
    temporary.replace(path)


def rename_from_outside(path: Path, text: str, outside: Path) -> None:
    """A file made elsewhere on the same disk and moved in."""
    made = outside / f"made-{time.monotonic_ns()}"
    plain_write(made, text)
    made.replace(path)


def vim_save(path: Path, text: str) -> None:
    """What vim does with its backup by renaming: a swap file, a probe named 4913, the old file out of the way."""
    swap = path.with_name(f".{path.name}.swp")
    plain_write(swap, "b0VIM")
    probe = path.with_name("4913")
    plain_write(probe, "")
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    existed = path.exists()
    if existed:
        path.rename(backup)
    plain_write(path, text)
    if existed:
        backup.unlink()
    swap.unlink()


def emacs_save(path: Path, text: str) -> None:
    """What emacs does: a dangling link as its lock, a recovery file, the file rewritten in place."""
    lock = path.with_name(f".#{path.name}")
    lock.symlink_to("somebody@somewhere.1234:1700000000")
    recovery = path.with_name(f"#{path.name}#")
    plain_write(recovery, text)
    plain_write(path, text)
    recovery.unlink()
    lock.unlink()


def copy_folder(source: Path, target: Path) -> None:
    """``cp -r``."""
    subprocess.run(["cp", "-r", str(source), str(target)], check=True, timeout=60)


def move_folder_in(source: Path, target: Path) -> None:
    """``mv`` of a folder on the same disk: one rename, no event for what is in it."""
    source.rename(target)


def make_folder_and_write(path: Path, text: str) -> None:
    """Folders made and, without a pause, a file in the innermost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    plain_write(path, text)


def rsync_like(root: Path, files: Mapping[str, str]) -> None:
    """Folders, then each file under a hidden temporary name with its times set, renamed in place; as ``rsync -a``."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.3JdOIN")
        plain_write(temporary, text)
        os.utime(temporary, (1_700_000_000, 1_700_000_000))
        temporary.replace(path)


def write_tree(root: Path, files: Mapping[str, str]) -> None:
    """Folders and files, plainly."""
    for name, text in files.items():
        make_folder_and_write(root / name, text)


def swap_symlink(link: Path, target: Path) -> None:
    """Point a symbolic link elsewhere in one step, as git-sync and Kubernetes do."""
    temporary = link.with_name(f"{link.name}.next")
    temporary.symlink_to(target)
    temporary.replace(link)


def recreate_root(root: Path, files: Mapping[str, str]) -> None:
    """The directory deleted with all it holds, made again and filled."""
    shutil.rmtree(root)
    root.mkdir()
    write_tree(root, files)


def config_map(root: Path, version: str, files: Mapping[str, str]) -> None:
    """A Kubernetes ConfigMap volume: visible links to ``..data``, which is a link to the version's folder."""
    folder = root / f"..{version}"
    write_tree(folder, files)
    swap_symlink(root / "..data", Path(folder.name))
    for name in files:
        visible = root / name
        if not visible.is_symlink():
            visible.symlink_to(f"..data/{name}")


class GitSite:
    """A git work tree in which commits are made and checked out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """Run git there; its output."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A",
            "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@example.org",
        }
        done = subprocess.run(
            ["git", "-c", "gc.auto=0", *arguments],
            cwd=self.root,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str], delete: tuple[str, ...] = ()) -> str:
        """Write and delete files, commit; the commit's id."""
        write_tree(self.root, files)
        for name in delete:
            (self.root / name).unlink()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Posts")
        return self.git("rev-parse", "HEAD")

    def checkout(self, commit: str) -> None:
        """Make the tree that of a commit: changed files are unlinked and made anew."""
        self.git("checkout", "--quiet", "--detach", commit)
