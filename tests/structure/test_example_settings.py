"""The example settings file is the documentation of the settings: it is compared with the models."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from bot.settings import ChannelSettings, Settings, load_settings

EXAMPLE = Path(__file__).parents[2] / "config" / "bot.example.yaml"
# A key, switched on or off, with the value behind it; a comment has a space after its #, but no key: value alone.
KEY = re.compile(r"(?P<indent> *(?:- )?)(?P<off># )?(?P<key>[a-z_]+):(?: (?P<value>\S.*))?")


@dataclass(frozen=True)
class Entry:
    """One key of the example: the comment above it, folded to one line; whether it is switched on; its value's text."""

    comment: str
    on: bool
    value: str


def entries() -> dict[str, Entry]:
    """Read the example line by line, as a person does: a comment, then the key that it explains."""
    found: dict[str, Entry] = {}
    section, comment = "", list[str]()
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        match = KEY.fullmatch(line)
        if match is None or (match["off"] and match["key"] not in ChannelSettings.model_fields):
            comment = [*comment, line.strip().removeprefix("#").strip()] if line.strip() else []
            continue
        if not match["indent"]:
            section = match["key"]
        name = match["key"] if not match["indent"] else f"{section}.{match['key']}"
        found[name] = Entry(" ".join(comment), not match["off"], match["value"] or "")
        comment = []
    return found


def fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every key that has a value of its own, as ``section.key``."""
    for section, outer in Settings.model_fields.items():
        model = ChannelSettings if section == "channels" else outer.annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for key, field in model.model_fields.items():
            yield f"{section}.{key}", field


FIELDS = dict(fields())


def test_every_setting_stands_in_the_example_and_no_other() -> None:
    """The keys of the example are the keys of the models, in the same order."""
    assert [name for name in entries() if "." in name] == list(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_is_explained_by_its_description(name: str) -> None:
    """The comment above a key is the field's description, word for word."""
    assert entries()[name].comment == FIELDS[name].description


@pytest.mark.parametrize("name", [name for name in FIELDS if not name.startswith("channels.")])
def test_a_setting_shows_its_default(name: str) -> None:
    """Outside of channels, a key is switched on and has the default as its value."""
    entry, field = entries()[name], FIELDS[name]
    default = [*field.default] if isinstance(field.default, tuple) else field.default
    assert entry.on
    assert yaml.safe_load(entry.value) == (str(default) if isinstance(default, Path) else default)


@pytest.mark.parametrize("name", [name for name in FIELDS if name.startswith("channels.")])
def test_a_channel_setting_says_its_default(name: str) -> None:
    """In a channel the value is an example, so that the comment says the default, or that there is none."""
    ending = "Required." if FIELDS[name].is_required() else "Default: "
    assert ending in entries()[name].comment


@pytest.mark.parametrize("name", FIELDS)
def test_a_number_says_its_unit_first(name: str) -> None:
    """The unit of a number opens its description or stands in its name."""
    field = FIELDS[name]
    if isinstance(field.default, int | float) and not isinstance(field.default, bool):
        unit = (field.description or "").split()[0].casefold()
        assert unit in {"seconds", "days", "cards", "characters", "messages"} or "More new posts than this" in str(
            field.description
        )


def test_the_channel_settings_that_are_switched_off_are_right_when_switched_on(tmp_path: Path) -> None:
    """Removing the ``# `` before each key of the example's channel gives settings without a mistake."""
    text = re.sub(r"(?m)^    # ((?:tags|sources|paths|mention|publish): )(?=[\[{t])", r"    \1", EXAMPLE.read_text())
    file = tmp_path / "bot.yaml"
    file.write_text(text)
    (channel,) = load_settings(file, for_rehearsal=True).channels
    untouched = {key for key in ChannelSettings.model_fields if getattr(channel, key) == default_of(key)}
    assert untouched == set(), textwrap.shorten(text, 500)


def default_of(key: str) -> object:
    field = ChannelSettings.model_fields[key]
    return None if field.default is PydanticUndefined else field.default
