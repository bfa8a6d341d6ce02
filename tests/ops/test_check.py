"""``linkbot check``: which files it looks at, how it counts, and what is a problem."""

import os
from pathlib import Path

import pytest

from bot.command_line.check import carry_out
from bot.command_line.parser import parse
from bot.ops.check import check
from bot.ops.check_records import Counts, Finding, Rule
from bot.ops.check_text import as_text
from bot.problems import ExitCode, SettingsProblem
from bot.settings import ContentSettings, Settings

LINK = "---\ntitle: {title}\nexternal_url: https://example.org/{title}\npost_kind: link\n---\n"
BROKEN = "---\ntitle: x\nexternal_url: 'https://example.org\n---\n"
SETTINGS_PROBLEM = SettingsProblem("config/bot.yaml", 3, "channels[0].id", "it is missing", "add it", 7)


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content directory with one link post; the current directory is the one around it."""
    monkeypatch.chdir(tmp_path)
    directory = tmp_path / "content"
    put(directory, "docs/good.md", LINK.format(title="good"))
    return directory


def put(directory: Path, path: str, text: str) -> Path:
    file = directory / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def settings_for(directory: Path, *kinds: str) -> Settings:
    return Settings(content=ContentSettings(directory=directory, kinds=kinds or ("link",)))


def test_a_clean_site_is_counted_and_ends_with_0(content: Path) -> None:
    """Posts are counted by kind, drafts among the link posts; pages without a link are files but no posts."""
    put(content, "draft.md", LINK.format(title="draft").replace("post_kind", "draft: true\npost_kind"))
    put(content, "release.md", LINK.format(title="r").replace("kind: link", "kind: release"))
    put(content, "bare.md", LINK.format(title="bare").replace("post_kind: link\n", ""))
    put(content, "_index.md", "---\ntitle: Docs\n---\n")
    report = check(settings_for(content), (), ())
    assert report.exit_code is ExitCode.OK
    assert report.problems == ()
    assert report.counts == Counts(
        files=5,
        posts=4,
        kinds={"link": 2, "release": 1},
        without_kind=1,
        link_posts=2,
        drafts=1,
        left_out_without_kind=1,
    )


def test_posts_without_a_kind_are_named_so_that_nobody_wonders(content: Path) -> None:
    """Posts that are left out for want of a post_kind are told, unless the settings take all kinds."""
    put(content, "bare.md", LINK.format(title="bare").replace("post_kind: link\n", ""))
    assert "1 post has no post_kind, which content.kinds leaves out" in as_text(check(settings_for(content), (), ()))
    assert "no post_kind" not in as_text(check(settings_for(content, "*"), (), ()))


def test_each_broken_post_is_told_with_its_place(content: Path) -> None:
    """Every problem has a path relative to the current directory, a line, what is wrong and what would be right."""
    put(content, "b.md", BROKEN)
    put(content, "a.md", LINK.format(title="a").replace("title: a\n", ""))
    report = check(settings_for(content), (), ())
    assert [problem.file for problem in report.problems] == ["content/a.md", "content/b.md"]
    assert [(problem.line, problem.column, problem.field) for problem in report.problems] == [
        (2, 15, "title"),
        (3, 15, "external_url"),
    ]
    assert all(problem.what and problem.fix for problem in report.problems)
    assert report.exit_code is ExitCode.PROBLEM
    assert "content/b.md:3:15: error: " in as_text(report)


def test_what_the_bot_never_opens_is_a_problem(content: Path, tmp_path: Path) -> None:
    """A FIFO and a link out of the site are told, and neither is opened."""
    os.mkfifo(content / "pipe.md")
    (content / "secret.md").symlink_to(put(tmp_path, "outside.md", LINK.format(title="outside")))
    assert [problem.file for problem in check(settings_for(content), (), ()).problems] == [
        "content/pipe.md",
        "content/secret.md",
    ]


def test_files_from_the_future_and_of_this_moment_count_as_written(content: Path) -> None:
    """A file that a person asks about is read at once, whatever its times say, and even if it seems half-written."""
    future = 2**33  # seconds since 1970: the year 2242
    os.utime(put(content, "future.md", LINK.format(title="future")), (future, future))
    put(content, "open.md", "---\ntitle: never closed\n")
    report = check(settings_for(content), (), ())
    assert report.counts.link_posts == 2
    assert [problem.file for problem in report.problems] == ["content/open.md"]


def test_only_the_named_files_and_folders_are_looked_at(content: Path) -> None:
    """Paths, absolute or relative, narrow the check; one that is named twice counts once."""
    put(content, "docs/bad.md", BROKEN)
    put(content, "docs-2/bad.md", BROKEN)
    put(content, "bad.md", BROKEN)
    report = check(settings_for(content), (), [content / "docs", Path("content/docs/bad.md")])
    assert [problem.file for problem in report.problems] == ["content/docs/bad.md"]
    assert report.counts.files == 2
    assert check(settings_for(content), (), [Path("content/docs/good.md")]).exit_code is ExitCode.OK
    as_the_log_names_it = check(settings_for(content), (), [Path("docs/bad.md")])
    assert [problem.file for problem in as_the_log_names_it.problems] == ["content/docs/bad.md"]


def test_paths_outside_of_the_content_directory_are_checked_as_well(content: Path, tmp_path: Path) -> None:
    """A folder or file that lies elsewhere is a site of its own."""
    bad = put(tmp_path, "elsewhere/bad.md", BROKEN)
    put(tmp_path, "elsewhere/good.md", LINK.format(title="good"))
    assert check(settings_for(content), (), [tmp_path / "elsewhere"]).counts.files == 2
    assert [problem.file for problem in check(settings_for(content), (), [bad]).problems] == ["elsewhere/bad.md"]


def test_a_linked_content_directory_is_known_by_both_names(content: Path, tmp_path: Path) -> None:
    """A path through a link to the content directory, or to where it leads, means the same post."""
    link = tmp_path / "site"
    link.symlink_to(content)
    for path in (link / "docs/good.md", content / "docs/good.md"):
        assert check(settings_for(link), (), [path]).counts == Counts(files=1, posts=1, kinds={"link": 1}, link_posts=1)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("content/none.md", "no such file or folder"),
        ("content/notes.txt", "never opens a file of this name"),
        ("content/.hidden.md", "never opens a file of this name"),
        ("content/linked/good.md", "symbolic link"),
    ],
)
def test_a_named_path_that_can_be_no_post_is_a_problem(content: Path, path: str, what: str) -> None:
    """Who names a file hears why the bot would never announce it."""
    put(content, "notes.txt", "x")
    put(content, ".hidden.md", LINK.format(title="hidden"))
    (content / "linked").symlink_to("docs")
    (problem,) = check(settings_for(content), (), [Path(path)]).problems
    assert problem.file == path
    assert what in problem.what


def test_a_missing_content_directory_is_a_problem(tmp_path: Path) -> None:
    """The report says that the directory is not there and which setting names it."""
    report = check(settings_for(tmp_path / "content"), (), ())
    (problem,) = report.problems
    assert problem.file == str(tmp_path / "content")
    assert "content.directory" in problem.fix
    assert (report.exit_code, report.counts) == (ExitCode.PROBLEM, Counts())


def test_settings_that_cannot_be_used_end_with_78(content: Path) -> None:
    """The mistakes of the settings come first; posts are looked at where they are named."""
    report = check(None, [SETTINGS_PROBLEM], [content])
    assert report.exit_code is ExitCode.CONFIGURATION
    assert report.problems == (
        Finding(Rule.SETTINGS, "config/bot.yaml", 3, 7, "channels[0].id", "it is missing", "add it"),
    )
    assert report.counts.link_posts == 1
    assert "No posts were looked at." in as_text(check(None, [SETTINGS_PROBLEM], []))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("content:\n  directory: content\n  kinds: 7\nchannels: []\n", "content/b.md:3:15: error"),
        ("content:\n  directory: content\nnonsense: 1\nannounce:\n  hold_above: x\n", "content/b.md:3:15: error"),
        ("content:\n  directory: elsewhere\n  kind: x\n", "check content.directory in the settings"),
        ("content:\n  directory: [content]\n", "No posts were looked at."),
        ("content: content\n", "No posts were looked at."),
        ("content:\n  directory: 'content\n", "No posts were looked at."),
    ],
)
def test_posts_are_looked_at_in_spite_of_other_mistakes(
    content: Path, settings: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As soon as content.directory can be read, all mistakes of settings and posts are told at once."""
    put(content, "b.md", BROKEN)
    put(content.parent, "bot.yaml", settings)
    assert carry_out(parse(["check", "--config", "bot.yaml"])) == 78
    written = capsys.readouterr().out
    assert written.startswith("bot.yaml:")
    assert told in written


def test_a_content_repository_needs_no_settings(content: Path) -> None:
    """Without settings the named posts are checked alone, and nobody is told of channels or kinds."""
    put(content, "release.md", LINK.format(title="r").replace("kind: link", "kind: release"))
    report = check(None, (), [content])
    assert (report.exit_code, report.settings, report.notices) == (ExitCode.OK, None, ())
    assert "There are no settings here" in as_text(report)
    put(content, "b.md", BROKEN)
    assert check(None, (), [content]).exit_code is ExitCode.PROBLEM


def test_several_processes_find_what_one_finds(content: Path, tmp_path: Path) -> None:
    """Many files are read side by side; the report is the same, and progress ends with all of them."""
    for number in range(250):
        put(content, f"{number:03}.md", LINK.format(title="same" if number % 100 == 0 else f"t{number}"))
    put(content, "b.md", BROKEN)
    steps: list[tuple[int, int]] = []
    together = check(settings_for(content), (), (), alone=10, progress=lambda *step: steps.append(step))
    assert together == check(settings_for(content), (), ())
    assert together.counts.files == 252
    assert len(together.problems) == 1
    assert steps == [(100, 252), (200, 252), (252, 252)]


def test_notices_end_with_1_only_where_that_is_asked_for(content: Path) -> None:
    """A notice is no problem; --strict makes it one."""
    put(content, "again.md", LINK.format(title="good"))
    assert check(settings_for(content), (), ()).exit_code is ExitCode.OK
    assert check(settings_for(content), (), (), strict=True).exit_code is ExitCode.PROBLEM
