"""The settings: ``config/bot.yaml`` as typed, frozen records, and the token from the environment.

``models`` says which settings there are, ``values`` how each kind of value is written, ``tree`` reads YAML with its
places, ``load`` joins them and names every mistake, ``token`` reads the one secret, which never stands in a file here.
"""

from bot.settings.load import DEFAULT_CONFIG, load_settings, place_of_setting, setting_name, settings_for_posts
from bot.settings.models import (
    AnnounceSettings,
    ChannelSettings,
    CommandsSettings,
    ContentSettings,
    DiscordSettings,
    Filter,
    HealthSettings,
    Settings,
    StateSettings,
)
from bot.settings.token import read_token

__all__ = [
    "DEFAULT_CONFIG",
    "AnnounceSettings",
    "ChannelSettings",
    "CommandsSettings",
    "ContentSettings",
    "DiscordSettings",
    "Filter",
    "HealthSettings",
    "Settings",
    "StateSettings",
    "load_settings",
    "place_of_setting",
    "read_token",
    "setting_name",
    "settings_for_posts",
]
