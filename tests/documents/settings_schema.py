"""``config/bot.schema.json``: what editors need to complete and check a settings file.

It is JSON Schema draft 7, which every editor's YAML support reads. Whatever the bot takes, it takes. Some mistakes need
more than a schema (an id that stands twice): ``linkbot check`` finds those.
"""

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot.settings import Settings

__all__ = ["schema", "schema_text"]

BOUNDS = {"ge": "minimum", "le": "maximum"}  # where pydantic leaves its own names: for a number that may be null


class _Draft7(GenerateJsonSchema):
    """The models as they are written in YAML: a section or a list may be left empty."""

    schema_dialect = "http://json-schema.org/draft-07/schema#"

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        section = super().model_schema(schema)
        section.pop("title", None)
        return section if "required" in section else {**section, "type": ["object", "null"]}

    def tuple_schema(self, schema: core_schema.TupleSchema) -> JsonSchemaValue:
        return {**super().tuple_schema(schema), "type": ["array", "null"]}


def schema() -> dict[str, Any]:
    """The schema, as plain values."""
    made = _mended(Settings.model_json_schema(schema_generator=_Draft7))
    channels, kinds = made["properties"]["channels"], made["definitions"]["ContentSettings"]["properties"]["kinds"]
    channels |= {"type": "array", "minItems": 1}
    names = {"type": "array", "minItems": kinds.pop("minLength"), "items": kinds.pop("items")}
    kinds |= {"anyOf": [names, {"const": "*"}]}  # "*" needs no brackets
    del channels["default"], kinds["type"]
    heading = {"$schema": _Draft7.schema_dialect, "title": "Settings of Linkbot"}
    return {**heading, **made, "type": "object", "required": ["channels"]}


def schema_text() -> str:
    """The schema, as the file has it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _mended(value: Any) -> Any:
    """What draft 7 calls otherwise, called as there; and no defaults of whole sections, which editors would insert."""
    if isinstance(value, dict):
        if "$ref" in value and len(value) > 1:  # draft 7 looks at nothing beside a $ref
            told = {key: value[key] for key in ("description", "examples") if key in value}
            value = {**told, "allOf": [{"$ref": value["$ref"]}]}
        names = {"$defs": "definitions", **(BOUNDS if value.get("type") in ("integer", "number") else {})}
        return {names.get(key, key): _mended(it) for key, it in value.items()}
    if isinstance(value, list):
        return [_mended(it) for it in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("#/$defs/", "#/definitions/").replace("``", "`") if isinstance(value, str) else value
