"""Discord's rules for the tags of forums and media channels.

https://docs.discord.com/developers/resources/channel#forum-tag-object
"""

from collections.abc import Collection, Sequence

from bot.rehearsal import limits
from bot.rehearsal.forms import Form
from bot.rehearsal.records import Channel, StandInTag
from bot.rehearsal.wire import ApiError

__all__ = ["checked_tags", "read_applied_tags"]


def checked_tags(tags: Sequence[StandInTag]) -> tuple[StandInTag, ...]:
    """`tags` if a forum can have them.

    Raises:
        ValueError: there are too many, or one has an empty or too long a name, or the id of another.
    """
    if len(tags) > limits.FORUM_TAGS:
        raise ValueError(f"a forum has at most {limits.FORUM_TAGS} tags, not {len(tags)}")
    for tag in tags:
        if not 1 <= len(tag.name) <= limits.TAG_NAME:
            raise ValueError(f"the name of a tag is 1 to {limits.TAG_NAME} characters: {tag.name!r}")
    if len({tag.id for tag in tags}) < len(tags):
        raise ValueError("two tags of one forum have the same id")
    return tuple(tags)


def read_applied_tags(raw: object, forum: Channel, granted: Collection[str]) -> tuple[int, ...]:
    """The field ``applied_tags`` of a thread in `forum`, where the bot may do what is `granted`.

    What Discord answers to an id that is no tag of the forum is not documented; refusing is the least kind.

    Raises:
        ApiError: 400/50035 for too many tags or such an id, 400/40067 for a missing tag, 403/50013 for a tag that only
            moderators apply.
    """
    form = Form()
    wanted = form.ids(raw, "applied_tags", limits.APPLIED_TAGS)
    known = {tag.id: tag for tag in forum.available_tags}
    for at, tag_id in enumerate(wanted):
        if tag_id not in known:
            form.wrong(f"applied_tags.{at}", "BASE_TYPE_CHOICES", f"{tag_id} is no tag of this channel.")
    form.finish()
    if not wanted and forum.require_tag:
        raise ApiError(400, 40067, "A tag is required to create a forum post in this channel")
    if "manage_threads" not in granted and any(known[tag_id].moderated for tag_id in wanted):
        raise ApiError(403, 50013, "Missing Permissions")
    return tuple(wanted)
