"""``linkbot check --online``: what Discord says, as findings of the check, each at its place in the settings."""

import dataclasses
from pathlib import Path

from bot.discord_app import online_check
from bot.discord_app.online_check_asking import ANSWER_SECONDS
from bot.discord_app.online_check_records import Finding as OnlineFinding
from bot.ops.check_records import CheckReport, Finding, OfDiscord, Rule
from bot.problems import ExitCode, LinkbotError, TokenRefusedError
from bot.settings import Settings, place_of_setting, setting_name

__all__ = ["with_discord"]

UNKNOWN_TOKEN = OnlineFinding(
    "error",
    (),
    "Discord does not know the token",
    "make a new one at https://discord.com/developers/applications (Bot, Reset Token), and put it where DISCORD_TOKEN"
    " or DISCORD_TOKEN_FILE says",
)


async def with_discord(
    report: CheckReport,
    settings: Settings,
    config: Path,
    token: str,
    *,
    strict: bool = False,
    answer_seconds: float = ANSWER_SECONDS,
) -> CheckReport:
    """Ask Discord whether all is there as `settings`, which stand in `config`, want it, and add that to `report`.

    A problem in Discord makes the exit code PROBLEM; so does a notice, if `strict`. It is TOKEN_REFUSED for a `token`
    that Discord does not know, and stays CONFIGURATION for settings with ids that are still those of the example.
    Each answer may take `answer_seconds`.
    """
    try:
        told = await online_check.check_online(settings, token, answer_seconds)
    except TokenRefusedError as error:
        return _failed(report, error, _placed(UNKNOWN_TOKEN, config))
    except LinkbotError as error:
        where = ("discord", "api_url")
        fix = "look at the network and at discord.api_url, and check again"
        return _failed(report, error, _placed(OnlineFinding("error", where, str(error), fix), config))
    known = {(problem.line, problem.field) for problem in report.problems if problem.rule is Rule.SETTINGS}
    placed = (_placed(finding, config) for finding in told.findings)
    findings = sorted((each for each in placed if (each.line, each.field) not in known), key=_line)
    problems = [finding for finding in findings if finding.rule is Rule.DISCORD]
    notices = [finding for finding in findings if finding.rule is Rule.DISCORD_NOTICE]
    return dataclasses.replace(
        report,
        problems=(*report.problems, *problems),
        notices=(*notices, *report.notices),
        exit_code=max(report.exit_code, ExitCode.PROBLEM if problems or (strict and notices) else ExitCode.OK),
        discord=OfDiscord(told.fine, told.invite, told.channels, told.misses_channel),
    )


def _failed(report: CheckReport, error: LinkbotError, finding: Finding) -> CheckReport:
    """The report with the reason why Discord told nothing."""
    return dataclasses.replace(
        report, problems=(*report.problems, finding), exit_code=max(report.exit_code, error.exit_code)
    )


def _placed(finding: OnlineFinding, config: Path) -> Finding:
    rule = Rule.DISCORD if finding.severity == "error" else Rule.DISCORD_NOTICE
    line, column = (place_of_setting(config, finding.where) if finding.where else None) or (None, None)
    return Finding(rule, str(config), line, column, setting_name(finding.where) or None, finding.what, finding.fix)


def _line(finding: Finding) -> int:
    return finding.line or 0
