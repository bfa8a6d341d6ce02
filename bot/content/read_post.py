"""One Markdown file becomes one `Post`, or the reason why not."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.content.dates import parse_date
from bot.content.excerpt import first_paragraph
from bot.content.front_matter import FrontMatter, parse_front_matter
from bot.content.links import canonical_url, check_external_url
from bot.content.post import NotAPost, Outcome, Post, PostProblem
from bot.content.values import FrontMatterError, ListValue, MapValue, Place, TextValue, Value, shown

__all__ = ["inspect_post", "read_post"]

_SECTION_PAGE = re.compile(r"(?:.*/)?_index\.(?:[^/.]+\.)?(?:md|markdown)", re.IGNORECASE | re.DOTALL)
# The other names that Hugo knows: https://gohugo.io/configuration/front-matter/#dates
_DATES = ("date",)
_PUBLISH_DATES = ("publishdate", "pubdate")
_EXPIRY_DATES = ("expirydate", "unpublishdate")
_NEVER = "9999-"  # how tools write an expiry date that never comes
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TAGS_FIX = "write tags: [first, second]"
_DATE_FIX = "write it like 2024-06-20 or 2024-06-20T10:00:00+02:00"


def read_post(path: str, raw: bytes) -> Outcome:
    """Say what a file is, from its content alone. Never raises.

    ::

        raw ──decode──► text ──parse_front_matter──► fields, body ──_post──► Post
         │                │                            │              │
         └ PostProblem    └ PostProblem, NotAPost      └ NotAPost     └ PostProblem

    Args:
        path: relative to the content directory; by its name alone an ``_index.md`` is no post.
        raw: the whole file.

    Returns:
        A Post of whatever kind, draft or not, if the file has an ``external_url``; a PostProblem if it should be
        a post and cannot be read as one; NotAPost if it has neither ``external_url`` nor ``post_kind``.
    """
    return inspect_post(path, raw)[0]


def inspect_post(path: str, raw: bytes) -> tuple[Outcome, FrontMatter | None]:
    """Say what a file is, as `read_post` does, and what its front matter says where; None: it has none to be read."""
    if _SECTION_PAGE.fullmatch(path):
        return NotAPost(path, "it is the page of a section"), None
    front_matter = None
    try:
        front_matter = parse_front_matter(_decode(raw))
        if front_matter is None:
            return NotAPost(path, "it has no front matter"), None
        if not front_matter.fields.keys() & {"external_url", "post_kind"}:
            return NotAPost(path, "its front matter has neither external_url nor post_kind"), front_matter
        return _post(path, front_matter), front_matter
    except FrontMatterError as error:
        problem = PostProblem(path, error.place.line, error.what, error.fix, error.place.column, error.field)
        return problem, front_matter


def _decode(raw: bytes) -> str:
    if (start := raw.find(b"\0")) != -1:
        what = "a NUL byte: the file is damaged, or no text"
        raise FrontMatterError(_place_of_byte(raw, start), what, "write it again, as UTF-8")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"the byte 0x{raw[error.start]:02X} is no UTF-8"
        raise FrontMatterError(_place_of_byte(raw, error.start), what, "save it as UTF-8") from error


def _place_of_byte(raw: bytes, start: int) -> Place:
    before = raw[raw.rfind(b"\n", 0, start) + 1 : start]
    return Place(raw.count(b"\n", 0, start) + 1, len(before.decode("utf-8", "replace").replace("\ufeff", "")) + 1)


def _post(path: str, front_matter: FrontMatter) -> Post:
    fields = _Fields(front_matter.fields, front_matter.nulls)
    kind = fields.line_of_text("post_kind")
    external_url = _external_url(fields, kind)
    summary = fields.text("summary")
    texts = (fields.text("tldr"), summary, fields.text("description"))
    return Post(
        path=path,
        title=_title(fields),
        external_url=external_url,
        canonical_url=canonical_url(external_url),
        text=next(filter(None, texts), "") or _clean(first_paragraph(front_matter.body)),
        summary=summary,
        tags=fields.tags(),
        source=fields.line_of_text("source"),
        kind=kind,
        draft=_is_draft(fields),
        date=fields.date(_DATES),
        publish_date=fields.date(_PUBLISH_DATES),
        expiry_date=fields.date(_EXPIRY_DATES, never=_NEVER),
    )


def _external_url(fields: "_Fields", kind: str | None) -> str:
    value = fields.scalar("external_url")
    if value is None or not (url := value.text.strip()):
        place = fields.place("post_kind", "external_url")
        what = f"post_kind is {shown(kind)}, but there is no external_url" if kind else "external_url is empty"
        raise FrontMatterError(place, what, "add external_url, or remove post_kind", field="external_url")
    if wrong := check_external_url(url):
        what = f"external_url {shown(url)} {wrong}"
        raise FrontMatterError(value.place, what, "write it like https://example.org/page", field="external_url")
    return url


def _title(fields: "_Fields") -> str:
    title = fields.line_of_text("title")
    if title is None:
        place = fields.place("title", "external_url")
        fix = "add title: and what the post is called"
        raise FrontMatterError(place, "there is no title", fix, field="title")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in title):
        what = f"the title {shown(title)} cannot be seen"
        raise FrontMatterError(fields.place("title"), what, "write it in words", field="title")
    return title


def _is_draft(fields: "_Fields") -> bool:
    """Fail closed: a draft if either field says so, whatever the other one says."""
    draft, published = fields.boolean("draft"), fields.boolean("published")
    return draft is True or published is False


@dataclass(frozen=True, slots=True)
class _Fields:
    """Front matter by field; each method raises FrontMatterError, with the place, for what its field cannot be."""

    values: Mapping[str, Value]
    nulls: Mapping[str, Place]

    def place(self, *keys: str) -> Place:
        """The place of the first of `keys` that is there."""
        return next(self.values[key].place for key in (*keys, *self.values) if key in self.values)

    def scalar(self, key: str) -> TextValue | None:
        value = self.values.get(key)
        if isinstance(value, ListValue | MapValue):
            what = f"{key} is {_shape(value)}, not text"
            raise FrontMatterError(value.place, what, f"write {key}: and one text", field=key)
        return value

    def text(self, key: str) -> str:
        """Text with its line breaks; "" if there is none."""
        value = self.scalar(key)
        return "" if value is None else _storable(key, value)

    def line_of_text(self, key: str) -> str | None:
        """Text on one line; None if there is none."""
        return " ".join(self.text(key).split()) or None

    def tags(self) -> tuple[str, ...]:
        """The tags without repetition; one text is one tag, as in Hugo."""
        value = self.values.get("tags")
        if isinstance(value, MapValue):
            raise FrontMatterError(value.place, "tags is a map, not a list", _TAGS_FIX, field="tags")
        items = value.items if isinstance(value, ListValue) else (value,) if value else ()
        tags: dict[str, str] = {}
        for item in items:
            if not isinstance(item, TextValue):
                raise FrontMatterError(item.place, f"a tag is {_shape(item)}, not text", _TAGS_FIX, field="tags")
            if tag := " ".join(_storable("tags", item).split()):
                tags.setdefault(tag.casefold(), tag)
        return tuple(tags.values())

    def boolean(self, key: Literal["draft", "published"]) -> bool | None:
        """True, false, or None if it is not there; nothing else, since anything else could mean either.

        That goes for a key without a value as well: for Hugo, ``published:`` alone makes a draft.
        """
        fix = f"write {key}: true or {key}: false"
        if key in self.nulls:
            raise FrontMatterError(self.nulls[key], f"{key} has no value", fix, field=key)
        value = self.values.get(key)
        if value is None:
            return None
        word = value.text.strip().casefold() if isinstance(value, TextValue) else _shape(value)
        if word in {"true", "false"}:
            return word == "true"
        what = shown(value.text) if isinstance(value, TextValue) else word
        raise FrontMatterError(value.place, f"{key} is {what}, neither true nor false", fix, field=key)

    def date(self, keys: tuple[str, ...], never: str = "\0") -> datetime | None:
        """The date under the first of `keys` that is there; None if there is none, or it begins with `never`."""
        for key in keys:
            value = self.scalar(key)
            if value is not None and (text := value.text.strip()):
                return None if text.startswith(never) else _date(key, value)
        return None


def _date(key: str, value: TextValue) -> datetime:
    try:
        return parse_date(value.text)
    except ValueError as error:
        what = f"{key} is {shown(value.text)}, {error}"
        raise FrontMatterError(value.place, what, _DATE_FIX, field=key) from error


def _shape(value: ListValue | MapValue) -> str:
    return "a list" if isinstance(value, ListValue) else "a map"


def _storable(key: str, value: TextValue) -> str:
    """Text that a database, JSON and a terminal can take; the rest comes from escapes such as ``\\ud800``."""
    if not _is_storable(value.text):
        what = f"{key} holds a character that is no text: {shown(value.text)}"
        raise FrontMatterError(value.place, what, "remove the \\0 or the lone \\ud800 to \\udfff", field=key)
    return _clean(value.text)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return "\0" not in text


def _clean(text: str) -> str:
    """Return `text` trimmed, without control characters but for line breaks and tabs."""
    return _CONTROLS.sub(lambda match: " " if match[0].isspace() else "", text).strip()
