"""``linkbot check --online``: what Discord says, as part of the check."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.command_line.check import carry_out
from bot.command_line.parser import parse
from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.ops.check import check
from bot.ops.check_formats import FORMATS
from bot.ops.check_online import with_discord
from bot.ops.check_records import CheckReport, Rule
from bot.problems import ExitCode, SettingsProblem, UsageError
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn, StandInApplication, StandInChannel
from bot.settings import DiscordSettings, load_settings
from tests.support.cli_process import linkbot

LINKS, GONE = 1_200_000_000_000_000_001, 1_200_000_000_000_000_002
SETTINGS = """\
content:
  directory: content
discord:
  api_url: {api_url}
channels:
  - id: {links}
    name: links
"""
WRONG = """\
    publish: true
  - name: nowhere
    id: {gone}
commands:
  guilds: [{gone}]
"""


@pytest.fixture
async def stand_in() -> AsyncIterator[StandIn]:
    """A server with one channel, and discord.py as it was at the end."""
    async with StandIn([StandInChannel(LINKS, "links")]) as running:
        yield running
    point_discord_at(DEFAULT_API_URL, None)


@pytest.fixture
def config(stand_in: StandIn, tmp_path: Path) -> Path:
    """Settings that are right, beside a content directory with nothing in it."""
    (tmp_path / "content").mkdir()
    file = tmp_path / "bot.yaml"
    file.write_text(SETTINGS.format(api_url=stand_in.api_url, links=LINKS))
    return file


def spoil(config: Path) -> None:
    """Add to the settings what Discord cannot fulfil."""
    config.write_text(config.read_text() + WRONG.format(gone=GONE))


def replace(config: Path, old: str, new: str) -> None:
    """Change the settings by hand."""
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))


async def checked(config: Path, token: str = REHEARSAL_TOKEN) -> CheckReport:
    """The report, with what Discord says."""
    settings = load_settings(config)
    return await with_discord(check(settings, (), (), config=config), settings, config, token)


async def test_findings_of_discord_stand_at_their_settings(config: Path) -> None:
    """What Discord says is wrong is a problem like any other, at the line of the setting that it is about."""
    spoil(config)
    report = await checked(config)
    assert report.exit_code is ExitCode.PROBLEM
    assert [(problem.rule, problem.line, problem.column, problem.field) for problem in report.problems] == [
        (Rule.DISCORD, 8, 14, "channels[0].publish"),
        (Rule.DISCORD, 10, 9, "channels[1].id"),
        (Rule.DISCORD, 12, 12, "commands.guilds[0]"),
    ]
    assert {problem.file for problem in report.problems} == {str(config)}
    assert {problem.rule.severity for problem in report.problems} == {"error"}


async def test_what_is_fine_and_the_invite_link_stand_in_every_format(stand_in: StandIn, config: Path) -> None:
    """People, programs and GitHub are told what is as it should be, and how to invite the bot."""
    report = await checked(config)
    assert report.exit_code is ExitCode.OK
    assert report.discord is not None
    for name, write in FORMATS.items():
        written = write(report)
        assert "#links in Rehearsal: text channel, all permissions" in written, name
        assert f"https://discord.com/oauth2/authorize?client_id={stand_in.world.bot.id}" in written, name
    assert json.loads(FORMATS["json"](report))["discord"]["invite"] == report.discord.invite


async def test_a_notice_of_discord_is_no_problem(stand_in: StandIn, config: Path) -> None:
    """What is only worth knowing leaves the exit code as it was."""
    stand_in.world.application = StandInApplication(flags=1 << 18)
    report = await checked(config)
    assert report.exit_code is ExitCode.OK
    assert [notice.rule for notice in report.notices] == [Rule.DISCORD_NOTICE]
    assert (report.notices[0].line, report.notices[0].field) == (None, None)


async def test_discord_that_is_not_reached_is_a_problem_of_its_address(config: Path) -> None:
    """Where Discord cannot be asked, the report says so at the setting, and exit codes agree in every format."""
    settings = load_settings(config)
    away = settings.model_copy(update={"discord": DiscordSettings(api_url="http://127.0.0.1:9/api/v10")})
    report = await with_discord(check(settings, (), (), config=config), away, config, REHEARSAL_TOKEN)
    (problem,) = report.problems
    assert (problem.line, problem.field) == (4, "discord.api_url")
    assert "Discord could not be asked at http://127.0.0.1:9/api/v10" in problem.what
    assert json.loads(FORMATS["json"](report))["exit_code"] == 1


async def test_where_a_channel_is_not_found_others_are_offered(stand_in: StandIn, config: Path) -> None:
    """Who named a channel that is not there can paste one that is; else only --all and JSON list them."""
    stand_in.world.add_channel(StandInChannel(GONE, "🔥 no", "forum"))
    report = await checked(config)
    offer = f'  - {{id: {GONE}, name: "🔥 no"}}  # forum'
    assert offer not in FORMATS["text"](report)
    assert offer in FORMATS["text"](report, everything=True)
    assert json.loads(FORMATS["json"](report))["discord"]["channels"] == [
        {"id": str(LINKS), "name": "links", "kind": "text channel", "server": "Rehearsal", "in_settings": True},
        {"id": str(GONE), "name": "🔥 no", "kind": "forum", "server": "Rehearsal", "in_settings": False},
    ]
    replace(config, str(LINKS), "1200000000000000009")
    told = FORMATS["text"](await checked(config))
    assert "Channels that the bot sees in Rehearsal" in told
    assert f"  - {{id: {LINKS}, name: links}}  # text channel" in told
    assert offer in told
    replace(config, "  - id: 1200000000000000009\n    name: links", offer)
    assert load_settings(config).channels[0].id == GONE


async def test_ids_of_the_example_are_told_once(config: Path) -> None:
    """Who has just copied the example is shown the channels and told of the id once; the exit code stays 78."""
    replace(config, str(LINKS), "123456789012345678")
    mistake = SettingsProblem(str(config), 6, "channels[0].id", "this is still the channel id of the example", "x", 9)
    settings = load_settings(config, for_rehearsal=True)
    before = check(settings, [mistake], (), config=config)
    report = await with_discord(before, settings, config, REHEARSAL_TOKEN)
    assert report.problems == before.problems
    assert report.exit_code is ExitCode.CONFIGURATION
    assert f"{{id: {LINKS}, name: links}}" in FORMATS["text"](report)


async def test_a_refused_token_is_a_problem_with_a_code_of_its_own(config: Path) -> None:
    """A token that Discord does not know ends the check with 77, and says where to get another one."""
    report = await checked(config, "some.other.token")
    assert report.exit_code is ExitCode.TOKEN_REFUSED
    assert "bot.yaml: error: Discord does not know the token; make a new one" in FORMATS["text"](report)


def test_what_it_takes_to_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a token all else is checked, and the exit code is 78 as for the service; without settings it makes no
    sense."""
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "broken.md").write_text("---\ntitle: 'x\n---\n")
    (tmp_path / "bot.yaml").write_text(SETTINGS.format(api_url="http://127.0.0.1:9/api/v10", links=LINKS))
    assert carry_out(parse(["check", "--online", "--config", "bot.yaml"])) == 78
    told = capsys.readouterr().out
    assert "content/broken.md:2:8: error:" in told
    assert "bot.yaml: error: Discord could not be asked: there is no token; set DISCORD_TOKEN" in told
    assert "without --online" in told
    example = SETTINGS.format(api_url="https://discord.com/api/v10", links=123456789012345678)
    (tmp_path / "bot.yaml").write_text(example)
    assert carry_out(parse(["check", "--online", "--config", "bot.yaml"])) == 78
    told = capsys.readouterr().out
    assert "this is still the channel id of the example" in told
    assert "Discord could not be asked: there is no token" in told
    with pytest.raises(UsageError, match="name them with --config"):
        carry_out(parse(["check", "--online", "content"]))


async def test_as_a_person_runs_it(stand_in: StandIn, config: Path) -> None:
    """Exit 0 and what is fine where all is well; 1 with the mend where it is not; nothing on standard error."""
    command = ("check", "--online", "--config", config)
    good = await linkbot(*command, cwd=config.parent, DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert (good.code, good.err) == (0, "")
    assert "#links in Rehearsal: text channel, all permissions" in good.out
    stand_in.set_denied(LINKS, {"embed_links"})
    bad = await linkbot(*command, cwd=config.parent, DISCORD_TOKEN=REHEARSAL_TOKEN)
    assert (bad.code, bad.err) == (1, "")
    assert "give the role Linkbot 'Embed Links' in #links (Edit Channel, Permissions)" in bad.out
