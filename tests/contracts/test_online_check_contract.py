"""What the check asks of Discord, and what it is told, under Discord's own OpenAPI document."""

from bot.discord_app.endpoints import DEFAULT_API_URL, point_discord_at
from bot.discord_app.online_check import check_online
from bot.rehearsal.standin import REHEARSAL_TOKEN, StandIn
from bot.settings import ChannelSettings, CommandsSettings, DiscordSettings, Settings
from tests.support.discord_client import EVERY_KIND, open_thread
from tests.support.standin_openapi import requires_document, validate_request, validate_response

pytestmark = requires_document


async def test_each_question_and_answer_is_discords() -> None:
    """The check asks only what Discord can be asked, and the stand-in answers as Discord does, refusals included."""
    described = [channel for channel in EVERY_KIND if channel.kind != "media"]  # which the document leaves out
    async with StandIn(described) as stand_in:
        ids = [*(channel.id for channel in described), open_thread(stand_in), 999]
        stand_in.set_denied(ids[0], {"view_channel"})
        settings = Settings(
            discord=DiscordSettings(api_url=stand_in.api_url),
            channels=tuple(ChannelSettings(id=channel_id) for channel_id in ids),
            commands=CommandsSettings(guilds=(stand_in.world.guild_id, 998)),
        )
        await check_online(settings, REHEARSAL_TOKEN)
        point_discord_at(DEFAULT_API_URL, None)
        for record in stand_in.requests:
            validate_request(record.method, record.path, record.body)
            assert record.status is not None
            validate_response(record.method, record.path, record.status, record.answer)
        assert {record.status for record in stand_in.requests} == {200, 403, 404}
