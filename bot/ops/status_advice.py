"""What of a `Status` a person should look at, in sentences, with what to do."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.announcing.scan_notes import CONTENT
from bot.announcing.troubles import Trouble
from bot.catalog.records import DeliveryState, HeldUp, Standing
from bot.ops.moments import moment
from bot.ops.status import Status
from bot.ops.status_lines import channel_name, in_force
from bot.ops.why_waiting import of_channel

__all__ = ["advice"]

MOST_LINES = 20  # of one sort; the JSON has them all
SETTINGS = "settings"
LOOK = {
    DeliveryState.UNKNOWN: (
        "look into the channel whether it stands there: `linkbot resolve {0} --sent MESSAGE_ID` says that it does,"
        " `linkbot resolve {0} --resend` sends it, `linkbot resolve {0} --drop` leaves it"
    ),
    DeliveryState.REFUSED: (
        "Discord will not take it as it is: `linkbot resolve {0} --resend` tries it again once it is mended,"
        " `linkbot resolve {0} --drop` leaves it, `linkbot resolve {0} --sent MESSAGE_ID` says that you posted it"
    ),
}


def advice(status: Status) -> Iterator[str]:
    """What does not work, what waits for a person, and what is wrong in the content directory."""
    yield from _last_service(status)
    if status.baseline_at is None:
        indexing = "what is in the content directory is being indexed" if status.running else "start the service"
        yield f"the first run is not done: {indexing}"
    yield from _settings(status)
    yield from _troubles(status)
    if status.outage is not None:
        since = moment(datetime.fromisoformat(status.outage["since"]))
        yield f"{status.outage['reason']} (since {since}); work goes on when it is back"
    if held := status.posts.get(Standing.HELD, 0):
        yield (
            f"{held:,} {'post is' if held == 1 else 'posts are'} held: `linkbot announce --held` announces,"
            " `linkbot announce --held --drop` takes in without announcing"
        )
    yield from _in_doubt(status)
    yield from _some([_held_up(status, held) for held in status.held_up], "`linkbot status --json` lists all")
    yield from _some(list(map(str, status.problems)), "`linkbot check` lists all")


def _last_service(status: Status) -> Iterator[str]:
    """What the service before this moment left behind, while none runs."""
    if status.backup_at is not None:
        yield (
            f"a backup of {moment(status.backup_at)} was put in the place of the catalog, so all this is as it was"
            " then: the next start announces nothing of what came since (`linkbot run`)"
        )
    elif not status.running and status.service is not None and "ended" not in status.service:
        yield (
            "the last service did not end in good order (killed, crashed, or the machine went down): look at its log,"
            " then start it again (`linkbot run`)"
        )


def _settings(status: Status) -> Iterator[str]:
    if any(trouble.where == SETTINGS for trouble in status.troubles):
        return
    if status.source.refused is not None:
        those = "the service works with those before them" if status.running else "no service can start with them"
        yield f"the settings cannot be used, {those}: {_one_line(status.source.refused)}"
    elif not in_force(status):
        yield (
            f"{status.source.file} says something else than the settings in force: the service takes it within seconds"
            " if it was started with this file, else it works with another one"
        )


def _troubles(status: Status) -> Iterator[str]:
    reasons = () if status.live is None else status.live.reasons
    told = {trouble.where for trouble in status.troubles}
    for trouble in (*status.troubles, *(reason for reason in reasons if reason.where not in told)):
        if trouble.where != CONTENT or status.outage is None:  # which says the same, and can be had without the service
            said = f"{trouble.where}: {_one_line(trouble.what)} (since {moment(trouble.since)})"
            yield f"{said}{_when_mended(status, trouble)}"


def _when_mended(status: Status, trouble: Trouble) -> str:
    """What a person does who mended in Discord what a channel refuses."""
    names = status.source.channel_names or {}
    called = [channel_id for channel_id, name in names.items() if trouble.where in of_channel(name)]
    if not trouble.is_refusal or len(called) != 1 or called[0] in status.paused:
        return ""
    return f"; once that is mended, `linkbot resume {called[0]}` tries it at once"


def _in_doubt(status: Status) -> Iterator[str]:
    """Of what the running service sends just now nothing need be said."""
    if not status.running:
        ends = "the last service ended in a request for it: the next start finds out whether it stands"
        lines = [f"{each.path} in {channel_name(status, each.channel_id)}: {ends}" for each in status.in_doubt]
        yield from _some(lines, "`linkbot status --json` lists all")


def _held_up(status: Status, held: HeldUp) -> str:
    where, what_to_do = channel_name(status, held.channel_id), LOOK[held.state].format(held.id)
    guild_id = None if status.live is None else status.live.guild_ids.get(held.channel_id)
    link = "" if guild_id is None else f" (https://discord.com/channels/{guild_id}/{held.channel_id})"
    return f"{held.path} in {where}{link} is {held.state}: {held.reason}; {what_to_do}"


def _some(lines: Sequence[str], where_all_are: str) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"and {len(lines) - MOST_LINES:,} more like these: {where_all_are}"


def _one_line(text: str) -> str:
    return "; ".join(text.splitlines())
