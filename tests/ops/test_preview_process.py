"""``linkbot preview`` in a process of its own, beside a service and after its end."""

import json
import re
from pathlib import Path

from tests.support.cli_process import linkbot
from tests.support.end_to_end_bot import NEWS, OTHER, Bot, staged

CHANNELS = ({"id": NEWS, "name": "news"}, {"id": OTHER, "name": "other", "tags": {"any": ["other"]}})


async def asked(bot: Bot, *more: str, post: str = "new.md") -> tuple[int, str, str]:
    """What `linkbot preview` says of a post of the site."""
    ended = await bot.linkbot("preview", str(bot.site.root / post), *more)
    return ended.code, ended.out, ended.err


async def test_it_answers_while_the_service_runs_and_when_it_does_not(tmp_path: Path) -> None:
    """Whether its post was announced is told beside the service and after its end, and of a file that is gone too."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        bot.site.write("old.md", "Old")
        await bot.start()
        bot.site.write("new.md", "New", tags=["kubernetes"])
        message = await bot.stands("New", NEWS)
        await bot.has_sent_everything()
        code, out, err = await asked(bot)
        assert (code, err) == (0, "")
        assert "It is announced in news." in out
        assert f": message {message.id}" in out
        assert re.search(rf"https://discord\.com/channels/[0-9]+/{NEWS}/{message.id}", out)
        code, out, _ = await asked(bot, "--json", post="old.md")
        assert (code, json.loads(out)["known"]["cause"]) == (0, "baseline")
        assert json.loads(out)["catalog"]["running"] is True
        await bot.stop()
        (bot.site.root / "new.md").unlink()
        code, out, err = await asked(bot)
        assert (code, err) == (0, "")
        assert "Its file is gone; it is announced in news." in out


async def test_what_cannot_be_done_is_a_sentence(tmp_path: Path) -> None:
    """A page that is not ours stays as it is; a broken post is JSON and a sentence; no settings are told."""
    async with staged(tmp_path, channels=CHANNELS) as bot:
        bot.site.write("new.md", "New")
        (tmp_path / "mine.html").write_text("mine")
        code, out, err = await asked(bot, "--html", str(tmp_path / "mine.html"))
        assert (code, out) == (2, "")
        assert err.endswith("mine.html is there, and is no page of `linkbot preview`; name another file\n")
        assert (tmp_path / "mine.html").read_text() == "mine"
        (bot.site.root / "new.md").write_text("---\npost_kind: link\n---\n")
        code, out, err = await asked(bot, "--json")
        assert (code, json.loads(out)["problem"]["line"]) == (1, 2)
        assert "new.md:2:" in err
    ended = await linkbot("preview", "post.md", cwd=tmp_path)
    assert ended.code == 78
    assert ended.sentence.startswith("config/bot.yaml")
