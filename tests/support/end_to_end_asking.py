"""A member who tries everything: each command that is registered, each option, suggestion and button."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.rehearsal.offers import Chosen, message_commands, slash_commands, typed_commands
from bot.rehearsal.records import Message
from bot.rehearsal.standin import InteractionAnswer, StandIn
from tests.support.discord_archive import buttons_of, text_of

__all__ = ["Curious"]

_BOOLEAN, _CHANNEL = 5, 7
_APOLOGIES = ("Sorry", "Désolé")
TYPED = ("", "k", "kuberntes", "🦀", '"' * 7, "x" * 400)


@dataclass
class Curious:
    """Somebody who manages the guild and tries whatever there is.

    Attributes:
        discord: where.
        values: what is filled into options, by name; a boolean is true, a channel the first one.
        tried: what was asked, for the record.
    """

    discord: StandIn
    values: Mapping[str, Any]
    tried: list[str] = field(default_factory=list)

    async def try_commands(self, **how: Any) -> list[Message]:
        """Ask each command in each way; return the messages with buttons that came."""
        messages = []
        for chosen in self._typed():
            for options in self._ways(chosen):
                answer = await self.discord.slash(chosen.name, options, user="manager", **how)
                messages += self._check(answer, f"/{chosen.name} {options}")
        return messages

    async def try_suggestions(self, **how: Any) -> int:
        """Type into each option with suggestions; return how many suggestions came."""
        offered = 0
        for chosen in self._typed():
            for option in chosen.options:
                for typed in TYPED if option.get("autocomplete") else ():
                    choices = await self.discord.autocomplete(
                        chosen.name,
                        option["name"],
                        typed,
                        self._needed(chosen, but=option["name"]),
                        user="manager",
                        **how,
                    )
                    offered += len(choices)
                    self.tried.append(f"/{chosen.name} {option['name']}: {typed!r}")
        return offered

    async def try_menus(self, message_id: int, **how: Any) -> list[Message]:
        """Use each command in the menu of a message; return the messages with buttons that came."""
        messages = []
        for command in message_commands(self.discord.world):
            answer = await self.discord.message_command(command["name"], message_id, user="manager", **how)
            messages += self._check(answer, command["name"])
        return messages

    async def try_buttons(self, messages: list[Message]) -> None:
        """Press each button of the messages as they stood."""
        for message in messages:
            for label, custom_id in buttons_of(message).items():
                current = self.discord.world.find_message(message.id)
                press = self.discord.click if _has(current, custom_id) else self.discord.forge
                if current is not None:
                    self._check(await press(message.id, custom_id, user="manager"), f"button {label}")

    def _typed(self) -> Iterator[Chosen]:
        for command in slash_commands(self.discord.world):
            yield from typed_commands(command)

    def _ways(self, chosen: Chosen) -> Iterator[dict[str, Any]]:
        """With what is required alone, with each other option, and with all of them."""
        needed = self._needed(chosen)
        others = {option["name"]: self._value(option) for option in chosen.options if option["name"] not in needed}
        yield needed
        yield from ({**needed, name: value} for name, value in others.items())
        yield {**needed, **others}

    def _needed(self, chosen: Chosen, but: str = "") -> dict[str, Any]:
        options = [option for option in chosen.options if option.get("required") and option["name"] != but]
        return {option["name"]: self._value(option) for option in options}

    def _value(self, option: Mapping[str, Any]) -> Any:
        if option["type"] == _BOOLEAN:
            return True
        if option["type"] == _CHANNEL:
            return str(self.discord.world.channels[0].id)
        return self.values[option["name"]]

    def _check(self, answer: InteractionAnswer, what: str) -> list[Message]:
        """No answer is an apology; return it if it has buttons."""
        self.tried.append(what)
        messages = [message for message in (answer.message, *answer.followups) if message is not None]
        for message in messages:
            assert not text_of(message).startswith(_APOLOGIES), (what, text_of(message))
        return [message for message in messages if buttons_of(message)]


def _has(message: Message | None, custom_id: str) -> bool:
    return message is not None and custom_id in buttons_of(message).values()
