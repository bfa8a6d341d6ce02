"""The settings file, read and checked: all mistakes at once, each with its line and what would be right."""

import difflib
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.problems import SettingsError, SettingsProblem
from bot.redaction import redacted
from bot.settings.models import DiscordSettings, Model, Settings
from bot.settings.tree import Location, Mistake, Place, Scalar, Tree, UnreadableYamlError, read_tree
from bot.settings.values import shown

__all__ = ["DEFAULT_CONFIG", "load_settings", "place_of_setting", "setting_name", "settings_for_posts"]

DEFAULT_CONFIG = Path("config/bot.yaml")  # what every command reads if no file is named
MAX_FILE_BYTES = 256 * 1024
SECRETS = ("token", "secret", "password")  # no setting has one of these in its name
# What config/bot.example.yaml has in the places of what a person must look up.
EXAMPLE_IDS = {"123456789012345678": "channel", "987654321098765432": "role"}


def load_settings(path: Path, *, for_rehearsal: bool = False) -> Settings:
    """Read the settings file at `path`; directories in it become absolute, relative to the folder of the file.

    Args:
        path: the file.
        for_rehearsal: ids that were left as they are in the example are fine, since nobody asks Discord for them. They
            are as well where `discord.api_url` names another than Discord.

    Raises:
        SettingsError: the file cannot be read or holds mistakes; it names each of them, in the order of their lines.
    """
    tree, mistakes, settings = Tree(), [], None
    try:
        tree = read_tree(_read(path))
        mistakes = [*tree.mistakes, *_across_channels(tree)]
        if not for_rehearsal:
            mistakes.extend(_left_from_example(tree))
        settings = Settings.model_validate(tree.value)
    except UnreadableYamlError as error:
        mistakes.append(error.mistake)
    except ValidationError as error:
        mistakes.extend(_explain(tree, detail) for detail in error.errors() if _is_cause(detail))
    if settings is None or mistakes:
        raise SettingsError(tuple(_problem(path, mistake) for mistake in sorted(mistakes, key=_order)))
    return _with_absolute_directories(settings, path)


def settings_for_posts(path: Path) -> Settings | None:
    """Read what posts are read by, `content` and `announce`, from settings at `path` that hold mistakes.

    A key of these that is wrong has its default, and there are no channels. None: it is not known where the posts are.
    """
    try:
        tree = read_tree(_read(path)).value
    except UnreadableYamlError:
        return None
    parts = {key: tree[key] for key in ("content", "announce") if key in tree} if isinstance(tree, dict) else None
    while parts is not None:
        try:
            return _with_absolute_directories(Settings.model_validate(parts), path)
        except ValidationError as error:
            parts = _without(parts, [detail["loc"] for detail in error.errors()])
    return None


def _without(parts: dict[str, object], wrong: list[Location]) -> dict[str, object] | None:
    """The sections `parts` without the keys that are wrong; None if that leaves no content directory."""
    left: dict[str, object] = {}
    for section, keys in parts.items():
        if (section,) in wrong or not isinstance(keys, dict):
            continue
        left[section] = {key: value for key, value in keys.items() if (section, key) not in {at[:2] for at in wrong}}
    lost = {("content",), ("content", "directory")} & set(wrong)
    return None if lost or left == parts else left


def place_of_setting(path: Path, location: Location) -> Place | None:
    """Find where a setting stands in the file at `path`, for a report; None: nowhere, or the file cannot be read."""
    try:
        return read_tree(_read(path)).place_of(location)
    except UnreadableYamlError:
        return None


def _read(path: Path) -> str:
    """Take the text of the file, or raise `UnreadableYamlError` with the reason."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        fix = "name one that is there with --config; config/bot.example.yaml shows what belongs into one"
        if path == DEFAULT_CONFIG or path.parent.is_dir():
            fix = f"make one and put your channels in: cp config/bot.example.yaml {shlex.quote(str(path))}"
        raise UnreadableYamlError(Mistake((), None, "there is no such settings file", fix)) from error
    except OSError as error:
        what = f"the settings file cannot be read: {error.strerror}"
        raise UnreadableYamlError(Mistake((), None, what, "name a file that the bot's user can read")) from error
    if len(raw) > MAX_FILE_BYTES:
        what = f"this is no settings file: it has more than {MAX_FILE_BYTES // 1024} KiB"
        raise UnreadableYamlError(Mistake((), None, what, "see config/bot.example.yaml"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise UnreadableYamlError(Mistake((), place, "this is no UTF-8", "save the file as UTF-8")) from error


def _across_channels(tree: Tree) -> Iterator[Mistake]:
    """Find what is wrong with the channels together: none at all, or one id twice."""
    channels = tree.value.get("channels") if isinstance(tree.value, dict) else None
    if not channels and (tree.value is None or isinstance(tree.value, dict)):
        fix = "name at least one, as in config/bot.example.yaml"
        place = tree.place_of(("channels",))
        yield Mistake(("channels",), place, "there is no channel, so nothing would ever be announced", fix)
    first: dict[str, int] = {}
    for index, channel in enumerate(channels if isinstance(channels, list) else ()):
        written = channel.get("id") if isinstance(channel, dict) else None
        if isinstance(written, Scalar) and first.setdefault(written.text, index) != index:
            here = ("channels", index, "id")
            what = f"{shown(written)} is the id of channels[{first[written.text]}] as well"
            yield Mistake(here, tree.place_of(here), what, "put the filters of a channel together in one entry")


def _left_from_example(tree: Tree) -> Iterator[Mistake]:
    """Find ids that are still those of the example: they name nothing at Discord."""
    for location, value in _scalars(tree.value.get("channels") if isinstance(tree.value, dict) else None):
        if (thing := EXAMPLE_IDS.get(value.text)) and not _has_other_api(tree.value):
            click = f"in Discord: developer mode on, right-click the {thing}, Copy {thing.title()} ID"
            fix = f"put the id of a {thing} of yours in its place ({click})"
            location = ("channels", *location)
            yield Mistake(location, tree.place_of(location), f"this is still the {thing} id of the example", fix)


def _scalars(value: object) -> Iterator[tuple[Location, Scalar]]:
    """Every scalar within `value`, by its location there."""
    match value:
        case Scalar():
            yield (), value
        case dict() | list():
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                yield from (((key, *location), scalar) for location, scalar in _scalars(inner))


def _has_other_api(value: object) -> bool:
    """Whether the settings lead to another than Discord: a stand-in, to which every channel is the same."""
    discord = value.get("discord") if isinstance(value, dict) else None
    address = discord.get("api_url") if isinstance(discord, dict) else None
    return isinstance(address, Scalar) and address.text != DiscordSettings().api_url


def _is_cause(detail: ErrorDetails) -> bool:
    """Whether pydantic reports a mistake, not what follows from one: a default that depends on a refused value."""
    return detail["type"] != "default_factory_not_called"


def _explain(tree: Tree, detail: ErrorDetails) -> Mistake:
    """Put one of pydantic's errors into words for the person who wrote the file."""
    location = detail["loc"]
    what, fix = _words(location, detail)
    place = tree.key_place(location) if detail["type"] == "extra_forbidden" else tree.place_of(location)
    return Mistake(location, place, what, fix)


def _words(location: Location, detail: ErrorDetails) -> tuple[str, str]:
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "mistake":
            return context["what"], context["fix"]
        case "extra_forbidden":
            return _unknown_key(location)
        case "missing":
            return "it is missing", f"add the line {location[-1]}: and its value"
        case "literal_error":
            return f"{shown(value)} is not possible here", f"use {context['expected'].replace(chr(39), '')}"
        case "greater_than_equal":
            return f"{shown(value)} is too small", f"{context['ge']:g} is the least"
        case "less_than_equal":
            return f"{shown(value)} is too much", f"{context['le']:g} is the most"
        case "too_short":
            return "the list is empty", "name at least one, or leave the key out for its default"
        case "model_type" | "dict_type":
            return f"{shown(value)} stands where keys belong", "write one key: value on each of the lines below"
        case _:
            return detail["msg"], "see config/bot.example.yaml"


def _unknown_key(location: Location) -> tuple[str, str]:
    key = str(location[-1])
    if any(secret in key.casefold() for secret in SECRETS):
        return (
            "secrets never stand in this file",
            "take it out and set DISCORD_TOKEN, or DISCORD_TOKEN_FILE, in the environment; "
            "reset the token if anybody else could read this file",
        )
    section = _section_at(location[:-1])
    known = list(section.model_fields)
    if near := difflib.get_close_matches(key, known, n=1):
        return "there is no such key", f"did you mean {near[0]}?"
    homes = [name for name, at in _sections(Settings) if key in at.model_fields]
    if homes:
        return "there is no such key here", f"it belongs under {homes[0] or 'no section, at the left margin'}"
    return "there is no such key", f"known here: {', '.join(known)}"


def _section_at(location: Location) -> type[Model]:
    section: type[Model] = Settings
    for part in location:
        if isinstance(part, str):
            section = _model_in(section.model_fields[part].annotation) or section
    return section


def _sections(section: type[Model], name: str = "") -> Iterator[tuple[str, type[Model]]]:
    yield name, section
    for key, field in section.model_fields.items():
        if inner := _model_in(field.annotation):
            yield from _sections(inner, f"{name}.{key}" if name else key)


def _model_in(annotation: object) -> type[Model] | None:
    """Find the model in an annotation such as ``tuple[ChannelSettings, ...]``; None: a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _order(mistake: Mistake) -> tuple[Place, str]:
    return mistake.place or Place(0, 0), str(mistake.location)


def _problem(path: Path, mistake: Mistake) -> SettingsProblem:
    line, column = mistake.place or (None, None)
    key, what, fix = (redacted(text) for text in (setting_name(mistake.location), mistake.what, mistake.fix))
    return SettingsProblem(str(path), line, key, what, fix, column)


def setting_name(location: Location) -> str:
    """Name a setting as people do: ``channels[1].id``; empty for the file as a whole."""
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part if part.isprintable() else ascii(part)}" for part in location
    ]
    return "".join(parts).removeprefix(".")


def _with_absolute_directories(settings: Settings, path: Path) -> Settings:
    # Only the folder of the file is resolved: the content directory may be a link that is swapped while the bot runs.
    folder = path.absolute().parent.resolve()
    content, state = (Path(os.path.normpath(folder / part.directory)) for part in (settings.content, settings.state))
    return settings.model_copy(
        update={
            "content": settings.content.model_copy(update={"directory": content}),
            "state": settings.state.model_copy(update={"directory": state}),
        }
    )
