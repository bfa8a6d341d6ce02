"""The document about faults, as text."""

from collections.abc import Mapping, Sequence

from bot.catalog.records import DeliveryState
from tests.support.end_to_end_faults import KINDS, Ending, Misfortune

__all__ = ["page"]

_INTRODUCTION = """\
# What becomes of a post when Discord or the network fails

`tests/end_to_end/test_fault_matrix.py` tries every line and writes this page; run it to write it anew.

The real courier and catalog announce one post in one channel, through an unmodified discord.py and real sockets, at the
stand-in for Discord. The fault strikes the request that creates the message, once; then Discord behaves. *Before
storing*: Discord did nothing of what was asked. *After storing*: the message stands, but the bot was not told so.
At the moment of the fault another channel gets something to send.

Edits, deletions and publishing are not on this page: to change a message twice is no harm, so after every fault they
are simply done again.

How to read `1: in doubt, sent (2)`:

- **1**: so many messages with the post stand in the end.
- **in doubt, sent**: what the bot made of each request, in order.
- **(2)**: so many requests that would have created the message, those that discord.py repeats by itself included;
  **(2 + 3)**: and three more to look for it.

| word | what the bot does |
| --- | --- |
| sent | records the message, and in the announcement channel publishes it |
| not now | certainly not created: tries again as soon as Discord allows |
| in doubt | nobody can tell: asks again with the same nonce, which makes no second message; in a forum it looks |
| found, not there | what a look into the forum's threads, the closed ones included, told: records it, or sends it |
| refused | Discord will never take it: keeps it for a person (`linkbot status`, `linkbot resolve`) |
| channel refuses | pauses this channel, tries again from 1 minute to 6 hours later (here at once), loses nothing |
| token refused, exit 77 | Discord does not know the token: the service ends; here it is started again |

*Other channels* `go on`: their posts are out before the struck channel makes its next request. `wait`: for as long as
Discord asks everybody to. `stop`: with the service.

"""

_LIES = """
A Discord that refuses a message and stores it all the same (4xx *after storing*) has not been seen; those lines are
there to show where the promise ends. A refusal is believed, so what was stored behind it is not known: after 400 the
post counts as refused although it stands, and after the others it is sent again. A repeated 429 is harmless wherever
there is a nonce. In all other lines no post is lost, and none stands twice.
"""


def page(rows: Sequence[tuple[Misfortune, Mapping[str, Ending]]]) -> str:
    """The whole document; `rows` have the endings by kind of channel."""
    heads = ["what happens", "", *KINDS, "other channels"]
    lines = [heads, ["---"] * len(heads), *(_row(misfortune, endings) for misfortune, endings in rows)]
    return _INTRODUCTION + "".join(f"| {' | '.join(cells)} |\n" for cells in lines) + _LIES


def _row(misfortune: Misfortune, endings: Mapping[str, Ending]) -> list[str]:
    others = "stop" if any("exit 77" in ending.way for ending in endings.values()) else _others(endings)
    when = "after storing" if misfortune.after else "before storing"
    return [misfortune.told, when, *(_told(endings[kind]) for kind in KINDS), others]


def _others(endings: Mapping[str, Ending]) -> str:
    return ", ".join(sorted({ending.bystander for ending in endings.values()}))


def _told(ending: Ending) -> str:
    more = f" + {ending.others}" if ending.others else ""
    unknown = ", unknown" if ending.state is DeliveryState.UNKNOWN else ""
    return f"{ending.stands}: {', '.join(ending.way)}{unknown} ({ending.creating}{more})"
