"""The scanner: surveys tell what changed, reading takes only what is settled."""

import os
import shutil
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bot.content.post import FileStamp, NotAPost, Outcome, Post, PostProblem
from bot.content.scan import Outage, ReadResult, Scanner, Survey
from tests.support.files_writers import append_in_steps, plain_write, post_text, slow_write, write_tree

SETTLE = 0.1


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty content directory."""
    root = tmp_path / "content"
    root.mkdir()
    return root


class Clocks:
    """Both clocks, moved by hand."""

    def __init__(self) -> None:
        self.wall = time.time()
        self.steady = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def scanner(self, root: Path) -> Scanner:
        return Scanner(
            root,
            settle_seconds=SETTLE,
            now_ns=lambda: int(self.wall * 1e9),
            monotonic=lambda: self.steady,
            sleep=self.pass_by,
        )


@pytest.fixture
def clocks() -> Clocks:
    """Clocks that stand at the present."""
    return Clocks()


def surveyed(result: Survey | Outage) -> Survey:
    assert isinstance(result, Survey), result
    return result


def take_all(scanner: Scanner) -> dict[str, FileStamp]:
    """Survey and read everything as if closed; the stamps."""
    changed = surveyed(scanner.survey({})).changed
    return {reading.file.path: reading.file.stamp for reading in scanner.read(changed, changed).readings}


def paths(result: ReadResult) -> Sequence[str]:
    return [reading.file.path for reading in result.readings]


def test_a_first_survey_finds_every_post_and_nothing_else(root: Path) -> None:
    """Posts in folders of any depth are found, sorted; hidden, temporary and other files are passed over."""
    posts = ["a.md", "docs/b.markdown", "docs/deep/er/c.md", "Über.md"]
    others = [".hidden.md", ".git/x.md", "a.md~", "#a.md#", "img.png", "docs/.a.md.Xy12", "4913", "..v1/a.md"]
    write_tree(root, dict.fromkeys(posts + others, "x"))
    survey = surveyed(Scanner(root).survey({}))
    assert survey == Survey(4, tuple(sorted(posts)), (), (), complete=True)


def test_what_was_read_is_not_changed(root: Path) -> None:
    """The stamp that comes with a reading is the one that the next survey compares with."""
    write_tree(root, {"a.md": post_text("A"), "b/c.md": "no post"})
    scanner = Scanner(root)
    known = take_all(scanner)
    assert surveyed(scanner.survey(known)) == Survey(2, (), (), (), complete=True)


def test_every_kind_of_touch_is_seen(root: Path) -> None:
    """Content, replacement by rename, and a restored modification time each change the stamp."""
    write_tree(root, {f"{name}.md": post_text(name) for name in "abcd"})
    scanner = Scanner(root)
    known = take_all(scanner)
    plain_write(root / "a.md", post_text("A"))
    plain_write(root / "new", post_text("b"))
    (root / "new").replace(root / "b.md")
    before = (root / "c.md").stat()
    plain_write(root / "c.md", post_text("C"))
    os.utime(root / "c.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert surveyed(scanner.survey(known)).changed == ("a.md", "b.md", "c.md")


def test_what_is_gone_is_told_after_a_second_look(root: Path, clocks: Clocks) -> None:
    """A file that is missing is looked for again after the settling time, then it is gone."""
    write_tree(root, {"a.md": post_text("A"), "b/c.md": post_text("C")})
    scanner = clocks.scanner(root)
    known = take_all(scanner)
    shutil.rmtree(root / "b")
    before = clocks.steady
    assert surveyed(scanner.survey(known)) == Survey(1, (), ("b/c.md",), (), complete=True)
    assert clocks.steady == before + SETTLE


def test_a_file_that_is_made_anew_meanwhile_is_changed_and_not_gone(root: Path) -> None:
    """A checkout unlinks a file and makes it again: caught between the two it is still no deletion."""
    write_tree(root, {"a.md": post_text("A"), "b.md": post_text("B")})
    known = take_all(Scanner(root))
    (root / "b.md").unlink()
    scanner = Scanner(root, sleep=lambda seconds: plain_write(root / "b.md", post_text("B2")))
    assert surveyed(scanner.survey(known)) == Survey(2, ("b.md",), (), (), complete=True)


def test_a_rename_is_one_gone_and_one_new_in_the_same_survey(root: Path) -> None:
    """Both a survey of everything and one of the two paths tell of both ends of a rename together."""
    write_tree(root, {"a.md": post_text("A"), "x.md": post_text("X")})
    scanner = Scanner(root, sleep=lambda seconds: None)
    known = take_all(scanner)
    (root / "a.md").rename(root / "b.md")
    assert surveyed(scanner.survey(known)) == Survey(2, ("b.md",), ("a.md",), (), complete=True)
    assert surveyed(scanner.survey_paths(["a.md", "b.md"], known)) == Survey(
        1, ("b.md",), ("a.md",), (), complete=False
    )


def test_a_survey_of_paths_looks_at_those_alone(root: Path) -> None:
    """Only posts among the asked paths are told of: new, changed, gone; never others, never what is hidden."""
    write_tree(root, {"a.md": post_text("A"), "b.md": post_text("B"), "c.md": post_text("C"), ".h.md": "x"})
    scanner = Scanner(root)
    known = take_all(scanner)
    for name in ("a.md", "b.md", "new.md"):
        plain_write(root / name, post_text(f"{name} anew"))
    (root / "c.md").unlink()
    asked = ["a.md", "new.md", "c.md", "never.md", ".h.md", "img.png", "../content/b.md", "a.md"]
    assert surveyed(scanner.survey_paths(asked, known)) == Survey(2, ("a.md", "new.md"), ("c.md",), (), complete=False)


def test_a_folder_that_becomes_a_link_takes_its_posts_with_it(root: Path) -> None:
    """A folder behind a symbolic link is not entered: not by a survey, not by a hint, not by reading."""
    write_tree(root, {"a.md": post_text("A"), "b/c.md": post_text("C")})
    scanner = Scanner(root, sleep=lambda seconds: None)
    known = take_all(scanner)
    (root / "b").rename(root.parent / "b")
    (root / "b").symlink_to("../b")
    assert surveyed(scanner.survey(known)).gone == ("b/c.md",)
    assert surveyed(scanner.survey_paths(["b/c.md"], known)).gone == ("b/c.md",)
    assert scanner.read(["b/c.md"]) == ReadResult((), (), ("b/c.md",))


def test_refused_entries_are_told_and_neither_changed_nor_gone(root: Path) -> None:
    """A post replaced by a FIFO, a link to the outside, a giant or a name that is no UTF-8 is a problem, each time."""
    write_tree(root, {"a.md": post_text("A"), "b.md": post_text("B")})
    scanner = Scanner(root)
    known = take_all(scanner)
    (root / "b.md").unlink()
    os.mkfifo(root / "b.md")
    (root / "c.md").symlink_to("/etc/hostname")
    with (root / "d.md").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    (root / os.fsdecode(b"\xff.md")).write_text("x")
    for _ in range(2):
        survey = surveyed(scanner.survey(known))
        assert [problem.path for problem in survey.refused] == ["\\xff.md", "b.md", "c.md", "d.md"]
        assert (survey.files, survey.changed, survey.gone) == (1, (), ())
    assert [problem.path for problem in surveyed(scanner.survey_paths(["b.md"], known)).refused] == ["b.md"]


def test_a_config_map_is_seen_through_its_links(root: Path) -> None:
    """The swap of the hidden ``..data`` link changes the stamps of the visible links."""
    write_tree(root, {"..v1/a.md": post_text("one"), "..v2/a.md": post_text("two")})
    (root / "..data").symlink_to("..v1")
    (root / "a.md").symlink_to("..data/a.md")
    scanner = Scanner(root)
    known = take_all(scanner)
    assert list(known) == ["a.md"]
    (root / "..next").symlink_to("..v2")
    (root / "..next").rename(root / "..data")
    assert surveyed(scanner.survey(known)).changed == ("a.md",)


def test_a_missing_root_is_an_outage(tmp_path: Path) -> None:
    """No directory, a file in its place, or a link in a circle: an outage that names it, and nothing is gone."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "circle").symlink_to("circle")
    known = {"a.md": FileStamp(1, 2, 3, 4)}
    for name in ("none", "file", "circle"):
        scanner = Scanner(tmp_path / name)
        for outage in (scanner.survey(known), scanner.survey({}), scanner.survey_paths(["a.md"], known)):
            assert isinstance(outage, Outage)
            assert name in outage.reason
        assert scanner.read(["a.md"]) == ReadResult((), ("a.md",), ())


def test_a_root_suddenly_empty_is_an_outage(root: Path) -> None:
    """An unmounted content directory is empty: that is believed of a new one only."""
    scanner = Scanner(root)
    assert surveyed(scanner.survey({})) == Survey(0, (), (), (), complete=True)
    assert isinstance(scanner.survey({"a.md": FileStamp(1, 2, 3, 4)}), Outage)


def test_a_root_that_goes_between_the_two_looks_is_an_outage(root: Path) -> None:
    """If the second look finds nothing at all, nothing is gone."""
    write_tree(root, {"a.md": post_text("A"), "b.md": post_text("B")})
    known = take_all(Scanner(root))
    (root / "a.md").unlink()
    scanner = Scanner(root, sleep=lambda seconds: shutil.rmtree(root))
    assert isinstance(scanner.survey(known), Outage)


def test_the_root_is_resolved_afresh(root: Path, tmp_path: Path) -> None:
    """A symbolic link as root is followed to where it leads now."""
    other = tmp_path / "other"
    write_tree(root, {"a.md": post_text("A")})
    write_tree(other, {"b.md": post_text("B")})
    link = tmp_path / "link"
    link.symlink_to(root)
    scanner = Scanner(link, sleep=lambda seconds: None)
    known = take_all(scanner)
    link.unlink()
    link.symlink_to(other)
    assert surveyed(scanner.survey(known)) == Survey(1, ("b.md",), ("a.md",), (), complete=True)
    assert paths(scanner.read(["b.md"], ["b.md"])) == ["b.md"]


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A content directory that all may enter, seen by somebody whom permissions bind."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    privileged = os.geteuid() == 0
    yield root
    if privileged:
        os.seteuid(0)
    for folder, _, _ in os.walk(root):
        Path(folder).chmod(stat.S_IRWXU)
    shutil.rmtree(root)


def test_missing_permissions_are_problems_and_cost_nothing_else(as_nobody: Path) -> None:
    """An unreadable file is a problem with its stamp, an unreadable folder one that keeps what is known of it."""
    root = as_nobody
    write_tree(root, {"a.md": post_text("A"), "b.md": post_text("B"), "shut/c.md": post_text("C")})
    scanner = Scanner(root, sleep=lambda seconds: None)
    known = take_all(scanner)
    (root / "b.md").chmod(0)
    (root / "shut").chmod(0)
    if os.geteuid() == 0:
        os.seteuid(65534)
    survey = surveyed(scanner.survey(known))
    assert (survey.changed, survey.gone, survey.complete) == (("b.md",), (), True)
    assert [problem.path for problem in survey.refused] == ["shut/"]
    (reading,) = scanner.read(["b.md"]).readings
    assert isinstance(reading.outcome, PostProblem)
    assert "Permission denied" in reading.outcome.what
    known["b.md"] = reading.file.stamp
    assert surveyed(scanner.survey(known)).changed == ()
    (problem,) = surveyed(scanner.survey_paths(["shut/c.md"], known)).refused
    assert "Permission denied" in problem.what
    (closed,) = scanner.read(["shut/c.md"]).readings
    assert isinstance(closed.outcome, PostProblem)


def test_an_unreadable_root_is_an_outage(as_nobody: Path) -> None:
    """A root that may not be listed is an outage, not an empty site."""
    as_nobody.chmod(0)
    if os.geteuid() == 0:
        os.seteuid(65534)
    assert isinstance(Scanner(as_nobody).survey({}), Outage)


def test_a_closed_file_is_taken_at_once(root: Path) -> None:
    """What its writer has closed needs no rest."""
    plain_write(root / "a.md", post_text("A"))
    scanner = Scanner(root, settle_seconds=3600)
    assert scanner.read(["a.md"]).unsettled == ("a.md",)
    (reading,) = scanner.read(["a.md"], ["a.md"]).readings
    assert isinstance(reading.outcome, Post)
    assert reading.outcome.title == "A"


def test_a_file_at_rest_is_taken(root: Path, clocks: Clocks) -> None:
    """Without a word of its writer a file is taken once its times are old enough."""
    plain_write(root / "a.md", post_text("A"))
    scanner = clocks.scanner(root)
    assert scanner.read(["a.md"]).unsettled == ("a.md",)
    clocks.pass_by(SETTLE + 0.01)
    assert paths(scanner.read(["a.md"])) == ["a.md"]


def test_a_restored_modification_time_does_not_count_as_rest(root: Path, clocks: Clocks) -> None:
    """``cp -p`` and rsync set the modification time back; the change time tells that the file is fresh."""
    plain_write(root / "a.md", post_text("A"))
    os.utime(root / "a.md", (1_700_000_000, 1_700_000_000))
    assert clocks.scanner(root).read(["a.md"]).unsettled == ("a.md",)


@pytest.mark.parametrize("jump", [-86400.0, -1.0])
def test_a_clock_that_goes_wrong_blocks_no_post(root: Path, clocks: Clocks, jump: float) -> None:
    """A file whose times lie in the future is taken when it was seen unchanged for the settling time."""
    plain_write(root / "a.md", post_text("A"))
    clocks.wall += jump
    scanner = clocks.scanner(root)
    assert scanner.read(["a.md"]).unsettled == ("a.md",)
    clocks.pass_by(SETTLE / 2)
    assert scanner.read(["a.md"]).unsettled == ("a.md",)
    clocks.pass_by(SETTLE / 2 + 0.01)
    assert paths(scanner.read(["a.md"])) == ["a.md"]


def test_a_file_that_goes_on_changing_is_not_taken_for_rested(root: Path, clocks: Clocks) -> None:
    """Watching starts anew with every change."""
    clocks.wall -= 86400
    scanner = clocks.scanner(root)
    for number in range(5):
        plain_write(root / "a.md", post_text(f"A{number}"))
        assert scanner.read(["a.md"]).unsettled == ("a.md",)
        clocks.pass_by(SETTLE * 0.9)


@pytest.mark.parametrize("text", ["", "---\ntitle: 'A'\nexternal_url: https://example.org\n"])
def test_unfinished_content_waits_two_seconds_whatever_was_closed(root: Path, clocks: Clocks, text: str) -> None:
    """An empty file, or front matter never closed, is being written; only after 2 s is it what it is."""
    plain_write(root / "a.md", text)
    scanner = clocks.scanner(root)
    assert scanner.read(["a.md"], ["a.md"]).unsettled == ("a.md",)
    clocks.pass_by(1.5)
    assert scanner.read(["a.md"], ["a.md"]).unsettled == ("a.md",)
    clocks.pass_by(0.6)
    (reading,) = scanner.read(["a.md"]).readings
    assert isinstance(reading.outcome, NotAPost if not text else PostProblem)


def test_what_vanishes_before_it_is_read_is_gone(root: Path) -> None:
    """A file or its folder that went between survey and reading is gone, no error."""
    write_tree(root, {"a.md": post_text("A")})
    assert Scanner(root).read(["b.md", "no/c.md", "a.md/x.md"]) == ReadResult((), (), ("b.md", "no/c.md", "a.md/x.md"))


def test_a_root_that_vanishes_while_reading_makes_nothing_gone(root: Path) -> None:
    """If the root is another one afterwards, what was not found is looked at again."""
    write_tree(root, {"a.md": post_text("A")})

    def vanish() -> float:
        if root.exists():
            shutil.rmtree(root)
        return 1000.0

    scanner = Scanner(root, monotonic=vanish)
    result = scanner.read(["a.md", "b.md"], ["a.md"])
    assert paths(result) == ["a.md"]
    assert (result.unsettled, result.gone) == (("b.md",), ())


def test_one_bad_file_costs_nothing_else(root: Path) -> None:
    """Problems, files that are no posts and posts come back side by side."""
    write_tree(root, {"a.md": post_text("A"), "b.md": "---\ntitle: [\n---\n", "c.md": "words"})
    result = Scanner(root).read(["a.md", "b.md", "c.md"], ["a.md", "b.md", "c.md"])
    kinds = [type(reading.outcome) for reading in result.readings]
    assert kinds == [Post, PostProblem, NotAPost]


@pytest.mark.parametrize("write", [slow_write, append_in_steps])
def test_reading_during_a_slow_write_never_gives_half_a_post(root: Path, write: Callable[[Path, str], None]) -> None:
    """However often a file is read while it is written in steps, only the whole front matter is ever taken."""
    path = root / "a.md"
    writer = threading.Thread(target=write, args=(path, post_text("A", tldr="word " * 400 + "end.")))
    scanner = Scanner(root, settle_seconds=SETTLE)
    writer.start()
    outcomes: list[Outcome] = []
    while writer.is_alive() or not outcomes:
        outcomes += [reading.outcome for reading in scanner.read(["a.md"]).readings]
    writer.join()
    assert all(isinstance(outcome, Post) and outcome.text.endswith("end.") for outcome in outcomes)
