"""The texts that people read in Discord, one file for each language.

A file is ``texts/<code>.ftl``, in the syntax of Fluent (https://projectfluent.org/fluent/guide/): plurals and the order
of words belong to the language, not to the code. What is put into a text is put there as it is, so it must be fit for
the place: see `bot.discord_app.text`.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import discord
from discord import app_commands
from fluent.runtime import FluentBundle, FluentResource

__all__ = ["ENGLISH", "Language", "Translator", "about", "language_of", "languages", "named"]

_DESCRIPTION = "description"
_KEY, _ATTRIBUTE = "key", "attribute"


class Language:
    """All texts in one language.

    Attributes:
        code: such as ``en``, the name of its file.
    """

    def __init__(self, code: str, texts: str) -> None:
        """Read `texts`, which are a whole file of Fluent."""
        self.code = code
        self._bundle = FluentBundle([code], use_isolating=False)
        self._bundle.add_resource(FluentResource(texts))

    def say(self, key: str, /, **values: str | int | float) -> str:
        """Return the text under `key` with `values` in it; `LookupError` if there is no such text, or value."""
        return self._formatted(key, None, values)

    def describe(self, key: str) -> str:
        """Return the description of the command or option under `key`; `LookupError` if there is none."""
        return self._formatted(key, _DESCRIPTION, {})

    def _formatted(self, key: str, attribute: str | None, values: dict[str, str | int | float]) -> str:
        message = self._bundle.get_message(key)
        pattern = message.value if attribute is None else message.attributes[attribute]
        if pattern is None:
            raise LookupError(f"the text {key} of the language {self.code} has no value")
        text, errors = self._bundle.format_pattern(pattern, values)
        if errors:
            raise LookupError(f"the text {key} of the language {self.code}: {errors[0]}")
        return str(text)


@cache
def languages() -> Mapping[str, Language]:
    """Return every language by its code."""
    files = (resources.files("bot.discord_app") / "texts").iterdir()
    texts = {file.name.removesuffix(".ftl"): file.read_text("utf-8") for file in files if file.name.endswith(".ftl")}
    return MappingProxyType({code: Language(code, texts[code]) for code in sorted(texts)})


ENGLISH = languages()["en"]


def language_of(locale: discord.Locale) -> Language:
    """Return the language of somebody whose Discord is set to `locale`; English where it is not among ours."""
    return _spoken(locale) or ENGLISH


def named(key: str) -> app_commands.locale_str:
    """Return the name of a command or option for discord.py: in English, to be translated by `Translator`."""
    return app_commands.locale_str(ENGLISH.say(key), **{_KEY: key})


def about(key: str) -> app_commands.locale_str:
    """Return the description of a command or option for discord.py, as `named`."""
    return app_commands.locale_str(ENGLISH.describe(key), **{_KEY: key, _ATTRIBUTE: _DESCRIPTION})


class Translator(app_commands.Translator):
    """Gives Discord the names and descriptions of commands and options in every language, when they are registered."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - discord.py's own signature
    ) -> str | None:
        """Return `string` in the language of `locale`; None: Discord shows the English one."""
        key = string.extras.get(_KEY)
        language = _spoken(locale)
        if key is None or language is None:
            return None
        return language.describe(key) if string.extras.get(_ATTRIBUTE) else language.say(key)


def _spoken(locale: discord.Locale) -> Language | None:
    return languages().get(locale.value.partition("-")[0])
