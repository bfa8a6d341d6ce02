"""``linkbot check`` in a repository of posts: as a hook before a commit, in a workflow, on a terminal."""

import asyncio
import os
import pty
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.ops import check_screen
from tests.support.cli_process import PROJECT, linkbot

EXAMPLES = PROJECT / "docs" / "examples"
HOOK = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
GOOD = "---\ntitle: Good\nexternal_url: https://example.org/\npost_kind: link\n---\n"
BAD = GOOD.replace("title: Good", "title: 'Bad")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of posts: a good one, a bad one, a README, and no settings."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content/good.md").write_text(GOOD)
    (tmp_path / "content/bad.md").write_text(BAD)
    (tmp_path / "README.md").write_text("# Posts\n")
    return tmp_path


async def test_the_hook_stops_a_bad_post_and_lets_a_good_one_pass(repository: Path) -> None:
    """The hook's entry, given files as pre-commit gives them, ends with 1 for a bad post and names its place."""
    command, *arguments = shlex.split(HOOK["entry"])
    assert (command, HOOK["language"]) == ("linkbot", "python")
    ended = await linkbot(*arguments, "content/good.md", "README.md", cwd=repository)
    assert (ended.code, ended.err) == (0, "")
    ended = await linkbot(*arguments, "content/good.md", "content/bad.md", cwd=repository)
    assert ended.code == 1
    assert ended.out.startswith("content/bad.md:2:8: error: title: ")


def test_the_hook_is_given_posts_only() -> None:
    """pre-commit searches each path with the hook's patterns: what the bot never opens is not passed."""
    files, exclude = re.compile(HOOK["files"]), re.compile(HOOK["exclude"])
    paths = ["content/a.md", "b.markdown", ".github/x.md", "content/.a.md", "content/#a.md", "a.txt", "a.md~", "c#.md"]
    assert [path for path in paths if files.search(path) and not exclude.search(path)] == [
        "content/a.md",
        "b.markdown",
        "c#.md",
    ]


def test_the_example_for_pre_commit_uses_the_hook() -> None:
    """The example names the hook that there is, and posts in the content folder."""
    example = yaml.safe_load((EXAMPLES / "pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repository,) = example["repos"]
    (hook,) = repository["hooks"]
    assert hook["id"] == HOOK["id"]
    assert re.search(hook["files"], "content/docs/a.md")


def steps() -> dict[str, dict[str, Any]]:
    """The steps of the workflow that run something, by name."""
    workflow = yaml.safe_load((EXAMPLES / "check-content.yml").read_text(encoding="utf-8"))
    return {step["name"]: step for step in workflow["jobs"]["check"]["steps"] if "run" in step}


async def test_the_workflow_marks_the_bad_post(repository: Path) -> None:
    """Its last step, run by the shell that GitHub runs it with, prints the command that marks the line, and fails."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", steps()["Check the posts"]["run"]),
        cwd=repository,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert out.decode().startswith("::error file=content/bad.md,line=2,col=8,title=This is no post yet::title: ")


def test_the_workflow_installs_what_the_project_has() -> None:
    """It installs from the lock file, with hashes, and the checkout without asking an index."""
    workflow = yaml.safe_load((EXAMPLES / "check-content.yml").read_text(encoding="utf-8"))
    checkout = next(step for step in workflow["jobs"]["check"]["steps"] if "repository" in step.get("with", {}))
    installed = [shlex.split(line) for line in steps()["Install Linkbot"]["run"].splitlines() if " install " in line]
    (locked, *_), (project, *_) = ([word for word in line if "/" in word][1:] for line in installed)
    assert (PROJECT / Path(locked).relative_to(checkout["with"]["path"])).is_file()
    assert Path(project) == Path(checkout["with"]["path"])
    assert workflow["permissions"] == {"contents": "read"}


async def test_settings_that_are_named_must_be_there(repository: Path) -> None:
    """Only the default settings may be missing, and only where posts are named."""
    ended = await linkbot("check", "content", "--config", "config/bot.yaml", cwd=repository)
    assert ended.code == 78
    assert "there is no such settings file" in ended.out
    ended = await linkbot("check", cwd=repository)
    assert ended.code == 78


def shown_on(reader: int) -> str:
    """What a terminal that nobody writes to any more was given."""
    shown = b""
    try:
        while more := os.read(reader, 65_536):
            shown += more
    except OSError:  # how Linux says that this was all
        pass
    os.close(reader)
    return shown.decode()


@pytest.mark.parametrize("colourless", [False, True], ids=["colours", "NO_COLOR"])
async def test_a_terminal_gets_colours_and_nothing_that_commands_it(repository: Path, colourless: bool) -> None:
    """On a terminal errors are red, unless NO_COLOR is set; escapes of a file's name are shown, not obeyed."""
    (repository / "content/evil\x1b[2J.md").write_text(BAD)
    reader, writer = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "check", "content"),
        cwd=repository,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "TERM": "xterm-256color",
            **({"NO_COLOR": "1"} if colourless else {}),
        },
        stdin=writer,
        stdout=writer,
        stderr=writer,
    )
    code = await asyncio.wait_for(process.wait(), 30)
    os.close(writer)
    out = shown_on(reader)
    assert code == 1
    assert "evil\\x1b[2J.md" in out
    assert "\x1b[2J" not in out
    assert ("\x1b[1;31merror" in out) is not colourless
    assert "Reading posts" not in out


def test_the_reading_shows_how_far_it_is_only_if_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second without a word, then a bar on standard error, which is gone at the end."""
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm-256color")
        with check_screen.progress_bar() as tell:
            tell(100, 20_000)
            monkeypatch.setattr(check_screen, "PATIENCE_SECONDS", 0.0)
            tell(200, 20_000)
    out = shown_on(reader)
    assert "100/20000" not in out
    assert "200/20000" in out
    assert out.endswith("\x1b[2K")
