"""Names and descriptions in other languages: https://docs.discord.com/developers/reference#locales"""

from collections.abc import Callable

from bot.rehearsal.forms import Form

__all__ = ["LOCALES", "read_localizations"]

_CODES = (
    "ar bg cs da de el en-GB en-US es-419 es-ES fi fr he hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk "
    "vi zh-CN zh-TW"
)
LOCALES = frozenset(_CODES.split())
"""What the language of a person can be."""


def read_localizations(raw: object, path: str, form: Form, read_value: Callable[[object, str], None]) -> None:
    """A field such as ``name_localizations``; each value is read as the one in the default language is."""
    if raw is None:
        return
    for locale, value in form.mapping(raw, path).items():
        form.choice(locale, path, LOCALES)
        read_value(value, f"{path}.{locale}")
