"""Opening under guard: hostile entries of a content directory are neither opened nor followed."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.content.opening import MAX_FILE_BYTES, RawFile, examine, is_post_path, read_file
from bot.content.post import PostProblem


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty content directory beside a secret."""
    (tmp_path / "secret.md").write_text("the token")
    root = tmp_path / "content"
    root.mkdir()
    return root.resolve()


@pytest.mark.parametrize("path", ["a.md", "a.markdown", "docs/a.md", "docs/Über uns.md", "_index.md", "a b/c.d.md"])
def test_posts_are_known_by_their_names(path: str) -> None:
    """Markdown files in folders that are not hidden are posts."""
    assert is_post_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "", ".md", "a.txt", "a.md~", ".a.md.swp", ".a.md.swx", "a.md.tmp", "4913", "#a.md#", ".#a.md", ".a.md.Xy12",
        "#a.md", ".git/a.md", "docs/.hidden/a.md", "..data/a.md", "../secret.md", "/etc/a.md", "a//b.md", "a/./b.md",
        "sedA1b2C3", ".goutputstream-X", "a.MD",
    ],
)  # fmt: skip
def test_temporary_hidden_and_foreign_names_are_no_posts(path: str) -> None:
    """What editors, rsync and git leave about, what is hidden, and what leads out of the root is none."""
    assert not is_post_path(path)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        previous = Path.cwd()
        os.chdir(path.parent)  # a socket's address holds 107 bytes
        try:
            listener.bind(path.name)
        finally:
            os.chdir(previous)


def link_out(path: Path) -> None:
    path.symlink_to("../secret.md")


def link_out_absolute(path: Path) -> None:
    path.symlink_to("/proc/self/environ")


def link_to_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing.md")


def link_in_a_circle(path: Path) -> None:
    path.symlink_to(path.name)


def link_over_outside(path: Path) -> None:
    (path.parent / "hop").symlink_to("../secret.md")
    path.symlink_to("hop")


def link_to_a_folder(path: Path) -> None:
    (path.parent / "folder").mkdir()
    path.symlink_to("folder")


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(8 * 1024**3)


def one_byte_too_many(path: Path) -> None:
    path.write_bytes(b"x" * (MAX_FILE_BYTES + 1))


HOSTILE = [
    fifo, unix_socket, link_out, link_out_absolute, link_to_device, link_to_nothing, link_in_a_circle,
    link_over_outside, link_to_a_folder, sparse, one_byte_too_many,
]  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE)
def test_hostile_entries_are_problems_and_never_read(make: Callable[[Path], None], root: Path) -> None:
    """FIFOs, sockets, devices, links that leave the root or lead nowhere, and giants are refused with a reason."""
    make(root / "x.md")
    for look in (examine, read_file):
        found = look(str(root), "x.md")
        assert isinstance(found, PostProblem)
        assert found.path == "x.md"
        assert found.what
        assert found.fix


def test_a_device_is_refused(root: Path) -> None:
    """A character device in the directory is not opened."""
    try:
        os.mknod(root / "x.md", 0o20666, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root may make devices")
    assert isinstance(read_file(str(root), "x.md"), PostProblem)


def test_the_largest_file_is_read(root: Path) -> None:
    """Exactly 4 MiB are a post's right."""
    (root / "x.md").write_bytes(b"x" * MAX_FILE_BYTES)
    found = read_file(str(root), "x.md")
    assert isinstance(found, RawFile)
    assert len(found.raw) == MAX_FILE_BYTES
    assert found.steady


def test_a_link_within_the_root_is_followed_even_to_a_hidden_folder(root: Path) -> None:
    """Kubernetes shows a ConfigMap's files as links into ``..data``; their content and their stamp are the target's."""
    (root / "..v1").mkdir()
    (root / "..v1" / "a.md").write_text("content")
    (root / "..data").symlink_to("..v1")
    (root / "a.md").symlink_to("..data/a.md")
    found = read_file(str(root), "a.md")
    assert isinstance(found, RawFile)
    assert found.raw == b"content"
    status = examine(str(root), "a.md")
    assert isinstance(status, os.stat_result)
    assert found.stamp.inode == status.st_ino == (root / "..v1" / "a.md").stat().st_ino


def test_a_folder_behind_a_link_is_not_entered(root: Path) -> None:
    """A path that leads through a symbolic link to a folder is as if it were not there, inside or outside."""
    (root / "real").mkdir()
    (root / "real" / "a.md").write_text("x")
    (root / "link").symlink_to("real")
    (root / "out").symlink_to("..")
    for path in ("link/a.md", "out/secret.md"):
        assert examine(str(root), path) is None
        assert read_file(str(root), path) is None


def test_a_folder_named_like_a_post_is_none(root: Path) -> None:
    """A folder is no problem, whatever its name."""
    (root / "x.md").mkdir()
    assert examine(str(root), "x.md") is None
    assert read_file(str(root), "x.md") is None


def test_what_is_not_there_is_none_or_an_error_to_the_reader(root: Path) -> None:
    """Looking says nothing is there; reading raises, for the caller knows the file and must learn that it went."""
    assert examine(str(root), "a.md") is None
    assert examine(str(root), "no/folder/a.md") is None
    with pytest.raises(FileNotFoundError):
        read_file(str(root), "a.md")


def test_a_name_that_is_no_utf8_is_a_problem_with_a_printable_name(root: Path) -> None:
    """Bytes that are no UTF-8 are refused, and shown as escapes, so that no log or database chokes on them."""
    name = os.fsdecode(b"caf\xe9.md")
    (root / name).write_text("x")
    found = examine(str(root), name)
    assert isinstance(found, PostProblem)
    assert found.path == "caf\\xe9.md"
    assert isinstance(read_file(str(root), name), PostProblem)


def test_a_folder_replaced_by_a_link_while_reading_never_gives_the_secret_as_steady(root: Path) -> None:
    """However a folder is swapped for a link to the outside, what is read from out there is never taken."""
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "a.md").write_text("secret")
    (root / "inside").mkdir()
    (root / "inside" / "a.md").write_text("public")
    (root / "aside").symlink_to(outside)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            (root / "inside").rename(root / "parked")
            (root / "aside").rename(root / "inside")
            (root / "inside").rename(root / "aside")
            (root / "parked").rename(root / "inside")

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        for _ in range(3000):
            try:
                found = read_file(str(root), "inside/a.md")
            except (FileNotFoundError, NotADirectoryError):
                continue
            assert not (isinstance(found, RawFile) and found.steady and found.raw == b"secret")
    finally:
        stop.set()
        swapper.join()


def test_a_file_that_grows_while_it_is_read_is_not_steady(root: Path) -> None:
    """Content and stamps belong together: a file that changes between the two looks is not taken as it is."""
    path = root / "a.md"
    path.write_bytes(b"x" * 1024)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.is_set() and file.tell() < MAX_FILE_BYTES // 2:
                file.write(b"x")

    grower = threading.Thread(target=grow)
    grower.start()
    try:
        for _ in range(300):
            found = read_file(str(root), "a.md")
            assert isinstance(found, RawFile)
            assert not found.steady or len(found.raw) == found.stamp.size
    finally:
        stop.set()
        grower.join()
