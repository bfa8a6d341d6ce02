"""What ``/linkbot status`` shows. Pure."""

import math
from collections.abc import Iterator, Sequence

from bot.catalog.records import HeldUp, Standing
from bot.content.post import PostProblem
from bot.discord_app.blocks import ago, blocks_embed, mention, shown
from bot.discord_app.language import Language
from bot.discord_app.management import ChannelReport, ServiceReport
from bot.discord_app.replies import Answer

__all__ = ["status_answer"]

_REASON = 300  # characters
_PATH = 150
_MOST_HELD_UP = 5
_MOST_PROBLEMS = 3


def status_answer(language: Language, report: ServiceReport, latency_seconds: float) -> Answer:
    """Return how the service and its channels are; what needs a person comes first.

    `latency_seconds` is how long Discord takes to answer; what is no finite number is not told.
    """
    held_up = [_held_up(language, held) for held in report.held_up[:_MOST_HELD_UP]]
    if more := len(report.held_up) - _MOST_HELD_UP:
        held_up += [language.say("more-of-these", count=more)] if more > 0 else []
    blocks = [
        *_alarms(language, report),
        *held_up,
        "\n".join(_service(language, report, latency_seconds)),
        *_followers(language, report),
        *(_channel(language, channel) for channel in report.channels),
    ]
    return Answer((blocks_embed(language, language.say("status-heading"), blocks),))


def _alarms(language: Language, report: ServiceReport) -> Iterator[str]:
    if report.content_gone_since is not None:
        yield language.say("status-content-gone", time=ago(report.content_gone_since))
    if report.catalog_fails_since is not None:
        yield language.say("status-catalog-fails", time=ago(report.catalog_fails_since))
    if report.problems:
        yield "\n".join(_problems(language, report.problems))


def _problems(language: Language, problems: Sequence[PostProblem]) -> Iterator[str]:
    yield language.say("status-problems", count=len(problems))
    for problem in problems[:_MOST_PROBLEMS]:
        yield f"▸ {shown(str(problem), _REASON)}"
    if (more := len(problems) - _MOST_PROBLEMS) > 0:
        yield language.say("status-more-problems", count=more)


def _held_up(language: Language, held: HeldUp) -> str:
    state = held.state
    return language.say(
        f"held-up-{state}",
        channel=mention(held.channel_id),
        post=shown(held.path, _PATH),
        reason=shown(held.reason, _REASON),
        number=str(held.id),
    )


def _service(language: Language, report: ServiceReport, latency_seconds: float) -> Iterator[str]:
    if report.since is not None:
        yield language.say("status-since", time=ago(report.since))
    if math.isfinite(latency_seconds):
        yield language.say("status-discord", milliseconds=round(1000 * latency_seconds))
    if report.scanned_at is None or report.files is None:
        yield language.say("status-no-scan")
    else:
        yield language.say("status-scan", time=ago(report.scanned_at), count=report.files)
    if report.indexed is not None:
        yield language.say("indexing", percent=int(100 * report.indexed))
    counts = [(standing, report.posts.get(standing, 0)) for standing in reversed(Standing)]
    told = [language.say(f"standing-{standing}", count=number) for standing, number in counts if number]
    if told:
        yield language.say("status-posts", posts=" · ".join(told))


def _followers(language: Language, report: ServiceReport) -> Iterator[str]:
    if report.followers_paused_since is not None:
        yield language.say("status-followers-paused", time=ago(report.followers_paused_since))


def _channel(language: Language, report: ChannelReport) -> str:
    lines = [mention(report.settings.id), " · ".join(_counts(language, report))]
    if report.paused_since is not None:
        lines.append(language.say("channel-paused", time=ago(report.paused_since)))
    lines += [
        language.say("channel-trouble", what=shown(what, _REASON), time=ago(since)) for what, since in report.troubles
    ]
    return "\n".join(lines)


def _counts(language: Language, report: ChannelReport) -> Iterator[str]:
    counts = report.counts
    yield language.say("channel-sent", count=counts.sent)
    if counts.oldest_waiting_at is not None:
        yield language.say("channel-waiting-since", count=counts.waiting, time=ago(counts.oldest_waiting_at))
    else:
        yield language.say("channel-waiting", count=counts.waiting)
    if counts.sleeping:
        yield language.say("channel-sleeping", count=counts.sleeping)
