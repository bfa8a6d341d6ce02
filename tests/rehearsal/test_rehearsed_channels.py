"""Which channels a rehearsal gives to the settings."""

import pytest

from bot.ops.stage import stand_in_channels
from bot.problems import UsageError
from bot.rehearsal.standin import StandInTag
from bot.rehearse import SAMPLE
from bot.settings import ChannelSettings, Filter

CHANNELS = (
    ChannelSettings(id=11, name="news", tags=Filter(any=("kubernetes", "a tag that is longer than a forum's"))),
    ChannelSettings(id=12, name="releases", publish=True, tags=Filter(all=("kubernetes", "release"), none=("draft",))),
    ChannelSettings(id=13, name="reading", tags=Filter(any=("*",))),
)


def test_a_channel_that_is_published_is_an_announcement_channel() -> None:
    """Without a word on kinds a channel is a text channel, with `publish: true` one for announcements."""
    assert [(channel.id, channel.name, channel.kind) for channel in stand_in_channels(CHANNELS, ())] == [
        (11, "news", "text"),
        (12, "releases", "announcement"),
        (13, "reading", "text"),
    ]


@pytest.mark.parametrize("word", ["13", "reading"])
def test_a_forum_has_the_tags_that_are_filtered_by(word: str) -> None:
    """A channel that is named as a forum, by id or name, has as tags what the filters ask for and a forum can have."""
    channels = stand_in_channels(CHANNELS, [word])
    assert [channel.kind for channel in channels] == ["text", "announcement", "forum"]
    assert channels[2].available_tags == (StandInTag(1, "kubernetes"), StandInTag(2, "release"))


def test_a_forum_takes_twenty_tags_of_many() -> None:
    """Filters for more tags than a forum can have are no reason to fail."""
    many = ChannelSettings(id=14, name="many", tags=Filter(any=tuple(f"tag {number}" for number in range(30))))
    assert len(stand_in_channels([many], ["many"])[0].available_tags) == 20


def test_an_unknown_forum_is_a_sentence() -> None:
    """A forum that is no channel of the settings is refused with the names of those that are."""
    with pytest.raises(UsageError, match="there is no channel nowhere in the settings; they have: all-links, kuber"):
        stand_in_channels(SAMPLE.channels, ["nowhere"])
