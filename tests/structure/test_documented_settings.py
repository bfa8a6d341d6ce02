"""What is made from the settings' models says what the models say: the reference, and the schema for editors."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bot.problems import SettingsError
from bot.settings import ChannelSettings, Settings, load_settings
from bot.settings.models import Model
from bot.settings.tree import Scalar, read_tree
from tests.documents.generated import GENERATED, ROOT
from tests.documents.settings_reference import written
from tests.documents.settings_schema import schema

EXAMPLE = ROOT / "config" / "bot.example.yaml"
VALIDATOR = Draft7Validator(schema())
CHANNEL = "channels: [{id: 123456789012345678}]\n"
INTEGER = re.compile(r"[-+]?[0-9]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SECTIONS: dict[str, type[Model]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, Model)
}


def as_an_editor_reads(value: object) -> object:
    """A settings file's values by YAML 1.2's core schema, as editors resolve them."""
    if isinstance(value, dict):
        return {key: as_an_editor_reads(it) for key, it in value.items()}
    if isinstance(value, list):
        return [as_an_editor_reads(it) for it in value]
    if isinstance(value, Scalar) and value.plain:
        if value.text.casefold() in ("true", "false"):
            return value.text.casefold() == "true"
        if INTEGER.fullmatch(value.text):
            return int(value.text)
        return float(value.text) if NUMBER.fullmatch(value.text) else value.text
    return value.text if isinstance(value, Scalar) else value


def marked(text: str) -> list[str]:
    """What an editor marks in a settings file, by the schema."""
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads(read_tree(text).value))]


def is_taken(file: Path, text: str) -> bool:
    """Whether the bot takes a settings file."""
    file.write_text(text, encoding="utf-8")
    try:
        load_settings(file, for_rehearsal=True)
    except SettingsError:
        return False
    return True


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_document_is_up_to_date(name: str) -> None:
    """What is made from the code is as the code would make it now."""
    assert (ROOT / name).read_text(encoding="utf-8") == GENERATED[name](), "renew it: make docs"


def test_the_example_names_its_schema() -> None:
    """The first line of the example, which every copy keeps, tells an editor where the schema is."""
    first = EXAMPLE.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=bot.schema.json"
    assert (EXAMPLE.parent / "bot.schema.json").is_file()


def test_the_schema_is_a_schema() -> None:
    """Editors can read it, and it takes the example as it stands."""
    Draft7Validator.check_schema(schema())
    assert marked(EXAMPLE.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "health:\ncommands:\n  guilds:\nchannels:\n  - id: '123456789012345678'\n    name:\n    tags:\n    mention:\n",
        "content: {kinds: '*', directory: 2024}\n" + CHANNEL,
        "announce: {hold_above: null, max_age_days: ~}\nhealth: {listen: '[::1]:9464'}\n" + CHANNEL,
        "discord: {api_url: 'HTTPS://discord.com/api/v10 ', gateway_url: wss://discord.gg}\n" + CHANNEL,
        "channels: [{id: 123456789012345678, name: 1.10, tags: {any: [yes, 12:30, 7], none: ['~']}, publish: TRUE}]",
    ],
)
def test_good_settings_are_good_in_an_editor(tmp_path: Path, text: str) -> None:
    """What the bot takes, however it is written, is not marked by an editor."""
    assert is_taken(tmp_path / "bot.yaml", text)
    assert marked(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "announce: {on_edti: edit}\n" + CHANNEL,
        "token: MTIz\n" + CHANNEL,
        "hold_above: 3\n" + CHANNEL,
        "health: [listen]\n" + CHANNEL,
        "health: {listen: 9464x}\n" + CHANNEL,
        "content: {kinds: []}\n" + CHANNEL,
        "content: {kinds: link}\n" + CHANNEL,
        "content: {kinds: ['']}\n" + CHANNEL,
        "content: {rescan_seconds: '300'}\n" + CHANNEL,
        "content: {rescan_seconds: 0.5}\n" + CHANNEL,
        "content: {watcher: inotify}\n" + CHANNEL,
        "content: {directory: null}\n" + CHANNEL,
        "announce: {hold_above: -1}\n" + CHANNEL,
        "announce: {max_age_days: 36501}\n" + CHANNEL,
        "announce: {posts_per_message: 11}\n" + CHANNEL,
        "commands: {guilds: 123456789012345678}\n" + CHANNEL,
        "discord: {api_url: discord.com/api}\n" + CHANNEL,
        "discord: {api_url: 'https://me:pass@discord.com/api'}\n" + CHANNEL,
        "discord: {gateway_url: https://discord.gg}\n" + CHANNEL,
        "channels: []",
        "health: {}",
        "channels: [{name: x}]",
        "channels: [{id: 1234}]",
        "channels: [{id: null}]",
        "channels: [null]",
        "channels: [{id: 123456789012345678, publish: 'true'}]",
        "channels: [{id: 123456789012345678, publish: yes}]",
        "channels: [{id: 123456789012345678, mention: [here]}]",
        "channels: [{id: 123456789012345678, tags: [a, b]}]",
        "channels: [{id: 123456789012345678, tags: {some: []}}]",
        "channels: [{id: 123456789012345678, paths: [/etc/x]}]",
    ],
)
def test_a_mistake_is_marked_in_an_editor(tmp_path: Path, text: str) -> None:
    """What the bot refuses, and a schema can know, is marked while one types."""
    assert not is_taken(tmp_path / "bot.yaml", text)
    assert marked(text)


WORDS = """
    null ~ true False 'true' 1 -1 10 36500 1.5 +5 0x10 2024 12:30 .inf abc * edit keep polling 123456789012345678
    '123456789012345678' docs/** https://x.org/api wss://x.org 127.0.0.1:9464 '' '1' 1e3 announce
"""
SCALARS = st.sampled_from(WORDS.split()).map(lambda text: f'"{text}"' if text == "*" else text)
NAMES = st.lists(SCALARS, max_size=3).map(lambda items: f"[{', '.join(items)}]")


def mapping(values: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Some of these keys, written in YAML."""
    some = st.fixed_dictionaries({}, optional=values)
    return some.map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}")


FILTER = mapping(dict.fromkeys(("any", "all", "none"), st.one_of(NAMES, SCALARS)))
VALUES = st.one_of(SCALARS, NAMES)
CHANNELS = mapping({key: st.one_of(VALUES, FILTER) for key in ChannelSettings.model_fields if key != "id"})
FILES = mapping({name: mapping(dict.fromkeys(model.model_fields, VALUES)) for name, model in SECTIONS.items()})


@given(sections=FILES, channel=CHANNELS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_bot_takes_an_editor_takes(tmp_path: Path, sections: str, channel: str) -> None:
    """No settings with which the bot works are marked as wrong."""
    text = f"{sections[:-1]}{', ' if len(sections) > 2 else ''}channels: [{{id: 123456789012345678, {channel[1:]}]}}"
    assert not (is_taken(tmp_path / "bot.yaml", text) and marked(text))


def examples() -> list[tuple[str, str, Any]]:
    """Each key's section, name and examples."""
    models: dict[str, type[Model]] = {**SECTIONS, "channels": ChannelSettings}
    return [
        (section, key, example)
        for section, model in models.items()
        for key, field in model.model_fields.items()
        for example in field.examples or ("there is none",)
    ]


@pytest.mark.parametrize(("section", "key", "example"), examples())
def test_each_example_of_the_reference_is_right(tmp_path: Path, section: str, key: str, example: Any) -> None:
    """A line that is copied from the reference into the settings file is taken, and says something new."""
    line = f"{key}: {written(example)}"
    if section == "channels":
        line = line if key == "id" else f"id: 123456789012345678, {line}"
        assert is_taken(tmp_path / "bot.yaml", f"channels: [{{{line}}}]")
        return
    assert is_taken(tmp_path / "bot.yaml", f"{section}: {{{line}}}\n{CHANNEL}")
    default = SECTIONS[section].model_fields[key].default
    assert written(example) != written(list(default) if isinstance(default, tuple) else str(default))
