"""The token is planted wherever something can fail, and then looked for in all that the bot writes."""

import asyncio
import json
import re
import socket
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.ops.live import LiveRequest
from bot.ops.requests import to_line
from bot.problems import ExitCode, SettingsError
from bot.rehearsal.standin import REHEARSAL_TOKEN
from bot.settings import load_settings
from tests.support.cli_process import linkbot
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged
from tests.support.end_to_end_process import PROJECT, RUN, environment
from tests.support.health_asking import ask

ECHO = f"You sent: Authorization: Bot {REHEARSAL_TOKEN}"
OF_THE_TOKEN = (REHEARSAL_TOKEN, REHEARSAL_TOKEN.rpartition(".")[2])
OTHER_TOKEN = "MTE0NDU2Nzg5MDEyMzQ1Njc4.G0cDe1.another-bots-signature_0123456789-abc"  # the shape of one, of no bot
PARTS = (OTHER_TOKEN[:40], OTHER_TOKEN[-20:])
INTERACTION = re.compile(r"^/(?:webhooks|interactions)/\d+/([^/]+)")

# The service without patience, so that nothing is waited for.
HASTY = """
import sys
from datetime import timedelta
from bot import cli
from bot.announcing import retry, upkeep
retry.Pauses.after_failure = lambda pauses: 0.05
upkeep.UpkeepPace.__init__.__defaults__ = (timedelta(seconds=0.05), 0.05)
sys.exit(cli.main())
"""
CRASHES = {
    "json": "from bot.announcing.intake import Intake; Intake._take_due = lambda self: fail()",
    "text": "import bot.service; bot.service.hold_lock = lambda *more: fail()",
}


class Told:
    """All that a bot wrote, to be looked through."""

    def __init__(self) -> None:
        self._places: list[tuple[str, bytes]] = []

    def take(self, where: str, what: str | bytes) -> None:
        """Remember what was written somewhere."""
        assert what, f"{where} says nothing, which proves nothing"
        self._places.append((where, what.encode() if isinstance(what, str) else what))

    def take_files(self, folder: Path) -> None:
        """Remember every file below a folder."""
        for file in folder.rglob("*"):
            if file.is_file() and file.stat().st_size:
                self.take(str(file), file.read_bytes())

    def places(self, *secrets: str) -> list[str]:
        """Where one of the secrets is."""
        return [where for where, what in self._places if any(secret.encode() in what for secret in secrets)]


def in_style(bot: Bot, *options: str) -> None:
    """Let the bot be started with these options of its log."""

    async def spawn(config: Path, log: Path, python: Sequence[str]) -> asyncio.subprocess.Process:
        with log.open("ab") as written:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, *(python or RUN), *options, "run", "--config", str(config)),
                cwd=PROJECT,
                env=environment(DISCORD_TOKEN=REHEARSAL_TOKEN),
                stdout=written,
                stderr=written,
            )

    bot._spawn = spawn


def events(log: str) -> list[dict[str, Any]]:
    """The log's lines, each of which is an object."""
    return [json.loads(line) for line in log.splitlines()]


async def live(state: Path) -> bytes:
    """What the running service answers over its socket."""
    reader, writer = await asyncio.open_unix_connection(state / "linkbot.sock")
    writer.write(to_line(LiveRequest()))
    answer = await reader.read()
    writer.close()
    return answer


async def fail_in_every_way(bot: Bot) -> None:
    """Let each kind of request fail with an answer that repeats what it was authorised by, and then work."""
    create, faults = f"/channels/{NEWS}/messages", bot.discord.faults
    faults.add("POST", create, "status", status=400, body={"code": 50035, "message": ECHO})
    bot.site.write("docs/refused.md", "Refused")
    await bot.until(lambda: "is refused by Discord" in bot.log, "a message is refused")
    faults.add("POST", create, "status", status=500, body=ECHO)
    faults.add("POST", create, "status", status=403, body={"code": 50013, "message": ECHO})
    faults.add("POST", create, "status", status=418, body=ECHO)
    bot.site.write("docs/x.md", "X")
    await bot.stands("X")
    faults.add("PATCH", f"{create}/*", "status", status=400, body={"code": 50035, "message": ECHO})
    bot.site.write("docs/x.md", "X edited")
    await bot.until(lambda: "stays as it is" in bot.log, "an edit is refused")
    faults.add("POST", "/interactions/**", "status", status=400, body={"code": 1, "message": ECHO})
    await bot.discord.slash("latest", {})
    await bot.until(lambda: ", reference " in bot.log, "an answer failed")
    faults.clear()


async def test_the_token_is_nowhere(tmp_path: Path) -> None:
    """Whatever Discord's answers repeat of it, however much is logged: no log, file, page, answer or report has it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
    told = Told()
    async with staged(tmp_path, channels=({"id": NEWS, "name": "news"},)) as bot:
        in_style(bot, "--verbose")
        bot.configure(health={"listen": base.removeprefix("http://")})
        bot.discord.faults.add("GET", "/users/@me", "status", status=503, body=ECHO)
        bot.discord.faults.add("PUT", "/applications/**", "status", status=400, body={"code": 1, "message": ECHO})
        await bot.start("-c", HASTY)
        await fail_in_every_way(bot)
        for path in ("/healthz", "/readyz", "/metrics"):
            told.take(path, (await ask(base, path)).text)
        told.take("socket", await live(tmp_path / "state"))
        commands = (
            ("status",),
            ("status", "--json"),
            ("check", "--online"),
            ("preview", str(bot.site.root / "docs/x.md")),
        )
        ended = await asyncio.gather(*(bot.linkbot(*words, DISCORD_TOKEN=REHEARSAL_TOKEN) for words in commands))
        for command, each in zip(commands, ended, strict=True):
            told.take(" ".join(command), each.out + each.err)
        told.take_files(tmp_path / "state")
        await bot.stop()
        told.take_files(tmp_path / "state")
        told.take("log", bot.log)
        assert "(token hidden)" in bot.log
        assert "has returned 200" in bot.log  # discord.py's debug log
        answered = [match[1] for each in bot.discord.requests if (match := INTERACTION.match(each.path))]
        assert answered
        assert told.places(*OF_THE_TOKEN, *answered) == []
        assert str(tmp_path / "state/linkbot.sqlite3") in told.places("(token hidden)")  # why a post is refused
        life_of_a_post(events(bot.log))


def life_of_a_post(log: Iterable[dict[str, Any]]) -> None:
    """One field finds all of a post: planned, in doubt, sent, changed, left; with channel, delivery, message."""
    steps = [each for each in log if each.get("post") == "docs/x.md"]
    texts = [re.sub(r"\d{5,}", "…", each["event"]) for each in steps]
    assert texts[0] == "To be announced: 'docs/x.md' in news"
    assert texts[1].startswith("channel news: whether 'docs/x.md' was announced nobody can tell yet: ")
    assert texts[2:4] == ["news: announced 'docs/x.md' in message …", "Changed: 'docs/x.md'"]
    assert texts[4].startswith("news: 'docs/x.md' in message … stays as it is")
    sent, left = steps[2], steps[4]
    assert (sent["level"], sent["logger"]) == ("info", "bot.announcing.lane")
    assert (sent["channel"], sent["channel_id"]) == ("news", str(NEWS))
    assert (sent["message_id"], sent["delivery"]) == (left["message_id"], left["delivery"])
    assert 0 <= sent["seconds"] < 60


@pytest.mark.parametrize("style", CRASHES)
async def test_a_crash_does_not_show_it(tmp_path: Path, style: str) -> None:
    """A mistake in the bot, in a task or before there is one, ends with 1 and a traceback without the token."""
    code = f"def fail(): raise RuntimeError({ECHO!r})\n{CRASHES[style]}\nsys.exit(bot.cli.main())"
    async with staged(tmp_path) as bot:
        in_style(bot)
        await bot.launch("-c", f"import sys, bot.cli\nsys.argv += ['--log-format', {style!r}]\n{code}")
        assert await bot.exits() == ExitCode.PROBLEM
        log = bot.log
        told = Told()
        told.take_files(tmp_path / "state")
        told.take("log", log)
        (tmp_path / "bot.log").unlink()  # whose traceback was asked for
    assert "Traceback (most recent call last)" in log
    assert "RuntimeError: You sent: Authorization: Bot (token hidden)" in log
    if style == "json":
        assert events(log)[-1]["level"] == "critical"
    assert told.places(*OF_THE_TOKEN) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"discord": {"token": OTHER_TOKEN}},
        {OTHER_TOKEN: 1, "channels": OTHER_TOKEN},
        {"channels": [{"id": OTHER_TOKEN, "name": [OTHER_TOKEN]}, {"id": OTHER, OTHER_TOKEN: OTHER_TOKEN}]},
        {"channels": [{"id": OTHER, "tags": OTHER_TOKEN}], "announce": {"order": OTHER_TOKEN}},
        {"discord": {"api_url": f"ftp://{OTHER_TOKEN}@example.org/{OTHER_TOKEN}"}, "health": {"listen": OTHER_TOKEN}},
    ],
)
def test_mistakes_in_the_settings_do_not_show_it(tmp_path: Path, settings: dict[str, Any]) -> None:
    """A token that somebody wrote into the settings, as key or value, is not in what is said about that."""
    file = tmp_path / "bot.yaml"
    file.write_text(json.dumps(settings), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load_settings(file)
    assert not any(part in str(refused.value) for part in PARTS)


@pytest.mark.parametrize(
    "words", [("run", OTHER_TOKEN), (OTHER_TOKEN,), ("run", "--log-format", OTHER_TOKEN), ("run", f"--{OTHER_TOKEN}")]
)
def test_a_command_line_that_has_it_does_not_show_it(words: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A token that was given as an argument is not repeated in what is wrong with it."""
    with pytest.raises(SystemExit):
        main(words)
    written = capsys.readouterr().err
    assert "usage: linkbot" in written
    assert not any(part in written for part in PARTS)


async def test_a_token_in_the_wrong_place_is_not_repeated(tmp_path: Path) -> None:
    """Who gives it badly is told so without it, in a process of its own and as JSON."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/bot.yaml").write_text(json.dumps({"channels": [{"id": NEWS}]}), encoding="utf-8")
    ways = ({"DISCORD_TOKEN": f"{OTHER_TOKEN} # ours"}, {"DISCORD_TOKEN_FILE": OTHER_TOKEN})
    for ended in await asyncio.gather(
        *(linkbot("run", "--log-format", "json", cwd=tmp_path, **variables) for variables in ways)
    ):
        (told,) = events(ended.err)
        assert (ended.code, told["exit_code"], told["level"]) == (78, 78, "critical")
        assert "DISCORD_TOKEN" in told["event"]
        assert not any(part in ended.out + ended.err for part in PARTS)
