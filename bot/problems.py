"""What can go wrong, as errors that say what happened, where, and what to do next.

The tree; each branch is one answer to "what can the caller do about it?"::

    LinkbotError
    ├── UsageError            the command line makes no sense              exit 2
    ├── AlreadyRunningError   another process holds the state directory    exit 75
    ├── TokenRefusedError     Discord does not know the token              exit 77
    ├── ConfigurationError    a person must mend the configuration         exit 78
    │   ├── SettingsError         the settings file, every mistake at once
    │   └── TokenMissingError     no token where one is needed
    └── CatalogError          the catalog cannot be used as it is          exit 1
        ├── CatalogRefusedError     not ours, newer, damaged or emptied: never overwritten
        └── CatalogUnavailableError locked, full or read-only: may pass by itself
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

__all__ = [
    "AlreadyRunningError",
    "CatalogError",
    "CatalogRefusedError",
    "CatalogUnavailableError",
    "ConfigurationError",
    "ExitCode",
    "LinkbotError",
    "SettingsError",
    "SettingsProblem",
    "TokenMissingError",
    "TokenRefusedError",
    "UsageError",
]


class ExitCode(IntEnum):
    """What the process tells its parent; the numbers from 64 on are those of sysexits.h."""

    OK = 0
    PROBLEM = 1
    USAGE = 2
    ALREADY_RUNNING = 75
    TOKEN_REFUSED = 77
    CONFIGURATION = 78


class LinkbotError(Exception):
    """A failure that is told to a person by its message alone, without a traceback."""

    exit_code: ClassVar[ExitCode] = ExitCode.PROBLEM


class UsageError(LinkbotError):
    """The command line asks for something that cannot be done as asked."""

    exit_code = ExitCode.USAGE


class AlreadyRunningError(LinkbotError):
    """Another Linkbot works on the same state directory."""

    exit_code = ExitCode.ALREADY_RUNNING


class TokenRefusedError(LinkbotError):
    """Discord answered 401: the token is wrong or was reset."""

    exit_code = ExitCode.TOKEN_REFUSED


class ConfigurationError(LinkbotError):
    """The configuration must be mended by a person; restarting does not help."""

    exit_code = ExitCode.CONFIGURATION


class TokenMissingError(ConfigurationError):
    """There is no token where one is needed: `what` is wrong, and what would be right."""

    def __init__(self, what: str, fix: str) -> None:
        sentences = f"{what[0].upper()}{what[1:]}. {fix[0].upper()}{fix[1:]}."
        super().__init__(f"{sentences} To see the bot work without a token, use: linkbot rehearse")
        self.what = what
        self.fix = fix


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """One mistake in a settings file.

    Attributes:
        file: the settings file, as given by the person.
        line: counted from 1; None where the mistake is something that is missing altogether.
        key: the setting as a person would name it (``channels[1].id``); empty for the file as a whole.
        what: what is wrong.
        fix: what would be right.
        column: in the line, in characters, counted from 1; None where the line as a whole is meant.
    """

    file: str
    line: int | None
    key: str
    what: str
    fix: str
    column: int | None = None

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (where, self.key, f"{self.what}; {self.fix}") if part)


class SettingsError(ConfigurationError):
    """The settings file cannot be used; carries every mistake found in it."""

    def __init__(self, problems: tuple[SettingsProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class CatalogError(LinkbotError):
    """The catalog cannot be used."""


class CatalogRefusedError(CatalogError):
    """The file is no catalog that this version may write: foreign, newer, damaged or emptied. It stays as it is."""


class CatalogUnavailableError(CatalogError):
    """The catalog cannot be read or written just now: locked, disk full, read-only. It may pass by itself."""
