"""Whether a path that a person wrote is a directory."""

from pathlib import Path

__all__ = ["why_no_directory"]


def why_no_directory(path: Path) -> str | None:
    """What keeps `path` from being a directory, as the end of a sentence: "is no directory"; None: it is one.

    A name that is too long, or a folder on the way that the bot may not look into, are reasons like any other.
    """
    try:
        return None if path.is_dir() else "is no directory"
    except OSError as error:
        return f"cannot be looked at: {error.strerror}"
