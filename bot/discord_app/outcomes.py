"""The one table that sorts what Discord and the network answer by what can be done about it.

Codes and their meaning: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

import aiohttp
import discord

from bot.announcing.publisher import (
    ChannelRefused,
    Delivered,
    MessageRefused,
    NotNow,
    PublishOutcome,
    TokenRefused,
    Uncertain,
)
from bot.discord_app.attempts import Attempts

__all__ = ["FAILURES", "publish_outcome", "search_outcome"]

# Everything that discord.py lets out of a request. The four built-in ones are an answer that is not Discord's: JSON cut
# short, another content type (discord.py then takes text for a dictionary), or an object without its fields.
# RuntimeError is a session that was closed meanwhile.
FAILURES = (
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
    TypeError,
    ValueError,
    KeyError,
    AttributeError,
    RuntimeError,
)

_UNKNOWN_MESSAGE = 10008

_CHANNEL_CODES = {
    10003: "the channel does not exist: correct or remove it in the settings",
    10004: "the channel's guild does not exist: correct or remove the channel in the settings",
    40067: "the forum wants a tag on every post: choose a text channel",
    50001: "the bot cannot see the channel: give it the permission View Channel",
    50008: "the channel is of a kind that takes no messages: choose a text channel",
    50013: "the bot may not write there: give it the permissions Send Messages and Embed Links",
    50024: "the channel is of a kind that takes no messages: choose a text channel",
    50083: "the thread is archived: reopen it",
    160005: "the thread is locked: unlock it",
}
_MESSAGE_CODES = {
    20009: "Discord takes it for explicit content",
    40005: "the message is too large",
    50006: "the message is empty",
    50035: "the message is not as Discord wants it",
    50109: "the message is not as Discord wants it",
    200000: "the guild's AutoMod blocked it",
    200001: "the guild's AutoMod blocked its title",
    240000: "Discord blocks one of its links as harmful",
}
_TRY_LATER_CODES = {
    40333: "Discord's own network refused the request",
    130000: "this part of Discord is overloaded",
}
_FOR_THE_CHANNEL = {403, 404}  # what such a status means where Discord gives a code that is not in the tables


def publish_outcome(error: Exception, attempts: Attempts) -> PublishOutcome:
    """Return what `error`, one of `FAILURES`, raised by creating a message, says about that message."""
    outcome = _outcome(error)
    if isinstance(outcome, Uncertain) and not attempts.started:
        return NotNow(f"nothing was sent yet: {outcome.reason}")
    if attempts.doubtful and not isinstance(outcome, Uncertain | Delivered):
        return Uncertain(f"an earlier try ended in {attempts.doubtful}, and then: {outcome.reason}")
    return outcome


def search_outcome(error: Exception) -> NotNow | ChannelRefused | TokenRefused:
    """Return what `error`, one of `FAILURES`, says about reading a channel; reading can always be tried again."""
    outcome = _outcome(error)
    if isinstance(outcome, NotNow | ChannelRefused | TokenRefused):
        return outcome
    return NotNow(f"the history could not be read: {_told(error)}")


def _outcome(error: Exception) -> PublishOutcome:
    match error:
        case discord.RateLimited():
            return NotNow("Discord's rate limit", after_seconds=error.retry_after)
        case discord.HTTPException():
            return _http_outcome(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return NotNow(f"Discord cannot be reached: {_told(error)}")
        case TimeoutError():
            return Uncertain("Discord did not answer in time")
        case aiohttp.ClientError() | OSError():
            return Uncertain(f"the connection broke: {_told(error)}")
        case _:
            return Uncertain(f"the answer is not one that Discord gives: {_told(error)}")


def _http_outcome(error: discord.HTTPException) -> PublishOutcome:
    if error.status == 401:
        return TokenRefused(f"Discord does not know the token; make a new one and restart ({_told(error)})")
    if error.status == 429:
        return NotNow(f"Discord's rate limit ({_told(error)})", after_seconds=_retry_after(error))
    if error.status >= 500 or error.status == 408:
        return Uncertain(f"Discord failed: {_told(error)}")
    if error.response.headers.get("Content-Type", "") != "application/json":
        return NotNow(f"something between here and Discord refused the request: {_told(error)}")
    return _discord_outcome(error)


def _discord_outcome(error: discord.HTTPException) -> PublishOutcome:
    code, told = error.code, _told(error)
    if code == _UNKNOWN_MESSAGE:
        # The nonce's first message was created and then deleted: https://github.com/discord/discord-api-docs/pull/6647
        return Delivered(None)
    if code in _TRY_LATER_CODES:
        return NotNow(f"{_TRY_LATER_CODES[code]} ({told})")
    if code in _CHANNEL_CODES:
        return ChannelRefused(f"{_CHANNEL_CODES[code]} ({told})", code)
    if code in _MESSAGE_CODES:
        return MessageRefused(f"{_MESSAGE_CODES[code]} ({told})", code)
    if error.status in _FOR_THE_CHANNEL:
        return ChannelRefused(f"Discord takes no messages for this channel ({told})", code)
    return MessageRefused(f"Discord does not take the message ({told})", code)


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return None


def _told(error: Exception) -> str:
    """What the error says, on one line and short enough for a log: a proxy's error can be a whole page."""
    text = " ".join(str(error).split())
    return text[:300] if text else type(error).__name__
