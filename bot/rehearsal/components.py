"""Discord's rules for the components of a message: https://docs.discord.com/developers/components/reference"""

from collections.abc import Callable, Iterator

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.wire import JsonObject

__all__ = ["IS_COMPONENTS_V2", "custom_ids", "read_components"]

IS_COMPONENTS_V2 = 1 << 15

_ACTION_ROW, _BUTTON, _STRING_SELECT, _SECTION, _TEXT, _THUMBNAIL, _GALLERY = 1, 2, 3, 9, 10, 11, 12
_FILE, _SEPARATOR, _CONTAINER = 13, 14, 17
_OTHER_SELECTS = (5, 6, 7, 8)
_TOP_V1 = (_ACTION_ROW,)
_TOP_V2 = (_ACTION_ROW, _SECTION, _TEXT, _GALLERY, _FILE, _SEPARATOR, _CONTAINER)
_IN_ROW = (_BUTTON, _STRING_SELECT, *_OTHER_SELECTS)
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
            _BUTTON: self._button,
            _STRING_SELECT: self._string_select,
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
        return {"components": self._children(given.get("components"), path, _IN_ROW, limits.ROW_BUTTONS)}

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
        return {"placeholder": placeholder}

    def _string_select(self, given: JsonObject, path: str) -> JsonObject:
        options = self._form.items(given.get("options"), f"{path}.options", limits.SELECT_OPTIONS)
        if not options:
            self._form.required(f"{path}.options")
        for at, option in enumerate(options):
            here = f"{path}.options.{at}"
            fields = self._form.mapping(option, here)
            self._form.bounded(fields.get("label"), f"{here}.label", 1, limits.SELECT_OPTION_TEXT)
            self._form.bounded(fields.get("value"), f"{here}.value", 1, limits.SELECT_OPTION_TEXT)
            self._form.text(fields.get("description"), f"{here}.description", limits.SELECT_OPTION_TEXT)
        return self._select(given, path)

    def _text(self, given: JsonObject, path: str) -> JsonObject:
        content = self._form.text(given.get("content"), f"{path}.content", limits.TEXT_DISPLAY, required=True)
        self.characters += len(content or "")
        return {"content": content}

    def _section(self, given: JsonObject, path: str) -> JsonObject:
        texts = self._children(given.get("components"), path, (_TEXT,), 3)
        accessory = self.read(given.get("accessory"), f"{path}.accessory", (_BUTTON, _THUMBNAIL))
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


def custom_ids(components: tuple[JsonObject, ...]) -> Iterator[str]:
    """Every ``custom_id`` within `components`, at whatever depth."""
    for component in components:
        if isinstance(component.get("custom_id"), str):
            yield component["custom_id"]
        yield from custom_ids(tuple(component.get("components", ())))
        if isinstance(component.get("accessory"), dict):
            yield from custom_ids((component["accessory"],))
