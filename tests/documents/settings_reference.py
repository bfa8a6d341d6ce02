"""``docs/settings.md``: every key of the settings file, made from the schema of `settings_schema`."""

import json
from collections.abc import Iterator
from typing import Any

from tests.documents.settings_schema import schema

__all__ = ["reference_text", "written"]

OPENING = """\
# Settings

`make docs` makes this page from [the models](../bot/settings/models.py).
[config/bot.example.yaml](../config/bot.example.yaml) has the same keys and the same words, ready to be copied. Its
first line names [config/bot.schema.json](../config/bot.schema.json), so that an editor with YAML support completes
keys, shows what they mean, and marks mistakes while you type. Where your settings lie elsewhere, copy the schema beside
them, or let that line name it where it is.

- The file is `config/bot.yaml`, or what `--config FILE` names. Only `channels` has no default: everything else may be
  left out.
- A key that does not exist is refused, and so is a key that stands twice. `linkbot check` lists all mistakes at once.
- Folders are relative to the folder of the settings file. `null` means "nothing", where it is allowed.
- Ids may stand with or without quotes.
- A running bot takes other settings by itself, all but `state.directory`: see
  [Change the settings while it runs](operations.md#change-the-settings-while-it-runs).

## Environment

| variable | what it is |
| --- | --- |
| `DISCORD_TOKEN` | the bot's token. It never stands in the settings file: see [security.md](security.md#the-token) |
| `DISCORD_TOKEN_FILE` | a file that holds the token and nothing else; read when `DISCORD_TOKEN` is not set |
"""
MANY = {"channel id": "channel ids", "role id": "role ids", "server id": "server ids", "pattern": "patterns"}


def reference_text() -> str:
    """The page."""
    return OPENING + "".join(_sections(schema()))


def _sections(whole: dict[str, Any]) -> Iterator[str]:
    for name, said in whole["properties"].items():
        section = _behind(whole, said.get("items", said))
        is_list = "items" in said
        yield f"\n## {name}\n\n{said.get('description') or section['description']}"
        yield " A list, with one entry at least; each entry has these keys.\n" if is_list else "\n"
        for key, field in section["properties"].items():
            lines = _field(
                whole, f"{name}[].{key}" if is_list else f"{name}.{key}", field, key in section.get("required", ())
            )
            yield "\n".join(["", *lines, ""])


def _field(whole: dict[str, Any], name: str, field: dict[str, Any], is_required: bool) -> Iterator[str]:
    inner = _behind(whole, field)
    yield f"### {name}"
    yield ""
    fallback = "required" if is_required else f"default `{written(field['default'])}`" if "default" in field else ""
    yield f"*{_kind(inner)}*" + (f" · {fallback}" if fallback else "")
    yield ""
    yield _escaped(field.get("description") or inner["description"])
    yield ""
    if inner is not field:
        yield from (f"- `{key}`: {_kind(it)}. {_escaped(it['description'])}" for key, it in inner["properties"].items())
        yield ""
    key = name.rpartition(".")[2]
    yield from ("```yaml", "\n# or\n".join(f"{key}: {written(example)}" for example in field["examples"]), "```")


def _behind(whole: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to; what is none, as it is."""
    reference = said.get("$ref") or next((it["$ref"] for it in said.get("allOf", ())), None)
    if reference is None:
        return said
    found: dict[str, Any] = whole["definitions"][reference.rpartition("/")[2]]
    return found


def _kind(said: dict[str, Any]) -> str:
    """What a value is, in words, with its range."""
    if "title" in said:
        return str(said["title"])
    if "enum" in said:
        return "one of " + ", ".join(said["enum"])
    if "const" in said:
        return f"`{said['const']}`"
    if "anyOf" in said:
        return " or ".join(map(_kind, said["anyOf"]))
    kinds = said["type"] if isinstance(said["type"], list) else [said["type"]]
    if "items" in said:
        inner = _kind(said["items"])
        return f"list of {MANY.get(inner, inner)}"
    words = {
        "null": "null",
        "boolean": "true or false",
        "integer": "whole number",
        "number": "number",
        "object": "keys",
    }
    return words[kinds[0]] + _range(said)


def _range(said: dict[str, Any]) -> str:
    least, most = said.get("minimum"), said.get("maximum")
    if most is not None:
        return f" from {least} to {most}"
    return f", {least} at least" if least is not None else ""


def written(value: Any) -> str:
    """A value as one writes it in a settings file, in one line."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {written(it)}" for key, it in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case str() if value.replace("-", "").replace("/", "").replace(".", "").isalnum():
            return value
        case str() if value.startswith(("http", "ws")):
            return value
    return json.dumps(value)


def _escaped(text: str) -> str:
    """A description as Markdown: its patterns and brackets are meant as they stand."""
    return "".join(f"\\{character}" if character in "*[" else character for character in text)
