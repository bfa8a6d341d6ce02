"""What the service logs of what a person asked it for."""

import logging
from pathlib import Path

import pytest

from bot.catalog.database import open_catalog
from bot.ops.announce import AnnounceRequest
from bot.ops.pause import PauseRequest
from bot.ops.requests import Request, carry_out, log_done
from tests.support.end_to_end_site import post_text
from tests.support.ops_catalog import settings_in, take_in


async def test_what_a_person_asked_for_is_found_by_the_post(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Each post has its line, also where the person reads only of some; what was only tried out has none."""
    settings = settings_in(tmp_path)
    settings.state.directory.mkdir()
    paths = [f"{number}.md" for number in range(40)]
    async with open_catalog(settings.state.directory) as catalog:
        await take_in(catalog, settings, {path: post_text(f"About {path}") for path in paths}, baseline=True)

        async def logged(request: Request) -> tuple[int, list[tuple[str, str | None]]]:
            caplog.clear()
            with caplog.at_level(logging.INFO):
                done = await carry_out(catalog, settings, request)
                log_done(request, done)
            return len(done.lines), [(each.getMessage(), each.__dict__.get("post")) for each in caplog.records]

        assert (await logged(AnnounceRequest(latest=40, dry_run=True)))[1] == []
        told, lines = await logged(AnnounceRequest(latest=40))
        assert told < len(lines)
        assert sorted(lines) == sorted(
            (f"A person asked to announce: '{path}': to be announced in all", path) for path in paths
        )
        paused = [text for text, _ in (await logged(PauseRequest(None)))[1]]
        assert all(text.startswith("A person asked to pause: ") and ": paused" in text for text in paused)
        assert len(paused) >= len(settings.channels)
