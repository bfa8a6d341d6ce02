"""The command line: carry out the command, tell what went wrong, return an exit code."""

import io
import os
import sys
from collections.abc import Sequence

from bot.command_line.parser import COMMANDS, parse
from bot.ops.logs import set_up_logging
from bot.ops.terminal import printable
from bot.problems import ExitCode, LinkbotError

__all__ = ["main"]

INTERRUPTED = 130  # what shells give a process that Ctrl+C ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` name (default: those of the process); return its exit code.

    What a person can act upon is told on standard error by a sentence; anything else is a bug and raised.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character gets its escape
            stream.reconfigure(errors="backslashreplace")
    parsed = parse(arguments)
    set_up_logging(verbose=parsed.verbose, brief=parsed.command == "rehearse")
    try:
        code = COMMANDS[parsed.command].carry_out(parsed)
        sys.stdout.flush()
    except LinkbotError as error:
        for line in str(error).splitlines():
            print(f"linkbot: {printable(line)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    return code
