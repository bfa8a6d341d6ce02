"""The one table that sorts what Discord and the network answer by what can be done about it.

Codes and their meaning: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

import aiohttp
import discord

from bot.announcing.publisher import (
    Changed,
    ChangeOutcome,
    ChannelRefused,
    Delivered,
    MessageGone,
    MessageRefused,
    NotNow,
    PublishOutcome,
    TokenRefused,
    Uncertain,
    Unreadable,
)
from bot.discord_app.attempts import Attempts, LostAnswerError
from bot.redaction import redacted

__all__ = [
    "ALREADY_CROSSPOSTED",
    "ARCHIVED_THREAD",
    "FAILURES",
    "MAY_NOT",
    "NO_HISTORY",
    "UNDELIVERED",
    "UNKNOWN_CHANNEL",
    "UNKNOWN_MESSAGE",
    "UNREACHABLE",
    "WRONG_KIND",
    "change_outcome",
    "place_outcome",
    "publish_outcome",
    "search_outcome",
]

# What discord.py lets out of a request, in three steps: who asks for more would take a mistake of ours for Discord's.
# Discord's errors, and no way to it: all that is expected of an answer to a member.
UNDELIVERED = (discord.DiscordException, aiohttp.ClientError, OSError)
# Also an answer that is not Discord's: JSON cut short, another content type (discord.py then takes text for a
# dictionary), an object without its fields. What is tried again until it works (login, commands, gateway) stops here.
UNREACHABLE = (*UNDELIVERED, TypeError, ValueError, KeyError)
# Also what `watched` raises, a model made of a senseless answer, and a session that was closed meanwhile: nothing of
# this may get out of a `Publisher`.
FAILURES = (*UNREACHABLE, LostAnswerError, AttributeError, RuntimeError)

NO_HISTORY = "the bot may not read the channel's history (with the permission Read Message History it will, next time)"
UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
WRONG_KIND = 50024
ARCHIVED_THREAD = 50083
ALREADY_CROSSPOSTED = 40033
_MISSING_PERMISSION, _WANTS_TWO_FACTORS = 50013, 60003
MAY_NOT = frozenset({_MISSING_PERMISSION, _WANTS_TWO_FACTORS})

_NO_MESSAGES_THERE = "the channel is of a kind that takes no messages: choose a text channel"
_WANTS_A_TAG = "the forum wants a tag on every post: choose a text channel"
_TOO_MANY_THREADS = "too many threads are open in the guild: close some"
_TAKES_NONE_DIRECTLY = "the person takes no direct messages from the bot"
_CHANNEL_CODES = {
    UNKNOWN_CHANNEL: "the channel does not exist: correct or remove it in the settings",
    10004: "the channel's guild does not exist: correct or remove the channel in the settings",
    40002: "Discord wants the bot's owner to verify their account",
    40066: _WANTS_A_TAG,
    40067: _WANTS_A_TAG,
    50001: "the bot cannot see the channel: give it the permission View Channel",
    50007: _TAKES_NONE_DIRECTLY,
    50008: _NO_MESSAGES_THERE,
    50009: "the guild's verification level keeps the bot out: give it a role",
    50278: _TAKES_NONE_DIRECTLY,  # they share no server any more
    _MISSING_PERMISSION: "the bot may not write there: give it the permissions Send Messages and Embed Links",
    WRONG_KIND: _NO_MESSAGES_THERE,
    ARCHIVED_THREAD: "the thread is archived: reopen it",
    _WANTS_TWO_FACTORS: "the guild wants the bot's owner to use two-factor authentication",
    160005: "the thread is locked: unlock it",
    160006: _TOO_MANY_THREADS,
    160007: _TOO_MANY_THREADS,
}
_MESSAGE_CODES = {
    20009: "Discord takes it for explicit content",
    20031: "the guild does not allow a word in its title",
    40005: "the message is too large",
    50006: "the message is empty",
    50035: "the message is not as Discord wants it",
    50109: "the message is not as Discord wants it",
    200000: "the guild's AutoMod blocked it",
    200001: "the guild's AutoMod blocked its title",
    240000: "Discord blocks one of its links as harmful",
}
_TRY_LATER_CODES = {
    20016: "the channel's slow mode",
    20022: "Discord's limit for changes of published messages",
    20028: "Discord's limit for writing in this channel",
    20029: "Discord's limit for writing in this guild",
    30046: "Discord's limit for changes of old messages",
    40004: "Discord takes no messages for the time being",
    40006: "Discord has turned this off for the time being",
    40062: "Discord's rate limit",
    40333: "Discord's own network refused the request",
    130000: "this part of Discord is overloaded",
}
# Of a message that exists already; where these say nothing, the tables above hold.
_CHANGE_CODES: dict[int, str] = {
    50005: "it is not the bot's own message",
    50021: "it is not a message that can be changed",
    WRONG_KIND: "its channel is of another kind than this needs",
    50068: "it is not a message that can be changed",
    ARCHIVED_THREAD: "its thread is closed",
    160005: "its thread is locked",
}
_DAY_SECONDS = 86_400.0
_FOR_THE_CHANNEL = {403, 404}  # what such a status means where Discord gives a code that is not in the tables


def publish_outcome(error: Exception, attempts: Attempts) -> PublishOutcome:
    """Return what `error`, one of `FAILURES`, raised by creating a message, says about that message."""
    outcome = _outcome(error)
    if isinstance(outcome, Uncertain) and not attempts.open and attempts.doubtful is None:
        return NotNow(f"nothing was created yet: {outcome.reason}")
    if attempts.doubtful and not isinstance(outcome, Uncertain | Delivered):
        return Uncertain(f"an earlier try ended in {attempts.doubtful}, and then: {outcome.reason}")
    return outcome


def search_outcome(error: Exception) -> NotNow | Unreadable | ChannelRefused | TokenRefused:
    """Return what `error`, one of `FAILURES`, says about reading a channel; reading can always be tried again."""
    if isinstance(error, discord.Forbidden) and error.code == _MISSING_PERMISSION:
        return Unreadable(NO_HISTORY)
    return place_outcome(error)


def place_outcome(error: Exception) -> NotNow | ChannelRefused | TokenRefused:
    """Return what `error`, one of `FAILURES`, raised by looking something up, says about the channel."""
    if isinstance(error, discord.InvalidData):
        return ChannelRefused(f"the channel is of a kind that Linkbot does not know ({_told(error)})", 0)
    outcome = _outcome(error)
    if isinstance(outcome, NotNow | ChannelRefused | TokenRefused):
        return outcome
    return NotNow(f"the channel could not be read: {_told(error)}")


def change_outcome(error: Exception) -> ChangeOutcome:
    """Return what `error`, one of `FAILURES`, raised by changing a message, says; changing can always be repeated."""
    code = error.code if isinstance(error, discord.HTTPException) else 0
    if code == ALREADY_CROSSPOSTED:
        return Changed()
    outcome = _outcome(error)
    match outcome:
        case Delivered():
            return MessageGone()
        case Uncertain(reason):
            return NotNow(reason)
        case ChannelRefused() | MessageRefused() if code in _CHANGE_CODES:
            return MessageRefused(f"{_CHANGE_CODES[code]} ({_told(error)})", code)
    return outcome


def _outcome(error: Exception) -> PublishOutcome:
    match error:
        case discord.RateLimited():
            return NotNow("Discord's rate limit", after_seconds=_sensible(error.retry_after))
        case discord.HTTPException():
            return _http_outcome(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.InvalidURL():
            return NotNow(f"Discord cannot be reached: {_told(error)}")
        case LostAnswerError():
            return Uncertain(f"Discord failed: {_told(error)}")
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
    if code == UNKNOWN_MESSAGE:
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
        return _sensible(float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return None


def _sensible(seconds: float) -> float | None:
    """The wait that was asked for, at most a day; None if it is none: a proxy may ask for anything."""
    return min(seconds, _DAY_SECONDS) if seconds > 0 else None  # NaN is not


def _told(error: Exception) -> str:
    """What the error says, on one line and short enough for a log: a proxy's error can be a whole page, and may say
    with what it was asked."""
    text = redacted(" ".join(str(error).split()))
    return text[:300] if text else type(error).__name__
