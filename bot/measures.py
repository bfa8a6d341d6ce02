"""What the service counts and times while it runs, for `/metrics`.

How many posts, problems and deliveries there are is not counted here: the catalog knows.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

__all__ = [
    "CARDS",
    "GATEWAY_RECONNECTS",
    "LOOP_LAG",
    "MESSAGE_SECONDS",
    "RATE_LIMITED",
    "REGISTRY",
    "RELOADS",
    "SCAN_SECONDS",
    "cards_so_far",
]

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each count began: process_start_time_seconds says it once
REGISTRY = CollectorRegistry()

MESSAGE_SECONDS = Histogram(
    "linkbot_file_to_message_seconds",
    "From a new post's file being there, or its date having come, to its message being recorded. Posts that a person"
    " announces or lets go are left out.",
    ["channel"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600),
    registry=REGISTRY,
)
CARDS = Counter(
    "linkbot_cards",
    "Posts, counted in each channel, by what was done with their cards there: announced, edited, taken_back, published;"
    " and sent_to_followers.",
    ["what"],
    registry=REGISTRY,
)
SCAN_SECONDS = Histogram(
    "linkbot_scan_seconds",
    "How long a look at the whole content directory takes, storing what changed included.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
    registry=REGISTRY,
)
RATE_LIMITED = Counter(
    "linkbot_discord_rate_limited",
    "Answers of Discord with 429, by what the limit is for: user, global, shared, or unknown.",
    ["scope"],
    registry=REGISTRY,
)
GATEWAY_RECONNECTS = Counter(
    "linkbot_gateway_reconnects",
    "Connections to the gateway after the first one, resumed or new.",
    registry=REGISTRY,
)
LOOP_LAG = Histogram(
    "linkbot_event_loop_lag_seconds",
    "How late the event loop does what it was asked to do at a moment.",
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
    registry=REGISTRY,
)
RELOADS = Counter(
    "linkbot_settings_reloads",
    "Settings that were read anew while the service ran, by result: taken, refused.",
    ["result"],
    registry=REGISTRY,
)

# What never happened is told as 0: else the first time would be no increase.
for what in ("announced", "edited", "taken_back", "published", "sent_to_followers"):
    CARDS.labels(what)
for scope in ("user", "global", "shared", "unknown"):
    RATE_LIMITED.labels(scope)
for result in ("taken", "refused"):
    RELOADS.labels(result)


def cards_so_far() -> dict[str, int]:
    """What `CARDS` counted since this process began, by its label."""
    return {sample.labels["what"]: int(sample.value) for metric in CARDS.collect() for sample in metric.samples}
