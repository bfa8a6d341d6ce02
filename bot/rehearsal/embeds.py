"""Discord's rules for the embeds of a message: https://docs.discord.com/developers/resources/message#embed-object"""

from typing import Any

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.wire import JsonObject

__all__ = ["embed_characters", "is_empty", "read_embeds", "shown_embeds"]

_IMAGE_SCHEMES = ("http", "https", "attachment")


def read_embeds(raw: object, form: Form) -> list[JsonObject]:
    """The embeds as Discord stores them: trimmed, without what is absent. What is wrong goes to `form`."""
    items = form.items(raw, "embeds", limits.EMBEDS)
    embeds = [_read_embed(form.mapping(item, f"embeds.{at}"), f"embeds.{at}", form) for at, item in enumerate(items)]
    if sum(map(embed_characters, embeds)) > limits.EMBEDS_TOTAL:
        size = f"Embed size exceeds maximum size of {limits.EMBEDS_TOTAL}"
        form.wrong("embeds", "MAX_EMBED_SIZE_EXCEEDED", size)
    return embeds


def _read_embed(raw: JsonObject, path: str, form: Form) -> JsonObject:
    embed = {
        "type": "rich",
        "title": form.text(raw.get("title"), f"{path}.title", limits.EMBED_TITLE),
        "description": form.text(raw.get("description"), f"{path}.description", limits.EMBED_DESCRIPTION),
        "url": form.url(raw.get("url"), f"{path}.url", limits.EMBED_URL),
        "color": form.whole(raw.get("color"), f"{path}.color", 0, limits.EMBED_COLOR),
        "timestamp": form.moment(raw.get("timestamp"), f"{path}.timestamp"),
        "footer": _read_signed(raw.get("footer"), f"{path}.footer", "text", limits.EMBED_FOOTER, form),
        "author": _read_signed(raw.get("author"), f"{path}.author", "name", limits.EMBED_AUTHOR, form),
        "image": _read_image(raw.get("image"), f"{path}.image", form),
        "thumbnail": _read_image(raw.get("thumbnail"), f"{path}.thumbnail", form),
        "fields": _read_fields(raw.get("fields"), f"{path}.fields", form),
    }
    return {key: value for key, value in embed.items() if value is not None}


def _read_signed(raw: object, path: str, key: str, most: int, form: Form) -> JsonObject | None:
    """A footer or an author: a text and perhaps an icon and a link."""
    if raw is None:
        return None
    given = form.mapping(raw, path)
    read = {
        key: form.text(given.get(key), f"{path}.{key}", most, required=True),
        "url": form.url(given.get("url"), f"{path}.url", limits.EMBED_URL),
        "icon_url": form.url(given.get("icon_url"), f"{path}.icon_url", limits.EMBED_URL, _IMAGE_SCHEMES),
    }
    return {name: value for name, value in read.items() if value is not None}


def _read_image(raw: object, path: str, form: Form) -> JsonObject | None:
    if raw is None:
        return None
    given = form.mapping(raw, path)
    url = form.url(given.get("url", ""), f"{path}.url", limits.EMBED_URL, _IMAGE_SCHEMES)
    return {"url": url, "proxy_url": url, "width": 0, "height": 0}


def _read_fields(raw: object, path: str, form: Form) -> list[JsonObject] | None:
    fields = []
    for at, item in enumerate(form.items(raw, path, limits.EMBED_FIELDS)):
        given, here = form.mapping(item, f"{path}.{at}"), f"{path}.{at}"
        fields.append(
            {
                "name": form.text(given.get("name"), f"{here}.name", limits.EMBED_FIELD_NAME, required=True),
                "value": form.text(given.get("value"), f"{here}.value", limits.EMBED_FIELD_VALUE, required=True),
                "inline": form.truth(given.get("inline"), f"{here}.inline"),
            }
        )
    return fields or None


def embed_characters(embed: JsonObject) -> int:
    """How many of the 6,000 characters of a message `embed` takes."""
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    texts += [field[key] for field in embed.get("fields", ()) for key in ("name", "value")]
    return sum(len(text) for text in texts if text)


def is_empty(embed: JsonObject) -> bool:
    """Whether nothing of `embed` would be seen."""
    return not any(
        embed.get(key) for key in ("title", "description", "footer", "author", "image", "thumbnail", "fields")
    )


def shown_embeds(embeds: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    """What members see: of several embeds with one URL only the first, as Discord's clients do it."""
    shown: list[JsonObject] = []
    for embed in embeds:
        url = embed.get("url")
        if url is None or all(other.get("url") != url for other in shown):
            shown.append(embed)
    return tuple(shown)
