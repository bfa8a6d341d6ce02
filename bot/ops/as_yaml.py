"""Text as a person types it into the settings."""

import json
import re

__all__ = ["scalar"]

_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)\Z)[A-Za-z][\w-]*+", re.IGNORECASE)


def scalar(text: str) -> str:
    """`text` as YAML takes it for that text: in quotes unless it is a plain word."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
