"""A run with all that the bot does: what it sent is what Discord's own OpenAPI document allows."""

from pathlib import Path

from tests.support.end_to_end_bot import NEWS, OTHER, ROLE, staged
from tests.support.standin_openapi import requires_document, validate_request

CHANNELS = (
    {"id": NEWS, "name": "news"},
    {"id": OTHER, "name": "calling", "tags": {"any": ["call"]}, "mention": [ROLE]},
)
ODD = "*_`|[ \u202e <@1> \U0001f44d\U0001f3fd"


@requires_document
async def test_every_body_of_a_run_is_valid(tmp_path: Path) -> None:
    """Registration, cards alone and packed, pings, tries again, searching after a restart, answers: all are valid."""
    async with staged(tmp_path, channels=CHANNELS, rate_limits=True) as bot:
        discord, site = bot.discord, bot.site
        site.write("before.md", "Before", tags=["old"])
        await bot.start()
        site.write("plain.md", "Plain")
        site.write("bare.md", "Bare", date=None, source=None, kind="link", draft=None, tldr=None)
        site.write("odd.md", ODD * 8, tldr="ü " * 5000, tags=["**", "call"] + ["x" * 90] * 9)
        site.write("far.md", "Far", date="1971-01-01", url="https://bücher.example/ü|[" + "ü" * 300)
        await bot.stands("Far")
        discord.faults.add("POST", f"/channels/{NEWS}/messages", "reset", after=True)
        site.write_at_once("many", [f"Many {number}" for number in range(25)], tags=["call"])
        await bot.has_no_more_to_say()
        await bot.restart()
        for name, options in (("latest", {"count": 25}), ("latest", {"tag": "call", "source": "a blog"})):
            await discord.slash(name, options)
        await discord.slash("tag", {"name": "nothing like it"})
        await discord.autocomplete("tag", "name", "")
        await discord.autocomplete("latest", "source", "a")
        assert discord.invalid_requests == []
        sent = [record for record in discord.requests if record.method in {"POST", "PUT", "PATCH"}]
        assert {record.path.split("/")[1] for record in sent} >= {"applications", "channels", "interactions"}
        for record in sent:
            validate_request(record.method, record.path, record.body)
