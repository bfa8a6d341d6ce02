"""Discord's rules for the components of a message: https://docs.discord.com/developers/components/reference"""

from collections.abc import Callable, Iterator, Sequence

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.wire import JsonObject

__all__ = ["BUTTON", "IS_COMPONENTS_V2", "STRING_SELECT", "find_component", "read_components", "read_selection"]

IS_COMPONENTS_V2 = 1 << 15

BUTTON, STRING_SELECT = 2, 3
_ACTION_ROW, _SECTION, _TEXT, _THUMBNAIL, _GALLERY = 1, 9, 10, 11, 12
_FILE, _SEPARATOR, _CONTAINER = 13, 14, 17
_OTHER_SELECTS = (5, 6, 7, 8)
_TOP_V1 = (_ACTION_ROW,)
_TOP_V2 = (_ACTION_ROW, _SECTION, _TEXT, _GALLERY, _FILE, _SEPARATOR, _CONTAINER)
_IN_ROW = (BUTTON, STRING_SELECT, *_OTHER_SELECTS)
_LINK, _PREMIUM = 5, 6


def read_components(raw: object, flags: int, form: Form) -> list[JsonObject]:
    """The components as Discord stores them: each with an ``id``. What is wrong goes to `form`."""
    second = bool(flags & IS_COMPONENTS_V2)
    items = form.items(raw, "components", limits.COMPONENTS if second else limits.ACTION_ROWS)
    reader = _Reader(form)
    read = [reader.read(item, f"components.{at}", _TOP_V2 if second else _TOP_V1) for at, item in enumerate(items)]
    if reader.count > limits.COMPONENTS:
        form.wrong("components", "BASE_TYPE_MAX_LENGTH", f"Must be {limits.COMPONENTS} or fewer in length.")
    if reader.characters > limits.TEXT_DISPLAY:
        form.wrong("components", "COMPONENT_MAX_TOTAL_TEXT", f"Must be {limits.TEXT_DISPLAY} or fewer in length.")
    return read


class _Reader:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._custom_ids: set[str] = set()
        self.count = 0
        self.characters = 0
        self._by_type: dict[int, Callable[[JsonObject, str], JsonObject]] = {
            _ACTION_ROW: self._row,
            BUTTON: self._button,
            STRING_SELECT: self._string_select,
            **dict.fromkeys(_OTHER_SELECTS, self._select),
            _SECTION: self._section,
            _TEXT: self._text,
            _THUMBNAIL: self._thumbnail,
            _GALLERY: self._gallery,
            _CONTAINER: self._container,
        }

    def read(self, raw: object, path: str, allowed: tuple[int, ...]) -> JsonObject:
        """One component and those within it."""
        self.count += 1
        number = self.count
        given = self._form.mapping(raw, path)
        kind = self._form.choice(given.get("type"), f"{path}.type", allowed)
        read = self._by_type[kind](given, path) if kind in self._by_type else {}
        own = {key: value for key, value in given.items() if key != "components"}  # which only `read` has looked at
        present = {key: value for key, value in {**own, **read}.items() if value is not None}
        return {**present, "id": given.get("id") or number}

    def _children(self, raw: object, path: str, allowed: tuple[int, ...], most: int) -> list[JsonObject]:
        items = self._form.items(raw, f"{path}.components", most)
        if not items:
            self._form.wrong(f"{path}.components", "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {most} in length.")
        return [self.read(item, f"{path}.components.{at}", allowed) for at, item in enumerate(items)]

    def _custom_id(self, given: JsonObject, path: str) -> None:
        custom_id = self._form.bounded(given.get("custom_id"), f"{path}.custom_id", 1, limits.CUSTOM_ID)
        if custom_id in self._custom_ids:
            duplicated = "Component custom id cannot be duplicated"
            self._form.wrong(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", duplicated)
        elif custom_id is not None:
            self._custom_ids.add(custom_id)

    def _row(self, given: JsonObject, path: str) -> JsonObject:
        children = self._children(given.get("components"), path, _IN_ROW, limits.ROW_BUTTONS)
        if len(children) > 1 and any(child.get("type") != BUTTON for child in children):
            why = "A row has buttons, or one select"
            self._form.wrong(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", why)
        return {"components": children}

    def _button(self, given: JsonObject, path: str) -> JsonObject:
        style = self._form.choice(given.get("style"), f"{path}.style", range(1, _PREMIUM + 1))
        label = self._form.text(given.get("label"), f"{path}.label", limits.BUTTON_LABEL)
        read: JsonObject = {"label": label, "disabled": self._form.truth(given.get("disabled"), f"{path}.disabled")}
        if style == _LINK:
            schemes = ("http", "https", "discord")
            read["url"] = self._form.url(given.get("url", ""), f"{path}.url", limits.BUTTON_URL, schemes)
        elif style != _PREMIUM:
            self._custom_id(given, path)
        if label is None and not given.get("emoji") and style != _PREMIUM:
            self._form.required(f"{path}.label")
        return read

    def _select(self, given: JsonObject, path: str) -> JsonObject:
        self._custom_id(given, path)
        placeholder = self._form.text(given.get("placeholder"), f"{path}.placeholder", limits.SELECT_PLACEHOLDER)
        self._form.truth(given.get("disabled"), f"{path}.disabled")
        least = self._form.whole(given.get("min_values", 1), f"{path}.min_values", 0, limits.SELECT_OPTIONS)
        most = self._form.whole(given.get("max_values", 1), f"{path}.max_values", 1, limits.SELECT_OPTIONS)
        return {"placeholder": placeholder, "min_values": least, "max_values": most}

    def _string_select(self, given: JsonObject, path: str) -> JsonObject:
        options = self._form.items(given.get("options"), f"{path}.options", limits.SELECT_OPTIONS)
        if not options:
            self._form.required(f"{path}.options")
        seen: set[object] = set()
        for at, option in enumerate(options):
            here = f"{path}.options.{at}"
            fields = self._form.mapping(option, here)
            self._form.bounded(fields.get("label"), f"{here}.label", 1, limits.SELECT_OPTION_TEXT)
            value = self._form.bounded(fields.get("value"), f"{here}.value", 1, limits.SELECT_OPTION_TEXT)
            if value in seen:
                why = "The specified option value is already used"
                self._form.wrong(f"{here}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", why)
            seen.add(value)
            self._form.text(fields.get("description"), f"{here}.description", limits.SELECT_OPTION_TEXT)
        return self._select(given, path)

    def _text(self, given: JsonObject, path: str) -> JsonObject:
        content = self._form.text(given.get("content"), f"{path}.content", limits.TEXT_DISPLAY, required=True)
        self.characters += len(content or "")
        return {"content": content}

    def _section(self, given: JsonObject, path: str) -> JsonObject:
        texts = self._children(given.get("components"), path, (_TEXT,), 3)
        accessory = self.read(given.get("accessory"), f"{path}.accessory", (BUTTON, _THUMBNAIL))
        return {"components": texts, "accessory": accessory}

    def _thumbnail(self, given: JsonObject, path: str) -> JsonObject:
        self._media(given.get("media"), f"{path}.media")
        return {}

    def _gallery(self, given: JsonObject, path: str) -> JsonObject:
        for at, item in enumerate(self._form.items(given.get("items"), f"{path}.items", 10)):
            self._media(self._form.mapping(item, f"{path}.items.{at}").get("media"), f"{path}.items.{at}.media")
        return {}

    def _media(self, raw: object, path: str) -> None:
        media = self._form.mapping(raw, path)
        self._form.url(media.get("url", ""), f"{path}.url", limits.EMBED_URL, ("http", "https", "attachment"))

    def _container(self, given: JsonObject, path: str) -> JsonObject:
        within = tuple(kind for kind in _TOP_V2 if kind != _CONTAINER)
        return {"components": self._children(given.get("components"), path, within, limits.COMPONENTS)}


def _flat(components: Sequence[JsonObject]) -> Iterator[JsonObject]:
    """All of `components`, and what is within them, at whatever depth."""
    for component in components:
        yield component
        yield from _flat(component.get("components", ()))
        if isinstance(component.get("accessory"), dict):
            yield component["accessory"]


def find_component(components: Sequence[JsonObject], custom_id: str, kind: int) -> JsonObject:
    """The button or string select with that ``custom_id``; `ValueError` if there is none, or it is disabled."""
    name = "button" if kind == BUTTON else "select"
    for component in _flat(components):
        if component.get("custom_id") == custom_id and component["type"] == kind:
            if component.get("disabled"):
                raise ValueError(f"the {name} with the custom id {custom_id!r} is disabled")
            return component
    raise ValueError(f"the message has no {name} with the custom id {custom_id!r}")


def read_selection(select: JsonObject, values: Sequence[str]) -> None:
    """Check what is chosen in a string select; `ValueError` if its values or their number are not to be had."""
    offered = [option["value"] for option in select["options"]]
    strange = [value for value in values if value not in offered]
    if strange or len(set(values)) < len(values):
        raise ValueError(f"{list(values)} cannot be chosen; the select offers {offered}")
    if not select["min_values"] <= len(values) <= select["max_values"]:
        raise ValueError(f"the select takes {select['min_values']} to {select['max_values']} values, not {len(values)}")
