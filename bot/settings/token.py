"""The bot's token: the one secret, taken from the environment and never from the settings file, and never shown."""

from collections.abc import Mapping
from pathlib import Path

from bot.problems import TokenMissingError
from bot.redaction import never_show

__all__ = ["hide_token", "read_token"]

MAX_TOKEN_BYTES = 4096  # a token has about 70 characters; whatever is longer is another file


def hide_token(environment: Mapping[str, str]) -> None:
    """Never show what ``DISCORD_TOKEN`` holds, be it read as a token or not."""
    never_show(environment.get("DISCORD_TOKEN", ""))


def read_token(environment: Mapping[str, str]) -> str:
    """Take the token from ``DISCORD_TOKEN``, else from the file that ``DISCORD_TOKEN_FILE`` names; it is never shown.

    Raises:
        TokenMissingError: there is none; the sentence says what to do.
    """
    hide_token(environment)
    if token := environment.get("DISCORD_TOKEN", "").strip():
        if not _may_be_token(token):
            raise TokenMissingError("DISCORD_TOKEN holds more than a token", "set it to the token and nothing else")
        return token
    if file := environment.get("DISCORD_TOKEN_FILE", "").strip():
        return _from_file(Path(file))
    raise TokenMissingError(
        "there is no token",
        "set DISCORD_TOKEN, or DISCORD_TOKEN_FILE to a file that holds it "
        "(https://discord.com/developers/applications, your application, Bot, Reset Token)",
    )


def _may_be_token(text: str) -> bool:
    """Whether it can be sent in a header; a line break or an escape sequence came in while it was copied."""
    return text.isprintable() and " " not in text


def _from_file(file: Path) -> str:
    name = f"the token file {str(file)!r}"
    fix = "let DISCORD_TOKEN_FILE name a readable file that holds the token and nothing else"
    try:
        with file.open("rb") as stream:
            token = stream.read(MAX_TOKEN_BYTES + 1).decode("utf-8-sig").strip()
    except OSError as error:
        raise TokenMissingError(f"{name} cannot be read: {error.strerror}", fix) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise TokenMissingError(f"{name} holds no text", fix) from error
    never_show(token)
    if not token:
        raise TokenMissingError(f"{name} is empty", fix)
    if len(token) > MAX_TOKEN_BYTES - 1 or not _may_be_token(token):
        raise TokenMissingError(f"{name} holds more than a token", fix)
    return token
