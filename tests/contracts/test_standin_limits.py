"""The stand-in's limits are not kinder than Discord's own document."""

from typing import Any

import pytest

from bot.rehearsal import limits
from tests.support.standin_openapi import document, requires_document, schema

pytestmark = requires_document

# The limit, the schema, the property, the keyword.
TABLE = [
    (limits.NONCE, "MessageCreateRequest", "nonce", "maxLength"),
    (limits.EMBEDS, "MessageCreateRequest", "embeds", "maxItems"),
    (limits.COMPONENTS, "MessageCreateRequest", "components", "maxItems"),
    (limits.EMBED_TITLE, "RichEmbed", "title", "maxLength"),
    (limits.EMBED_DESCRIPTION, "RichEmbed", "description", "maxLength"),
    (limits.EMBED_URL, "RichEmbed", "url", "maxLength"),
    (limits.EMBED_COLOR, "RichEmbed", "color", "maximum"),
    (limits.EMBED_FIELDS, "RichEmbed", "fields", "maxItems"),
    (limits.EMBED_FIELD_NAME, "RichEmbedField", "name", "maxLength"),
    (limits.EMBED_FIELD_VALUE, "RichEmbedField", "value", "maxLength"),
    (limits.EMBED_FOOTER, "RichEmbedFooter", "text", "maxLength"),
    (limits.EMBED_AUTHOR, "RichEmbedAuthor", "name", "maxLength"),
    (limits.BUTTON_LABEL, "ButtonComponentForMessageRequest", "label", "maxLength"),
    (limits.BUTTON_URL, "ButtonComponentForMessageRequest", "url", "maxLength"),
    (limits.CUSTOM_ID, "ButtonComponentForMessageRequest", "custom_id", "maxLength"),
    (limits.ROW_BUTTONS, "ActionRowComponentForMessageRequest", "components", "maxItems"),
    (limits.SELECT_OPTIONS, "StringSelectComponentForMessageRequest", "options", "maxItems"),
    (limits.SELECT_PLACEHOLDER, "StringSelectComponentForMessageRequest", "placeholder", "maxLength"),
    (limits.SELECT_OPTION_TEXT, "StringSelectOptionForRequest", "label", "maxLength"),
    (limits.TEXT_DISPLAY, "TextDisplayComponentForMessageRequest", "content", "maxLength"),
    (limits.MENTIONS, "MessageAllowedMentionsRequest", "users", "maxItems"),
    (limits.MENTIONS, "MessageAllowedMentionsRequest", "roles", "maxItems"),
    (limits.COMMAND_NAME, "ApplicationCommandUpdateRequest", "name", "maxLength"),
    (limits.COMMAND_DESCRIPTION, "ApplicationCommandUpdateRequest", "description", "maxLength"),
    (limits.COMMAND_OPTIONS, "ApplicationCommandUpdateRequest", "options", "maxItems"),
    (limits.COMMAND_DESCRIPTION, "ApplicationCommandStringOption", "description", "maxLength"),
    (limits.COMMAND_CHOICES, "ApplicationCommandStringOption", "choices", "maxItems"),
    (limits.CHOICE_NAME, "ApplicationCommandOptionStringChoice", "name", "maxLength"),
    (limits.THREAD_NAME, "CreateForumThreadRequest", "name", "maxLength"),
    (limits.THREAD_NAME, "UpdateThreadRequestPartial", "name", "maxLength"),
    (limits.THREAD_SLOWMODE, "CreateForumThreadRequest", "rate_limit_per_user", "maximum"),
    (limits.APPLIED_TAGS, "CreateForumThreadRequest", "applied_tags", "maxItems"),
    (limits.FORUM_TAGS, "UpdateGuildChannelRequestPartial", "available_tags", "maxItems"),
]


def _find(node: Any, keyword: str) -> list[int]:
    """Every value of `keyword` in a property, within its alternatives too."""
    found = [node[keyword]] if keyword in node else []
    for alternative in (*node.get("oneOf", ()), *node.get("anyOf", ())):
        found += _find(alternative, keyword)
    return found


@pytest.mark.parametrize(("limit", "name", "field", "keyword"), TABLE)
def test_limit_is_that_of_the_document(limit: int, name: str, field: str, keyword: str) -> None:
    """A limit of the stand-in equals the one that Discord's document gives for the field."""
    assert _find(schema(f"{name}/properties/{field}"), keyword) == [limit]


def test_limits_that_are_stricter_than_the_document() -> None:
    """Content is limited to what bots may send, below what the document gives for paying people."""
    assert _find(schema("MessageCreateRequest/properties/content"), "maxLength") == [4000]
    assert limits.CONTENT == 2000


def test_names_of_tags_are_shorter_than_in_the_document() -> None:
    """A tag's name is limited to the 20 characters of Discord's documentation, not the 50 of the document."""
    assert _find(schema("CreateOrUpdateThreadTagRequest/properties/name"), "maxLength") == [50]
    assert limits.TAG_NAME == 20


def test_pages_of_archived_threads_are_those_of_the_document() -> None:
    """The list of archived threads takes as few and as many at once as the document says."""
    listed = document()["paths"]["/channels/{channel_id}/threads/archived/public"]["get"]["parameters"]
    bounds = next(parameter["schema"] for parameter in listed if parameter["name"] == "limit")
    assert (bounds["minimum"], bounds["maximum"]) == (limits.LEAST_ARCHIVED, limits.HISTORY)
