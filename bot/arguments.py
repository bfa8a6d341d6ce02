"""What can be said on the command line."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

from bot.ops.announce import MOST_POSTS
from bot.ops.check_formats import FORMATS
from bot.ops.resolve import HIGHEST_ID
from bot.rehearse import DEFAULT_PORT

__all__ = ["COMMANDS", "parse"]

DEFAULT_CONFIG = Path("config/bot.yaml")
HIGHEST_PORT = 65_535

EXIT_CODES = """\
exit codes:
  0   ended as asked
  1   a problem was found, or a crash
  2   the command line makes no sense
  75  another Linkbot works on the state directory
  77  Discord does not know the token
  78  the settings or the token are missing or wrong

To see it work without a token: linkbot rehearse"""


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; None: that of the process.

    Returns:
        What was said: `command` is one of `COMMANDS`, `verbose` and `config` are always there.

    Raises:
        SystemExit: 2 and a sentence on standard error for what makes no sense; 0 after ``--help`` and ``--version``.
    """
    parser = argparse.ArgumentParser(
        prog="linkbot",
        description="Announces new link posts of a Markdown site in Discord, each exactly once.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"linkbot {_version()}")
    parser.add_argument("--verbose", action="store_true", help="log everything, also what the libraries do")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")
    for name, (summary, add) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=_sentence(add), allow_abbrev=False)
        add(command)
        command.add_argument(
            "--verbose", action="store_true", default=argparse.SUPPRESS, help="log everything, also of the libraries"
        )
    return parser.parse_args(arguments)


def _version() -> str:
    try:
        return metadata.version("linkbot")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _sentence(add: Callable[[argparse.ArgumentParser], None]) -> str:
    """What a command does, which is the docstring of the function that adds its arguments."""
    return " ".join((add.__doc__ or "").split())


def _run(parser: argparse.ArgumentParser) -> None:
    """Run the service until SIGTERM or Ctrl+C. The bot's token comes from the environment variable DISCORD_TOKEN, or
    from the file that DISCORD_TOKEN_FILE names."""
    _add_config(parser)


def _rehearse(parser: argparse.ArgumentParser) -> None:
    """Run the service with a stand-in for Discord on this machine and a page to look at, until Ctrl+C. No token is
    needed; the real state directory and the real Discord are never touched."""
    parser.add_argument("--content", type=Path, metavar="DIR", help="the posts (default: a sample site)")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings whose channels and rules to try (default: the sample's)"
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        metavar="N",
        help="of the page (default: %(default)s; 0: a free one)",
    )
    parser.add_argument(
        "--forum",
        action="append",
        default=[],
        metavar="CHANNEL",
        dest="forums",
        help="id or name of a channel that is a forum, with the tags that the settings filter by; may be repeated",
    )


def _check(parser: argparse.ArgumentParser) -> None:
    """Check the settings and the posts; tell every problem with its file and line. Nothing is changed or sent."""
    parser.add_argument(
        "paths", type=Path, nargs="*", metavar="PATH", help="posts or folders (default: the whole content directory)"
    )
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="github: for GitHub Actions (default: %(default)s)"
    )
    _add_config(parser)


def _preview(parser: argparse.ArgumentParser) -> None:
    """Show one post's card as members would see it, the channels that it would go to, and why or why not."""
    parser.add_argument("post", type=Path, metavar="POST.md", help="a post, in the content directory or elsewhere")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the card as a page for a browser")
    _add_config(parser)


def _status(parser: argparse.ArgumentParser) -> None:
    """Tell what the bot did, does and waits for, and what a person should look at; also while it does not run."""
    parser.add_argument("--json", action="store_true", help="for programs")
    _add_config(parser)


def _announce(parser: argparse.ArgumentParser) -> None:
    """Announce posts on purpose, or let held ones go. A post is never announced twice in a channel. The running service
    sends at once; without one the posts are sent when it starts."""
    parser.add_argument("posts", type=Path, nargs="*", metavar="POST.md", help="posts in the content directory")
    parser.add_argument("--latest", type=_count, metavar="N", help="the newest N posts by date")
    parser.add_argument("--held", action="store_true", help="the posts that announce.hold_above holds back")
    parser.add_argument("--drop", action="store_true", help="with --held: take them in without announcing them")
    parser.add_argument("--channel", type=int, metavar="ID", help="only in this channel, whatever its filters say")
    parser.add_argument("--dry-run", action="store_true", help="tell what would be done, do nothing")
    _add_config(parser)


def _pause(parser: argparse.ArgumentParser) -> None:
    """Hold back what is to be announced, in one channel, or in all and to followers, until `linkbot resume`; also over
    restarts. Nothing is lost. What is being sent just now is finished; cards go on to follow their posts."""
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="its id or name (default: all)")
    _add_config(parser)


def _resume(parser: argparse.ArgumentParser) -> None:
    """Announce again in one channel, or in all and to followers: what waited goes out at once."""
    parser.add_argument("channel", nargs="?", metavar="CHANNEL", help="its id or name (default: all that are paused)")
    _add_config(parser)


def _resolve(parser: argparse.ArgumentParser) -> None:
    """Say what became of a delivery that is refused, or of which nobody can tell whether it stands (unknown). `linkbot
    status` lists them. Others that were in the same message stay as they are."""
    parser.add_argument("delivery", type=_id, metavar="DELIVERY", help="its number, as `linkbot status` tells it")
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("--sent", type=_id, metavar="MESSAGE_ID", help="it stands in the channel, in this message")
    said.add_argument("--resend", action="store_true", help="it does not stand there: send it, in a message of its own")
    said.add_argument("--drop", action="store_true", help="leave it as it is, and ask no more about it")
    _add_config(parser)


def _backup(parser: argparse.ArgumentParser) -> None:
    """Write a consistent copy of the catalog, also while the service runs. To restore it, stop the service and put the
    copy into the state directory as linkbot.sqlite3."""
    parser.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")
    _add_config(parser)


COMMANDS: Mapping[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "run": ("the service", _run),
    "rehearse": ("the service with a stand-in for Discord; no token needed", _rehearse),
    "check": ("settings and posts: every problem with its place", _check),
    "preview": ("one post's card, where it would go, and why or why not", _preview),
    "status": ("what the bot did, does and waits for", _status),
    "announce": ("announce posts on purpose, or let held ones go", _announce),
    "pause": ("hold back what is to be announced", _pause),
    "resume": ("let go what `pause` holds back", _resume),
    "resolve": ("say what became of a delivery that needs a person", _resolve),
    "backup": ("a consistent copy of the catalog, also while the bot runs", _backup),
}


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help="the settings (default: %(default)s)"
    )


def _port(text: str) -> int:
    return _whole(text, 0, HIGHEST_PORT)


def _count(text: str) -> int:
    return _whole(text, 1, MOST_POSTS)


def _id(text: str) -> int:
    return _whole(text, 1, HIGHEST_ID)


def _whole(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:,} to {most:,}")
    return int(text)
