"""Validates bodies against Discord's own OpenAPI document (https://github.com/discord/discord-api-spec).

It is looked for in ``../shared/data`` beside the checkout; tests that need it are skipped where it is not there.
Where the document and Discord's own documentation differ, the documentation counts (its README says so); the few places
that matter here are in `_CORRECTIONS` and `_IN_REQUESTS`, each with its reason.
"""

import copy
import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

__all__ = [
    "document",
    "requires_document",
    "schema",
    "validate_request",
    "validate_response",
    "validate_schema",
]

DOCUMENT = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord-openapi.json"
_REQUESTS, _ANSWERS = "urn:discord:requests", "urn:discord:answers"

# The codes of single fields are words: https://docs.discord.com/developers/reference#error-messages
_FIELD_ERROR = {
    "type": "object",
    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}
_CORRECTIONS = {
    "InnerErrors": {
        "type": "object",
        "properties": {"_errors": {"type": "array", "items": _FIELD_ERROR}},
        "required": ["_errors"],
    }
}

# Ids may be sent as numbers too: https://docs.discord.com/developers/reference#snowflakes
_IN_REQUESTS = {
    "SnowflakeType": {"oneOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 0}]}
}

requires_document = pytest.mark.skipif(
    not DOCUMENT.exists(), reason=f"Discord's OpenAPI document is not at {DOCUMENT}: nothing to compare with"
)


@functools.cache
def document() -> dict[str, Any]:
    """The whole document, corrected."""
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    loaded["components"]["schemas"].update(_CORRECTIONS)
    return loaded


@functools.cache
def _registry() -> Registry[Any]:
    answers = document()
    schemas = answers["components"]["schemas"]
    requests = {**answers, "components": {**answers["components"], "schemas": {**schemas, **_IN_REQUESTS}}}
    resources = [
        (uri, Resource.from_contents(contents, default_specification=DRAFT202012))
        for uri, contents in ((_REQUESTS, requests), (_ANSWERS, answers))
    ]
    registry: Registry[Any] = Registry().with_resources(resources)
    return registry


def schema(pointer: str) -> dict[str, Any]:
    """What stands at ``#/components/schemas/`` + `pointer`."""
    node: Any = document()["components"]["schemas"]
    for part in pointer.split("/"):
        node = node[part]
    return copy.deepcopy(node) if isinstance(node, dict) else {"value": node}


def _operation(method: str, path: str) -> tuple[str, dict[str, Any]]:
    """The template and the operation for a concrete path below ``/api/v10``; literal parts win over parameters."""
    found = []
    for template, operations in document()["paths"].items():
        pattern = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(template))
        if method.lower() in operations and re.fullmatch(pattern, path):
            found.append((template.count("{"), template))
    if not found:
        raise AssertionError(f"Discord has no {method} {path}")
    template = min(found)[1]
    return template, document()["paths"][template][method.lower()]


def _errors(uri: str, pointer: list[str], body: Any) -> list[str]:
    escaped = "/".join(part.replace("~", "~0").replace("/", "~1") for part in pointer)
    validator = Draft202012Validator({"$ref": f"{uri}#/{escaped}"}, registry=_registry())
    return [
        f"{error.json_path}: {error.message[:300]}"
        for top in validator.iter_errors(body)
        for error in (_deepest(top) if top.context else [top])
    ]


def _deepest(error: Any) -> list[Any]:
    """Of the branches of a oneOf or anyOf, the errors of the one that comes nearest."""
    branches: dict[int, list[Any]] = {}
    for sub in error.context:
        branches.setdefault(sub.schema_path[0], []).append(sub)
    nearest = min(branches.values(), key=lambda errors: (-max(len(e.absolute_path) for e in errors), len(errors)))
    return [deep for sub in nearest for deep in (_deepest(sub) if sub.context else [sub])]


def validate_request(method: str, path: str, body: Any) -> None:
    """Assert that `body` is what Discord takes at `path` (below ``/api/v10``, with real ids in it)."""
    template, operation = _operation(method, path)
    content = operation.get("requestBody", {}).get("content", {})
    if body is None:
        assert not operation.get("requestBody", {}).get("required"), f"{method} {path} needs a body"
        return
    assert "application/json" in content, f"{method} {path} takes no JSON"
    pointer = ["paths", template, method.lower(), "requestBody", "content", "application/json", "schema"]
    errors = _errors(_REQUESTS, pointer, body)
    assert not errors, f"{method} {path}: " + "\n".join(errors)


def validate_response(method: str, path: str, status: int, body: Any) -> None:
    """Assert that `body` is what Discord answers with `status` at `path`."""
    template, operation = _operation(method, path)
    responses = operation["responses"]
    key = str(status) if str(status) in responses else f"{str(status)[0]}XX"
    assert key in responses, f"{method} {path} never answers {status}; it knows {sorted(responses)}"
    answer = responses[key]
    if "$ref" in answer:
        pointer = [*answer["$ref"].removeprefix("#/").split("/"), "content", "application/json", "schema"]
    else:
        pointer = ["paths", template, method.lower(), "responses", key, "content", "application/json", "schema"]
        if "content" not in answer:
            assert body is None, f"{method} {path} has no body with {status}"
            return
    errors = _errors(_ANSWERS, pointer, body)
    assert not errors, f"{method} {path} -> {status}: " + "\n".join(errors)


def validate_schema(name: str, body: Any) -> None:
    """Assert that `body` is what Discord calls `name` where it answers or tells."""
    errors = _errors(_ANSWERS, ["components", "schemas", name], body)
    assert not errors, f"{name}: " + "\n".join(errors)
