"""The documents that are made from the code, and what makes each of them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.documents.settings_reference import reference_text
from tests.documents.settings_schema import schema_text

__all__ = ["GENERATED", "ROOT"]

ROOT = Path(__file__).parents[2]

GENERATED: Mapping[str, Callable[[], str]] = {
    "docs/settings.md": reference_text,
    "config/bot.schema.json": schema_text,
}
