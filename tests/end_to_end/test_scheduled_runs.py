"""docs/examples/announce.yml: its own shell lines, run as GitHub Actions runs them; a bare repository is GitHub."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.rehearsal.standin import REHEARSAL_TOKEN
from tests.support.end_to_end_bot import NEWS, Bot
from tests.support.end_to_end_process import PROJECT, environment
from tests.support.end_to_end_site import Site

WORKFLOW = PROJECT / "docs" / "examples" / "announce.yml"
BRANCH = "refs/heads/linkbot-state"
SAVE = "Save the state, also of a run that failed"
ELSEWHERE = "Install Linkbot"  # the test's own installation is used


def steps() -> list[dict[str, Any]]:
    """The steps of the workflow that are shell lines."""
    workflow = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return [step for step in workflow["jobs"]["announce"]["steps"] if "run" in step and step["name"] != ELSEWHERE]


class Actions:
    """A repository at GitHub, with the workflow."""

    def __init__(self, bot: Bot, folder: Path) -> None:
        self.origin = folder / "origin.git"
        self._bot = bot
        self._folder = folder
        self._runs = 0
        subprocess.run(["git", "init", "--quiet", "--bare", str(self.origin)], check=True)

    async def run(self, *, without: str | None = None, announce: str = "") -> dict[str, str]:
        """One run of the workflow over the site as it is now; what each step wrote, up to the first that failed.

        `without` is a step that a runner that breaks down does not come to any more.
        """
        workspace = self._check_out()
        kept = {"BRANCH": "linkbot-state"}
        said = {}
        for step in steps():
            if step["name"] == without:
                break
            code, said[step["name"]] = await self._carry_out(step, workspace, {**kept, "ANNOUNCE": announce})
            written = (workspace / "env").read_text().splitlines() if (workspace / "env").exists() else []
            kept |= dict(line.split("=", 1) for line in written)
            if code:
                said["failed"] = step["name"]
                break
        return said

    def _check_out(self) -> Path:
        self._runs += 1
        workspace = self._folder / f"runner{self._runs}"
        workspace.mkdir()
        site = workspace / "site"
        subprocess.run(["git", "init", "--quiet", str(site)], check=True)
        subprocess.run(["git", "-C", str(site), "remote", "add", "origin", str(self.origin)], check=True)
        (site / "content").symlink_to(self._bot.site.root)
        settings = json.loads(self._bot.config.read_text())
        settings |= {"content": {"directory": "content"}, "state": {"directory": "../state"}}
        (site / "linkbot.yaml").write_text(json.dumps(settings))
        return workspace

    async def _carry_out(self, step: dict[str, Any], workspace: Path, variables: dict[str, str]) -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            *("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]),
            cwd=workspace / step["working-directory"],
            env={
                **environment(DISCORD_TOKEN=REHEARSAL_TOKEN),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "GITHUB_ENV": str(workspace / "env"),
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_REPOSITORY": "somebody/site",
                "GITHUB_RUN_ID": str(self._runs),
                "RUNNER_TEMP": str(workspace),
                **variables,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, out.decode()

    def kept(self) -> set[str]:
        """The files of the branch, of which there is one commit alone."""
        git = ("git", "-C", str(self.origin))
        log = subprocess.run([*git, "rev-list", "--count", BRANCH], capture_output=True, text=True, check=True)
        assert log.stdout.strip() == "1"
        tree = subprocess.run([*git, "ls-tree", "--name-only", BRANCH], capture_output=True, text=True, check=True)
        return set(tree.stdout.split())


@pytest.fixture
def actions(bot: Bot, tmp_path: Path) -> Actions:
    """A repository that has not run the workflow yet."""
    return Actions(bot, tmp_path)


async def test_runs_whose_state_is_lost_repeat_nothing(bot: Bot, site: Site, actions: Actions) -> None:
    """Each post is announced once across runs, also if a runner breaks down between sending and saving."""
    site.write("old.md", "Old")
    assert "failed" not in await actions.run()
    assert actions.kept() == {"state.tar.gz"}
    site.write("a.md", "A")
    await actions.run(without=SAVE)
    assert actions.kept() == {"state.tar.gz", "unfinished"}
    site.write("b.md", "B")
    said = await actions.run()
    assert "failed" not in said, said
    assert "::warning::" in said["Repeat nothing of a run that never saved its state"]
    assert bot.titles() == ["A"]
    site.write("c.md", "C")
    said = await actions.run(announce="content/b.md")
    assert "failed" not in said, said
    assert sorted(bot.titles()) == ["A", "B", "C"]
    assert actions.kept() == {"state.tar.gz"}


async def test_a_run_that_another_one_overtook_sends_nothing(bot: Bot, site: Site, actions: Actions) -> None:
    """Should two runs be under way at once, the later one to begin fails before it sends anything."""
    site.write("a.md", "A")
    overtaken = next(step for step in steps() if step.get("id") == "begun")
    workspace = actions._check_out()
    for folder in ("saved", "state"):
        (workspace / folder).mkdir()
    seen = {"BRANCH": "linkbot-state", "SEEN": "0" * 39 + "1"}
    code, said = await actions._carry_out(overtaken, workspace, seen)
    assert code != 0, said
    assert "stale info" in said
    assert not bot.sends(NEWS)
