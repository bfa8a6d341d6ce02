"""Monitoring in step with the code: each metric documented, every query of what is there, every alert with its word."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Metric

from bot.catalog.database import open_catalog
from bot.catalog.notes import Note
from bot.measures import MESSAGE_SECONDS
from bot.ops.counts import Counts, count_everything
from bot.ops.metrics import exposition, families
from tests.support.end_to_end_site import post_text
from tests.support.health_asking import live
from tests.support.ops_catalog import ALL, settings_in, take_in

DOCS = Path(__file__).parents[2] / "docs"
MONITORING = DOCS / "monitoring"
PAGE = (DOCS / "monitoring.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD = json.loads((MONITORING / "grafana-dashboard.json").read_text(encoding="utf-8"))
ROW = re.compile(r"^\| `([a-z_]+)` \| (gauge|counter|histogram) \| ([^|]*)\| (.+) \|$", re.MULTILINE)
NAMES = re.compile(r"\b(?:linkbot|process|python)_[a-z_]+\b")
OF_EVERY_TARGET = {"up"}  # Prometheus makes these itself

Told = dict[str, tuple[str, frozenset[str]]]


async def filled(folder: Path) -> Counts:
    """What a catalog counts in which there is some of everything."""
    settings = settings_in(folder)
    settings.state.directory.mkdir()
    now = datetime.now(UTC)
    scan = json.dumps({"at": now.isoformat(), "seconds": 0.1, "files": 1, "watcher": "native"})
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {"a.md": post_text("A")})
        await catalog.write(lambda tables: tables.notes.put(Note.SCAN, scan))

        def send(tables: Any) -> None:
            claim = tables.deliveries.claim(ALL, "nonce", tables.deliveries.pending(ALL, 1, now), now)
            tables.deliveries.record_sent(claim, 1, now)

        await catalog.write(send)
        return await count_everything(catalog)


def exported(metrics: Iterator[Metric]) -> Told:
    """Each metric by the name that people know it by: its type and labels."""
    told = {}
    for metric in metrics:
        name = {"counter": f"{metric.name}_total", "info": f"{metric.name}_info"}.get(metric.type, metric.name)
        kind = "gauge" if metric.type == "info" else metric.type
        told[name] = (kind, frozenset(label for sample in metric.samples for label in sample.labels) - {"le"})
    return told


@pytest.fixture
async def told(tmp_path: Path) -> Told:
    """What `/metrics` exports."""
    MESSAGE_SECONDS.labels("documented").observe(1.0)
    counts = await filled(tmp_path)
    return exported(families(settings_in(tmp_path), live(), counts))


def samples_of(told: Told) -> set[str]:
    """The names of the series that can be queried."""
    histograms = {name for name, (kind, _) in told.items() if kind == "histogram"}
    parts = {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}
    return set(told) - histograms | parts


async def test_every_metric_is_documented(told: Told) -> None:
    """The table has what is exported, by name, type and labels, and nothing else."""
    rows = ROW.findall(PAGE)
    documented = {name: (kind, frozenset(re.findall(r"`([a-z_]+)`", labels))) for name, kind, labels, _ in rows}
    assert documented == told
    assert len(rows) == len(documented)


async def test_names_follow_the_conventions(told: Told) -> None:
    """Ours begin with our name, counters end in _total, and base units are written out at the end."""
    assert all(name.startswith(("linkbot_", "process_", "python_")) for name in told)
    assert all(name.endswith("_total") == (kind == "counter") for name, (kind, _) in told.items())
    assert not [name for name in told if re.search(r"_(ms|milliseconds|minutes|kb|mb|percent)(_|$)", name)]


def queries_of(panels: list[dict[str, Any]]) -> Iterator[str]:
    """What the panels of the dashboard ask for."""
    for panel in panels:
        yield from (target["expr"] for target in panel.get("targets", ()))


async def test_every_query_is_of_what_is_exported(told: Told) -> None:
    """A dashboard or an alert over a metric that nobody exports would be silent for ever."""
    queries = [*queries_of(DASHBOARD["panels"]), *(rule["expr"] for rule in RULES)]
    asked = {name for query in queries for name in NAMES.findall(re.sub(r"\{[^}]*\}|(?:by|on) ?\([^)]*\)", "", query))}
    assert asked - samples_of(told) - OF_EVERY_TARGET == set()
    assert len(queries) > 40
    for query in queries:
        for name, selector in re.findall(r"\b([a-z_]+)\{([^}]*)\}", query):
            labels = set(re.findall(r"([a-z_]+) *(?:=~|!~|!=|=)", selector)) - {"job", "instance", "le"}
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            assert name in OF_EVERY_TARGET or labels <= told.get(name, told.get(base, ("", frozenset())))[1], query


def test_the_dashboard_can_be_imported() -> None:
    """Grafana 10 knows its version; no panel lies on another, none has the id or the title of another."""
    assert DASHBOARD["schemaVersion"] == 39
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        its = {(at["x"] + across, at["y"] + down) for across in range(at["w"]) for down in range(at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not its & cells
        cells |= its
    assert {panel["datasource"]["uid"] for panel in panels if "targets" in panel} == {"${datasource}"}


def test_every_alert_says_what_to_do() -> None:
    """Each has a severity, a summary, a description, and a section of the page; the page has no other."""
    sections = re.findall(r"^### (Linkbot\w+)$", PAGE, re.MULTILINE)
    assert sections == [rule["alert"] for rule in RULES]
    for rule in RULES:
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
        assert rule["annotations"]["runbook_url"] == f"docs/monitoring.md#{rule['alert'].lower()}"


def test_every_alert_is_seen_to_fire() -> None:
    """The tests of the rules have each of them fire once at least."""
    tested = (MONITORING / "alerts_test.yml").read_text(encoding="utf-8")
    for rule in RULES:
        assert f'ALERTS{{alertname="{rule["alert"]}", alertstate="firing", ' in tested


def promtool(*arguments: str, asked: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Run Prometheus's own checks in the folder of the rules."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed")
    return subprocess.run(
        ["promtool", *arguments], cwd=MONITORING, input=asked, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "arguments", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")], ids=" ".join
)
def test_prometheus_takes_it(arguments: tuple[str, ...]) -> None:
    """The example configuration with its rules is valid, and each rule fires when its test says, and not before."""
    ended = promtool(*arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr


async def test_prometheus_takes_what_is_exported(tmp_path: Path) -> None:
    """Its own linter has nothing to say about names, types and help texts."""
    body, _ = exposition(settings_in(tmp_path), live(), await filled(tmp_path), openmetrics=False)
    ended = promtool("check", "metrics", asked=body)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
