"""``linkbot check --online``: what Discord says, as findings of the check, each at its place in the settings."""

import dataclasses
from pathlib import Path

from bot.discord_app import online_check
from bot.discord_app.online_check_asking import ANSWER_SECONDS
from bot.discord_app.online_check_records import Finding as OnlineFinding
from bot.ops.check_records import CheckReport, Finding, OfDiscord, Rule
from bot.problems import ExitCode
from bot.settings import Settings, place_of_setting, setting_name

__all__ = ["with_discord"]


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

    A problem in Discord makes the exit code PROBLEM; so does a notice, if `strict`.

    Raises:
        TokenRefusedError: Discord does not know `token`.
        LinkbotError: Discord cannot be reached; each answer may take `answer_seconds`.
    """
    told = await online_check.check_online(settings, token, answer_seconds)
    problems = [_placed(finding, config) for finding in told.findings if finding.severity == "error"]
    notices = [_placed(finding, config) for finding in told.findings if finding.severity == "notice"]
    return dataclasses.replace(
        report,
        problems=(*problems, *report.problems),
        notices=(*notices, *report.notices),
        exit_code=ExitCode.PROBLEM if problems or (strict and notices) else report.exit_code,
        discord=OfDiscord(told.fine, told.invite),
    )


def _placed(finding: OnlineFinding, config: Path) -> Finding:
    rule = Rule.DISCORD if finding.severity == "error" else Rule.DISCORD_NOTICE
    line, column = (place_of_setting(config, finding.where) if finding.where else None) or (None, None)
    return Finding(rule, str(config), line, column, setting_name(finding.where) or None, finding.what, finding.fix)
