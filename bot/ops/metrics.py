"""What `/metrics` tells: what the service counted while it ran, what the catalog counts, how the process is.

`docs/monitoring.md` lists all of it; a test compares. No label names a person, and none has more values than there are
channels, standings or states.
"""

import asyncio
import platform
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from prometheus_client import Info
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import DeliveryState, Standing
from bot.measures import REGISTRY
from bot.ops.counts import Counts
from bot.ops.live import Live
from bot.settings import Settings

__all__ = ["OPENMETRICS", "exposition", "families"]

OPENMETRICS = "application/openmetrics-text"
_OF_CHANNEL = ("channel", "channel_id")
_BUILD = Info("linkbot_build", "Which Linkbot this is, and on which Python it runs.", registry=REGISTRY)
_BUILD.info({"version": version("linkbot"), "python": platform.python_version()})
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

Labels = tuple[str, ...]


class _Families(Collector):
    """All that is told now."""

    def __init__(self, settings: Settings, live: Live | None, counts: Counts | None) -> None:
        self._settings = settings
        self._live = live
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """All of it, in the order in which it is listed."""
        yield from families(self._settings, self._live, self._counts)


def exposition(settings: Settings, live: Live | None, counts: Counts | None, *, openmetrics: bool) -> tuple[bytes, str]:
    """All of it as text, and the text's type.

    Args:
        settings: in force.
        live: what the service says of itself; None: it gave no answer in time.
        counts: what the catalog says; None: it gave no answer in time, or cannot be read.
        openmetrics: in that format, instead of Prometheus's own.
    """
    encode, content_type = choose_encoder(f"{OPENMETRICS};version=1.0.0" if openmetrics else "")
    return encode(_Families(settings, live, counts)), content_type


def families(settings: Settings, live: Live | None, counts: Counts | None) -> Iterator[Metric]:
    """All of it, see `exposition`."""
    yield _gauge(
        "linkbot_ready",
        "1: the service does all that it is for; 0: /readyz says why not.",
        live is not None and not live.reasons,
    )
    yield _gauge(
        "linkbot_catalog_readable",
        "1: the catalog could be counted; 0: what it would tell is left out.",
        counts is not None,
    )
    if live is not None:
        yield from _of_live(live)
    if counts is not None:
        yield from _of_posts(counts)
        yield from _of_channels(settings, counts)
        yield from _of_catalog(counts)
    yield _gauge(
        "linkbot_rescan_interval_seconds", "content.rescan_seconds of the settings.", settings.content.rescan_seconds
    )
    yield _gauge("linkbot_asyncio_tasks", "Tasks of the event loop.", len(asyncio.all_tasks()))
    yield _gauge("linkbot_threads", "Threads of Python.", threading.active_count())
    yield from REGISTRY.collect()


def _of_live(live: Live) -> Iterator[Metric]:
    yield _gauge("linkbot_troubles", "What does not work just now; linkbot status lists it.", len(live.troubles))
    yield _gauge(
        "linkbot_gateway_connected",
        "1: connected to Discord's gateway, so slash commands work.",
        live.discord.connected,
    )
    yield _gauge(
        "linkbot_discord_servers", "Servers that the bot is in, as far as the gateway said.", live.discord.guilds
    )
    yield _moment(
        "linkbot_settings_loaded_timestamp_seconds", "When the settings in force were read.", live.settings_at
    )


def _of_posts(counts: Counts) -> Iterator[Metric]:
    posts = ((standing, counts.posts.get(standing, 0)) for standing in Standing)
    yield _by(("standing",), "linkbot_posts", "Posts that have a file, by standing.", (((s,), n) for s, n in posts))
    yield _gauge(
        "linkbot_problems",
        "Files, or entries, in the content directory with which something is wrong.",
        counts.problems,
    )
    if (scan := counts.last_scan) is not None:
        at = datetime.fromisoformat(scan["at"])
        yield _moment("linkbot_last_scan_timestamp_seconds", "When the last scan ended; noted every 30 s at least.", at)
        yield _gauge("linkbot_last_scan_files", "Files that the last scan saw.", scan["files"])


class _Channels:
    """The labels of the channels in the settings, of `FOLLOWERS`, and of those that only the catalog knows."""

    def __init__(self, settings: Settings, counts: Counts) -> None:
        names = {channel.id: channel.name for channel in settings.channels} | {FOLLOWERS: "followers"}
        others = {each.channel_id for each in counts.deliveries} - names.keys()
        self.served = [channel.id for channel in settings.channels]
        self.labels: Mapping[int, Labels] = {
            each: (names.get(each, str(each)), "" if each == FOLLOWERS else str(each))
            for each in [*names, *sorted(others)]
        }

    def gauge(self, name: str, help_text: str, numbers: Mapping[int, float], *, served: bool = False) -> Metric:
        """The number of each channel, or of each that is `served`; 0 where there is none."""
        channels = self.served if served else self.labels
        samples = ((self.labels[each], numbers.get(each, 0)) for each in channels)
        return _by(_OF_CHANNEL, name, help_text, samples)


def _of_channels(settings: Settings, counts: Counts) -> Iterator[Metric]:
    channels = _Channels(settings, counts)
    numbers = {(each.channel_id, each.state): each.deliveries for each in counts.deliveries}
    yield _by(
        (*_OF_CHANNEL, "state"),
        "linkbot_deliveries",
        "Deliveries by channel and state. Pending ones may sleep: linkbot_backlog_deliveries counts what is due.",
        (
            ((*labels, state), numbers.get((each, state), 0))
            for each, labels in channels.labels.items()
            for state in DeliveryState
        ),
    )
    due = {each: backlog.number for each, backlog in counts.backlogs.items()}
    yield channels.gauge("linkbot_backlog_deliveries", "Deliveries that are due, or being sent.", due)
    ages = {each: (counts.at - backlog.oldest_at).total_seconds() for each, backlog in counts.backlogs.items()}
    oldest = "How long ago the oldest of these was planned; 0: there is none."
    yield channels.gauge("linkbot_backlog_oldest_seconds", oldest, {each: max(0.0, age) for each, age in ages.items()})
    paused = "1: a person holds the channel's deliveries back."
    yield channels.gauge("linkbot_channel_paused", paused, dict.fromkeys(counts.paused, 1))
    to_change = "Messages whose cards may still have to change or to go."
    yield channels.gauge("linkbot_messages_to_change", to_change, counts.to_change, served=True)
    to_publish = "Messages still to be published to the servers that follow the channel."
    yield channels.gauge("linkbot_messages_to_publish", to_publish, counts.to_publish, served=True)


def _of_catalog(counts: Counts) -> Iterator[Metric]:
    yield _gauge("linkbot_followers", "People who follow something.", counts.followers.people)
    yield _gauge(
        "linkbot_followers_refusing", "Those of them who took no direct message lately.", counts.followers.refusing
    )
    if counts.last_sent_at is not None:
        yield _moment(
            "linkbot_last_sent_timestamp_seconds", "When a message was last recorded as sent.", counts.last_sent_at
        )
    yield _gauge("linkbot_database_bytes", "Size of the catalog's file.", counts.database_bytes)
    yield _gauge("linkbot_database_log_bytes", "Size of the log beside it.", counts.log_bytes)
    yield _gauge("linkbot_state_free_bytes", "Free space on the disk of the state directory.", counts.free_bytes)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=float(value))


def _moment(name: str, help_text: str, moment: datetime) -> Metric:
    return _gauge(name, f"{help_text} In seconds since 1970.", moment.timestamp())


def _by(labels: Sequence[str], name: str, help_text: str, samples: Iterable[tuple[Labels, float]]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for values, number in samples:
        family.add_metric(values, float(number))
    return family
