"""Every command in a process of its own, as a person gives it: what it prints, and its exit code."""

import asyncio
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.records import DeliveryState, Standing
from bot.cli import main
from bot.command_line.parser import COMMANDS
from tests.support.cli_process import PROJECT, Ended, linkbot, running
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged
from tests.support.end_to_end_bot import Ended as BotEnded
from tests.support.end_to_end_site import post_text

CHANNELS = ({"id": NEWS, "name": "news"}, {"id": OTHER, "name": "other", "tags": {"any": ["other"]}})
TOKEN = {"DISCORD_TOKEN": "not-looked-at"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder as the README describes it: config/bot.yaml, content with a post, no state yet."""
    configure(tmp_path)
    (tmp_path / "content/docs").mkdir(parents=True)
    (tmp_path / "content/docs/post.md").write_text(post_text("A post"))
    return tmp_path


def configure(folder: Path, **sections: Any) -> None:
    (folder / "config").mkdir(exist_ok=True)
    settings = {"channels": [{"id": NEWS, "name": "news"}], **sections}
    (folder / "config/bot.yaml").write_text(json.dumps(settings))


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[Bot]:
    """A service with two channels, not started yet, on a site with two posts."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        bot.site.write("docs/old.md", "Old", date="2024-01-01", tags=["other"])
        bot.site.write("docs/newer.md", "Newer", date="2024-02-01")
        yield bot


def sentence(ended: Ended | BotEnded) -> str:
    """The one line on standard error of a command that could not do as asked; it printed nothing else."""
    assert ended.out == ""
    assert "Traceback" not in ended.err
    (line,) = ended.err.splitlines()
    assert line.startswith("linkbot: ")
    return line.removeprefix("linkbot: ")


# What can be said


async def test_help_tells_every_command(tmp_path: Path) -> None:
    """--help names each command with what it does, and the exit codes."""
    ended = await linkbot("--help", cwd=tmp_path)
    assert ended.code == 0
    assert all(f"    {name} " in ended.out for name in COMMANDS)
    assert all(f"\n  {code} " in ended.out for code in (0, 1, 2, 75, 77, 78))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_explains_it_and_each_option(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMMAND --help says what it does in a sentence, and no option stands without an explanation."""
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    _, description, *options = capsys.readouterr().out.split("\n\n")
    assert description.endswith(".")
    named = re.findall(r"(?m)^  (\S.*?)(?:  +|\n {10,})(\S.*)$", "\n".join(options))
    assert len(named) == len(re.findall(r"(?m)^  \S", "\n".join(options))) > 2


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("bogus",),
        ("run", "--bogus"),
        ("run", "extra"),
        ("announce", "--dry"),
        ("announce", "--latest", "0"),
        ("announce", "--latest", "x"),
        ("announce", "--latest", "99999999999999999999"),
        ("rehearse", "--port", "65536"),
        ("rehearse", "--port", "-1"),
        ("check", "--format", "xml"),
        ("preview",),
        ("backup",),
        ("resolve", "1"),
        ("resolve", "--drop"),
        ("resolve", "1", "--drop", "--resend"),
        ("resolve", "1", "--sent", "x"),
        ("resolve", "0", "--drop"),
        ("resolve", "abc", "--drop"),
        ("resolve", "9" * 5000, "--drop"),
        ("resolve", "1", "--sent", "9223372036854775808"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command, option or value ends with 2 and says what would be right."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: linkbot" in capsys.readouterr().err


async def test_the_installed_command_is_the_module(tmp_path: Path) -> None:
    """`linkbot` and `python -m bot` are the same."""
    command = Path(sys.executable).with_name("linkbot")
    process = await asyncio.create_subprocess_exec(command, "--version", stdout=subprocess.PIPE, cwd=tmp_path)
    out, _ = await process.communicate()
    assert (await linkbot("--version", cwd=tmp_path)).out == out.decode()


async def test_a_reader_that_has_seen_enough_is_no_failure(site: Path) -> None:
    """`linkbot check | head` ends in silence."""
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} -m bot check --format json | true; exit ${{PIPESTATUS[0]}}",
        executable="/bin/bash",
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert err == b""
    assert process.returncode == 0


async def test_a_command_without_standard_streams_ends_as_ever(tmp_path: Path) -> None:
    """Where standard output and error are closed, nothing can be told, but the exit code says what it always does."""
    process = await asyncio.create_subprocess_shell(
        f"exec {shlex.quote(sys.executable)} -m bot check >&- 2>&-",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    assert await process.wait() == 78


async def test_a_terminal_without_unicode_gets_escapes(site: Path) -> None:
    """What cannot be shown is escaped; it does not end the command."""
    (site / "content/docs/post.md").write_text(post_text("Ünïcode ↗"))
    ended = await linkbot("preview", "content/docs/post.md", cwd=site, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.code == 0
    assert r"\u2197" in ended.out


# The service


async def test_run_without_settings_says_how_to_make_them(tmp_path: Path) -> None:
    """Without config/bot.yaml the sentence names the example to copy."""
    ended = await linkbot("run", cwd=tmp_path, **TOKEN)
    assert ended.code == 78
    assert "cp config/bot.example.yaml config/bot.yaml" in sentence(ended)


async def test_run_without_a_token_names_the_rehearsal(site: Path) -> None:
    """Without a token the sentence says where it belongs, and how to see the bot without one."""
    ended = await linkbot("run", cwd=site)
    assert ended.code == 78
    assert "DISCORD_TOKEN_FILE" in sentence(ended)
    assert "linkbot rehearse" in sentence(ended)
    assert not (site / "state").exists()


async def test_run_tells_every_mistake_in_the_settings(site: Path) -> None:
    """Each mistake is a line of its own; none of them can command a terminal."""
    configure(site, content={"kind": ["link"]}, channels=[{"id": "a\x1b[31mbc"}])
    ended = await linkbot("run", cwd=site, **TOKEN)
    assert ended.code == 78
    assert ended.err.count("linkbot: config/bot.yaml:1:") == 2
    assert ended.err.replace("\n", "").isprintable()


async def test_run_without_content_says_so(site: Path) -> None:
    """A first run on a directory that is not there is a mistake in the settings."""
    configure(site, content={"directory": "../gone"})
    ended = await linkbot("run", cwd=site, **TOKEN)
    assert ended.code == 78
    assert "gone, which is no directory" in ended.err.splitlines()[-1]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_run_on_a_state_directory_that_cannot_be_written_says_so(site: Path) -> None:
    """The sentence names the directory and what to do."""
    (site / "state").mkdir(mode=0o500)
    ended = await linkbot("run", cwd=site, **TOKEN)
    assert ended.code == 1
    assert "let the bot's user write it" in sentence(ended)


async def test_run_where_another_runs_ends_with_75(bot: Bot, tmp_path: Path) -> None:
    """One service for each state directory; the sentence names the other's process."""
    await bot.start()
    ended = await linkbot("run", "--config", bot.config, cwd=tmp_path, **TOKEN)
    assert ended.code == 75
    assert "another Linkbot (process " in sentence(ended)


async def test_run_with_a_token_that_discord_does_not_know_ends_with_77(bot: Bot, tmp_path: Path) -> None:
    """A refused token is told once and not tried again."""
    ended = await linkbot("run", "--config", bot.config, cwd=tmp_path, DISCORD_TOKEN="wrong")
    assert ended.code == 77
    last = ended.err.splitlines()[-1]
    assert last.startswith("linkbot: Discord does not know the token")
    assert "Traceback" not in ended.err


async def test_a_bug_is_a_traceback_and_1(site: Path) -> None:
    """What nobody expected is not dressed up as a sentence."""
    code = (
        "import bot.cli as c, bot.command_line.status as s; s.carry_out = lambda parsed: 1 / 0;"
        " raise SystemExit(c.main(['status']))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=site, env={**os.environ, "PYTHONPATH": str(PROJECT)}, stderr=subprocess.PIPE
    )
    _, err = await process.communicate()
    assert process.returncode == 1
    assert b"ZeroDivisionError" in err


async def test_the_log_of_the_service_is_quiet_and_has_zones(bot: Bot) -> None:
    """A start and a stop are some ten lines, each with its time and zone, and nothing of voice."""
    await bot.start()
    await bot.stop()
    lines = bot.log.splitlines()
    assert len(lines) < 15
    assert all(line[23] in "+-" and line[26] == ":" for line in lines), bot.log
    assert "voice" not in bot.log


# Looking


async def test_check_ends_with_0_1_or_78(site: Path) -> None:
    """0: all is well; 1: a post has a problem; 78: the settings cannot be used. The report is on standard output."""
    ended = await linkbot("check", cwd=site)
    assert (ended.code, ended.err) == (0, "")
    assert "No problems." in ended.out
    (site / "content/docs/broken.md").write_text("---\ntitle: 'x\n---\n")
    ended = await linkbot("check", "--format", "github", cwd=site)
    assert ended.code == 1
    assert ended.out.startswith("::error file=content/docs/broken.md,line=2,")
    configure(site, channels=[])
    ended = await linkbot("check", "--format", "json", cwd=site)
    assert ended.code == 78
    assert json.loads(ended.out)["problems"][0]["file"] == "config/bot.yaml"


async def test_preview_shows_the_card_and_writes_a_page(site: Path) -> None:
    """The card is printed; with --html it is a page as well, and it says so; a place that cannot be written is a
    sentence."""
    ended = await linkbot("preview", "content/docs/post.md", "--html", "card.html", cwd=site)
    assert (ended.code, ended.err) == (0, "card.html: written\n")
    assert "It would be announced in 1 of 1 channel." in ended.out
    assert (site / "card.html").read_text().startswith("<!doctype html>")
    ended = await linkbot("preview", "content/docs/post.md", "--html", "no/such/folder.html", cwd=site)
    assert ended.code == 2
    assert ended.err == "linkbot: no/such/folder.html cannot be written: No such file or directory\n"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("none.md", None, "there is no such file or folder"),
        ("page.md", "Just text.\n", "is no link post: "),
        ("evil\x1b[2J.md", "---\ntitle: 'x\n---\n", r"evil\x1b[2J.md:2:8: "),
        (os.fsdecode(b"latin\xe9.md"), "---\n", "latin"),
    ],
)
async def test_preview_of_what_is_no_post_says_why(site: Path, name: str, text: str | None, told: str) -> None:
    """A wrong path, a page, a broken post and a name that is no UTF-8 are each told in a sentence, with 1."""
    if text is not None:
        (site / "content" / name).write_text(text)
    ended = await linkbot("preview", f"content/{name}", cwd=site)
    assert ended.code == 1
    assert told in sentence(ended)
    assert ended.err.replace("\n", "").isprintable()


async def test_status_before_the_first_run_makes_nothing(site: Path) -> None:
    """A bot that has not run has no status, and asking makes none."""
    ended = await linkbot("status", cwd=site)
    assert ended.code == 1
    assert "has not run on this state directory yet" in sentence(ended)
    assert not (site / "state").exists()


async def test_status_while_it_runs_while_it_is_down_and_after_a_kill(bot: Bot) -> None:
    """Whether the service runs is told right, also where it could not clean up; the rest is told either way."""
    await bot.start()
    assert "service     running since 20" in (await bot.linkbot("status")).out
    assert (await bot.status())["running"] is True
    await bot.kill()
    after = await bot.linkbot("status")
    assert "service     not running; the last one began 20" in after.out
    assert "posts       2 indexed\n" in after.out
    await bot.start()
    assert (await bot.status())["running"] is True
    await bot.stop()
    told = await bot.status()
    assert told["running"] is False
    assert told["last_scan"]["files"] == 2


# Announcing


async def test_announce_before_the_first_run_makes_nothing(site: Path) -> None:
    """Without a catalog there is nothing to announce, and none is made: the first run is still to come."""
    for arguments in (("--latest", "1"), ("--latest", "1", "--dry-run"), ("content/docs/post.md",)):
        ended = await linkbot("announce", *arguments, cwd=site)
        assert ended.code == 1
        assert "has not run on this state directory yet" in sentence(ended)
    assert not (site / "state").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what to announce"),
        (("--latest", "1", "--held"), "say what to announce"),
        (("--latest", "1", "--drop"), "--drop goes with --held"),
        (("content",), "content is a folder"),
        (("content/docs",), "content/docs is a folder"),
        (("config/bot.yaml",), "config/bot.yaml is not in the content directory"),
        (("/nowhere/x.md",), "/nowhere/x.md is not in the content directory"),
        ((os.fsdecode(b"content/latin\xe9.md"),), "is no UTF-8"),
    ],
)
async def test_announce_of_what_cannot_be_meant_is_a_usage_error(
    site: Path, arguments: tuple[str, ...], told: str
) -> None:
    """Nothing to announce, two things at once, a folder, a file elsewhere: each is told with 2."""
    (site / os.fsdecode(b"content/latin\xe9.md")).write_text("")
    ended = await linkbot("announce", *arguments, cwd=site)
    assert ended.code == 2
    assert told in sentence(ended)


async def test_announce_through_the_running_service(bot: Bot) -> None:
    """What is asked for stands at once, in the channels that take it; what was done before is told and not repeated."""
    await bot.start()
    dry = await bot.linkbot("announce", "--latest", "2", "--dry-run")
    assert dry.out.splitlines() == [
        "docs/old.md: would be announced in news, other",
        "docs/newer.md: would be announced in news; not in other (tags.any: at least one of other; the post has none)",
        "news: 2 posts in 1 message",
        "other: 1 post in 1 message; tags.any keeps 1 out",
        "in all: 2 posts chosen, 3 announcements in 2 messages; in a forum each post is a thread of its own",
    ]
    ended = await bot.linkbot("announce", "--latest", "1")
    assert (ended.code, ended.out, ended.err) == (0, "docs/newer.md: to be announced in news\n", "")
    await bot.stands("Newer")
    await bot.has_sent_everything()
    again = await bot.linkbot("announce", "docs/newer.md")
    assert again.out == "docs/newer.md: nothing to do: it is sent in news\n"
    await bot.linkbot("announce", str(bot.site.root / "docs/old.md"), "--channel", str(OTHER))
    await bot.stands("Old", OTHER)
    await bot.has_no_more_to_say()
    assert (bot.times("Newer"), bot.times("Old"), bot.times("Old", OTHER)) == (1, 0, 1)
    assert bot.discord.invalid_requests == []


async def test_announce_without_a_service_is_sent_at_its_next_start(bot: Bot, tmp_path: Path) -> None:
    """Without a service it is planned, as the answer says; --dry-run plans nothing; a path may be relative to here."""
    await bot.start()
    await bot.stop()
    dry = await linkbot("announce", "content/docs/old.md", "--dry-run", "--config", bot.config, cwd=tmp_path)
    assert dry.out.startswith("docs/old.md: would be announced in news, other\n")
    assert await bot.states() == {}
    ended = await linkbot("announce", "content/docs/old.md", "--config", bot.config, cwd=tmp_path)
    assert ended.out.splitlines() == [
        "docs/old.md: to be announced in news, other",
        f"no service is running: what is to be announced is sent when one starts (`linkbot run --config {bot.config}`)",
    ]
    assert await bot.states() == {DeliveryState.PENDING: 1}
    await bot.start()
    await bot.stands("Old", NEWS, OTHER)
    await bot.has_sent_everything()


async def test_two_announces_at_once_both_get_their_turn(bot: Bot) -> None:
    """With a service and without one, two at the same time plan each post once and both are answered."""
    await bot.start()
    await bot.stop()
    for again in (False, True):
        answers = await asyncio.gather(*(bot.linkbot("announce", "--latest", "2") for _ in range(3)))
        assert [answer.code for answer in answers] == [0, 0, 0], answers
        planned = [line for answer in answers for line in answer.out.splitlines() if ": to be announced in" in line]
        assert len(planned) == (0 if again else 2)
        if not again:
            await bot.start()
            await bot.has_sent_everything()
    assert (bot.times("Old"), bot.times("Newer")) == (1, 1)


async def refused(bot: Bot, path: str, title: str) -> str:
    """Write a post that Discord refuses; the number of its delivery."""
    invalid = {"code": 50035, "message": "Invalid Form Body", "errors": {}}
    fault = bot.discord.faults.add("POST", f"/channels/{NEWS}/messages", "status", status=400, body=invalid)
    bot.site.write(path, title)
    await fault.reached()

    async def told() -> bool:
        return bool((await bot.status())["held_up"])

    await bot.until(told, "status tells of it")
    (held,) = (await bot.status())["held_up"]
    assert (held["post"], held["state"]) == (path, "refused")
    return str(held["delivery"])


async def test_resolve_through_the_running_service(bot: Bot) -> None:
    """What is to be sent again stands moments later, and what is resolved once cannot be resolved again."""
    await bot.start()
    number = await refused(bot, "docs/bad.md", "Mended")
    assert f"`linkbot resolve {number} --resend --config {bot.config}`" in (await bot.linkbot("status")).out
    ended = await bot.linkbot("resolve", number, "--resend")
    assert (ended.code, ended.out, ended.err) == (0, "docs/bad.md in news: to be sent again\n", "")
    await bot.stands("Mended", seconds=20)  # sooner than a lane looks by itself
    await bot.has_sent_everything()
    again = await bot.linkbot("resolve", number, "--drop")
    assert again.code == 2
    assert "(docs/bad.md in news) is sent; only" in sentence(again)
    assert bot.times("Mended") == 1


async def test_resolve_without_a_service(bot: Bot) -> None:
    """A person's word is recorded where no service runs; what is to be sent again is sent by the next start."""
    await bot.start()
    dropped = await refused(bot, "docs/dropped.md", "Dropped")
    assert (await bot.linkbot("resolve", dropped, "--drop")).out == "docs/dropped.md in news: dropped\n"
    found = await refused(bot, "docs/found.md", "Found")
    assert (await bot.linkbot("resolve", found, "--sent", "1300000000000000001")).code == 0
    again = await refused(bot, "docs/again.md", "Again")
    await bot.stop()
    assert (await bot.linkbot("resolve", again, "--resend")).out.splitlines() == [
        "docs/again.md in news: to be sent again",
        f"no service is running: what is to be announced is sent when one starts (`linkbot run --config {bot.config}`)",
    ]
    assert await bot.states() == {DeliveryState.DROPPED: 1, DeliveryState.SENT: 1, DeliveryState.PENDING: 1}
    await bot.start()
    await bot.has_no_more_to_say()
    assert (bot.times("Again"), bot.times("Dropped"), bot.times("Found")) == (1, 0, 0)


async def test_resolve_before_the_first_run_makes_nothing(site: Path) -> None:
    """Without a catalog there is nothing to resolve, and none is made."""
    ended = await linkbot("resolve", "1", "--drop", cwd=site)
    assert ended.code == 1
    assert "has not run on this state directory yet" in sentence(ended)
    assert not (site / "state").exists()


async def test_held_posts_wait_for_a_person(bot: Bot) -> None:
    """More new posts than hold_above stand nowhere until --held lets them go, or --held --drop takes them in."""
    bot.configure(announce={"hold_above": 1})
    await bot.start()
    bot.site.write_at_once("one", ["First", "Second"])
    await bot.has_taken_in_everything()
    assert "! 2 posts are held" in (await bot.linkbot("status")).out
    assert (await bot.linkbot("announce", "--held", "--drop")).code == 0
    bot.site.write_at_once("two", ["Third", "Fourth"])
    await bot.has_taken_in_everything()
    ended = await bot.linkbot("announce", "--held")
    assert ended.out == "two/0000.md: to be announced in news\ntwo/0001.md: to be announced in news\n"
    await bot.stands("Third")
    await bot.stands("Fourth")
    assert (await bot.linkbot("announce", "--held")).out == "no post is held\n"
    standings = await bot.catalog(lambda tables: tables.posts.count_by_standing())
    assert standings == {Standing.ANNOUNCED: 2, Standing.INDEXED: 4}
    assert bot.times("First") == 0


async def test_a_post_that_was_not_read_yet_is_told_as_such(bot: Bot) -> None:
    """A file that is there but unknown is no mistake in the path: the service takes it in by itself."""
    await bot.start()
    await bot.stop()
    bot.site.write("docs/late.md", "Late")
    ended = await bot.linkbot("announce", "docs/late.md")
    assert ended.code == 2
    assert sentence(ended).startswith("docs/late.md is there, but the bot has not read it yet")
    ended = await bot.linkbot("announce", "docs/typo.md")
    assert ended.code == 2
    assert sentence(ended).startswith("there is no docs/typo.md in the content directory")


async def test_a_service_that_hangs_is_not_waited_for_beyond_ctrl_c(bot: Bot, tmp_path: Path) -> None:
    """Whoever waits for a service that is stopped by a debugger can leave with Ctrl+C."""
    await bot.start()
    bot.send_signal(signal.SIGSTOP)
    try:
        async with running("announce", "--latest", "1", "--verbose", "--config", bot.config, cwd=tmp_path) as asking:
            await asking.until(lambda: "asyncio" in asking.err, "it asks")
            assert (await asking.stop(signal.SIGINT)).code == 130
    finally:
        bot.send_signal(signal.SIGCONT)


# Copies


async def test_a_backup_is_whole_while_it_runs_and_while_it_is_down(bot: Bot, tmp_path: Path) -> None:
    """The copy is one file that SQLite finds in order and that holds every post."""
    await bot.start()
    for name in ("running", "down"):
        ended = await linkbot("backup", f"{name}.sqlite3", "--config", bot.config, cwd=tmp_path)
        assert ended.code == 0, ended.err
        assert ended.out.startswith(f"{name}.sqlite3: a consistent copy of the catalog, ")
        copy = sqlite3.connect(tmp_path / f"{name}.sqlite3")
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM posts").fetchone() == (2,)
        copy.close()
        if name == "running":
            await bot.stop()
    assert databases(tmp_path) == {"running.sqlite3", "down.sqlite3"}


def databases(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.sqlite3*")}


async def test_a_backup_can_be_put_back(bot: Bot, tmp_path: Path) -> None:
    """A copy in the place of the catalog is the catalog: nothing is announced again."""
    await bot.start()
    await bot.linkbot("announce", "--latest", "1")
    await bot.stands("Newer")
    await bot.has_sent_everything()
    await bot.linkbot("backup", str(tmp_path / "copy"))
    await bot.stop()
    for file in (tmp_path / "state").glob("linkbot.sqlite3*"):
        file.unlink()
    (tmp_path / "copy").rename(tmp_path / "state/linkbot.sqlite3")
    await bot.start()
    await bot.has_no_more_to_say()
    assert (bot.times("Newer"), bot.times("Old")) == (1, 0)


async def test_a_backup_never_overwrites_and_says_what_fails(bot: Bot, tmp_path: Path) -> None:
    """A target that is there, be it a dangling link, stays; one that cannot be written is a sentence."""
    await bot.start()
    (tmp_path / "there").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    targets = {"there": 2, "link": 2, ".": 2, "no/folder/x": 2, "x" * 300: 1}
    copies = await asyncio.gather(
        *(linkbot("backup", target, "--config", bot.config, cwd=tmp_path) for target in targets)
    )
    assert [ended.code for ended in copies] == list(targets.values())
    assert all(target in sentence(ended) for target, ended in zip(targets, copies, strict=True))
    assert (tmp_path / "there").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


async def test_a_backup_before_the_first_run_is_a_sentence(site: Path) -> None:
    """There is nothing to copy, and nothing is made."""
    ended = await linkbot("backup", "copy", cwd=site)
    assert ended.code == 1
    assert "has not run on this state directory yet" in sentence(ended)
    assert not (site / "copy").exists()
    assert not (site / "state").exists()
