"""The settings that there are: names as in the file, with default, unit and meaning.

The descriptions are the one source: ``config/bot.example.yaml`` carries each of them word for word; a test compares.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.settings import values
from bot.settings.tree import Scalar
from bot.settings.values import Choice, Flag, ListOf, Seconds, Text, Whole

__all__ = [
    "AnnounceSettings",
    "ChannelSettings",
    "CommandsSettings",
    "ContentSettings",
    "DiscordSettings",
    "Filter",
    "HealthSettings",
    "Model",
    "Settings",
    "StateSettings",
]

MAX_AGE_DAYS = 36_500  # a hundred years; more than that is a typing error


class Model(BaseModel):
    """A section of the file. One whose keys are all commented out (``health:`` and nothing else) has its defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _empty_means_defaults(cls, value: Any) -> Any:
        return {} if value is None else value


class ContentSettings(Model):
    """Where the posts are, and which of them are link posts."""

    directory: values.Folder = Field(
        default=Path("../content"),
        description="The folder with the Markdown posts, relative to this file.",
        examples=["/srv/site/content"],
    )
    kinds: values.Kinds = Field(
        default=("link",),
        description='Values of post_kind that make a post a link post. "*" takes every post with an external_url, '
        "also one without post_kind.",
        examples=[["link", "release"], ["*"]],
    )
    rescan_seconds: Seconds = Field(
        default=300.0,
        ge=1,
        le=86_400,
        description="Seconds between two full scans (1 to 86400), the safety net under the watcher.",
        examples=[60],
    )
    watcher: Choice[Literal["auto", "native", "polling"]] = Field(
        default="auto",
        description="How changes are noticed. native: by events of the operating system. polling: by looking again and "
        "again, for network file systems and mounts without events. auto: native where it works, else polling.",
        examples=["polling"],
    )


class StateSettings(Model):
    """What the bot remembers."""

    directory: values.Folder = Field(
        default=Path("../state"),
        description="The folder for the catalog (a SQLite file) and its lock, relative to this file. "
        "On a local disk, and included in backups.",
        examples=["/var/lib/linkbot"],
    )


class DiscordSettings(Model):
    """Where Discord is. The defaults are right but for a proxy or a stand-in."""

    api_url: values.HttpUrl = Field(
        default="https://discord.com/api/v10",
        description="The address of Discord's REST API; another one for a REST proxy or a stand-in.",
        examples=["http://127.0.0.1:8080/api/v10"],
    )
    gateway_url: values.WsUrl | None = Field(
        default=None,
        description="The address of the gateway (wss:// or ws://). null: the one that Discord's API names.",
        examples=["wss://gateway.discord.gg"],
    )


class Filter(Model):
    """Conditions on names, compared without regard to case; each absent one is no condition."""

    any: ListOf[Text] = Field(default=(), description='At least one of these is there; ["*"] asks for nothing.')
    all: ListOf[Text] = Field(default=(), description="Every one of these is there.")
    none: ListOf[Text] = Field(default=(), description='Not one of these is there; ["*"]: the post has none at all.')

    @model_validator(mode="before")
    @classmethod
    def _needs_any_all_or_none(cls, value: Any) -> Any:
        if isinstance(value, Scalar | list):
            names = value if isinstance(value, list) else [value]
            example = ", ".join(name.text for name in names if isinstance(name, Scalar)) or "kubernetes"
            values.mistake(f"{values.shown(value)} does not say how to compare", f"write {{any: [{example}]}}")
        return value


class ChannelSettings(Model):
    """A Discord channel and what it takes. A post must pass every filter that is given."""

    id: values.ChannelId = Field(
        description="The channel's id, a number of 17 to 19 digits. In Discord: User Settings, Advanced, Developer "
        "Mode on; then right-click the channel, Copy Channel ID. Required.",
        examples=[123456789012345678],
    )
    name: Text = Field(
        default_factory=lambda known: str(known.get("id", "")),
        description="A label for people, in logs and reports. Default: the id.",
        examples=["kubernetes-news"],
        json_schema_extra={"type": ["string", "number", "boolean", "null"]},
    )
    tags: Filter = Field(
        default=Filter(),
        description="Conditions on the post's tags, without regard to case. any: at least one of these; all: every one "
        "of these; none: not one of these. Default: no condition.",
        examples=[{"any": ["kubernetes"], "none": ["release"]}],
    )
    sources: Filter = Field(
        default=Filter(),
        description="Conditions on the post's source; any, all and none as for tags. Default: no condition.",
        examples=[{"any": ["CNCF"]}],
    )
    paths: ListOf[values.Glob] = Field(
        default=(),
        description="Where the post lies in the content directory: one of these patterns matches its path. * stays "
        "within a folder, ** goes through folders. Default: anywhere.",
        examples=[["docs/**"]],
    )
    mention: ListOf[values.RoleId] = Field(
        default=(),
        description="Ids of the roles that an announcement pings. Default: nobody.",
        examples=[[987654321098765432]],
    )
    publish: Flag = Field(
        default=False,
        description="true: messages are published to the servers that follow this channel (crosspost), ten an hour at "
        "most, and after the announcements that wait; only in an announcement channel. Default: false.",
        examples=[True],
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_name_means_default(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: said for key, said in value.items() if not (key == "name" and said is None)}
        return value


class AnnounceSettings(Model):
    """What is announced, when and how."""

    first_run: Choice[Literal["baseline", "announce"]] = Field(
        default="baseline",
        description="The posts that are there when the bot starts for the first time. baseline: they can be searched, "
        "but are not announced. announce: all of them are announced.",
        examples=["announce"],
    )
    hold_above: Annotated[Whole, Field(ge=0)] | None = Field(
        default=200,
        description="More new posts than this in one scan are held until a person decides (linkbot announce --held): a "
        "restored backup or a moved folder must not flood a channel. null: never hold.",
        examples=[50],
    )
    on_edit: Choice[Literal["edit", "ignore"]] = Field(
        default="edit",
        description="An announced post is changed. edit: its card follows, once nothing waits to be announced in the "
        "channel. ignore: the card stays as it is.",
        examples=["ignore"],
    )
    on_retract: Choice[Literal["delete", "keep"]] = Field(
        default="delete",
        description="An announced post becomes a draft again. delete: its card goes, be it one of several in a "
        "message; made public again, the post is announced again. keep: the card stays.",
        examples=["keep"],
    )
    on_delete: Choice[Literal["delete", "keep"]] = Field(
        default="keep",
        description="The file of an announced post is removed, and a second scan misses it too. delete: its card "
        "goes; a file that comes back later is announced again. keep: the card stays.",
        examples=["delete"],
    )
    max_age_days: Annotated[Whole, Field(ge=1, le=MAX_AGE_DAYS)] | None = Field(
        default=None,
        description="Days since the post's date; older posts can be searched, but are not announced. null: any age.",
        examples=[90],
    )
    posts_per_message: Whole = Field(
        default=10,
        ge=1,
        le=10,
        description="Cards in one message at most (1 to 10) when several posts wait for a channel.",
        examples=[5],
    )
    tldr_characters: Whole = Field(
        default=350,
        ge=1,
        le=4000,
        description="Characters of text on a card at most (1 to 4000), cut at the end of a sentence where possible.",
        examples=[500],
    )


class CommandsSettings(Model):
    """Where members find the slash commands."""

    guilds: ListOf[values.GuildId] = Field(
        default=(),
        description="Ids of the servers that get the slash commands. []: every server that the bot is in.",
        examples=[[112233445566778899]],
    )
    follow: values.Flag = Field(
        default=True,
        description="Members can follow tags, sources and words: new posts reach them by direct message. false: there "
        "are no such commands but /forget-me, nobody gets direct messages, and what waits is dropped.",
        examples=[False],
    )
    follow_messages_per_day: Whole = Field(
        default=10,
        ge=1,
        le=100,
        description="Messages to one follower within 24 hours at most (1 to 100); what comes beyond that waits "
        "and comes together in one.",
        examples=[3],
    )


class HealthSettings(Model):
    """What the bot tells a monitoring system."""

    listen: values.HostPort | None = Field(
        default=None,
        description='Host and port for /healthz, /readyz and /metrics, such as "127.0.0.1:9464". null: nothing is '
        "served. Nothing there is secret but the names of channels; keep it on loopback all the same.",
        examples=["127.0.0.1:9464"],
    )


class Settings(Model):
    """All of ``config/bot.yaml``."""

    content: ContentSettings = Field(default=ContentSettings(), description="Where the posts are.")
    state: StateSettings = Field(default=StateSettings(), description="What the bot remembers.")
    discord: DiscordSettings = Field(default=DiscordSettings(), description="Where Discord is.")
    channels: ListOf[ChannelSettings] = Field(default=(), description="The channels that get announcements.")
    announce: AnnounceSettings = Field(default=AnnounceSettings(), description="What is announced, when and how.")
    commands: CommandsSettings = Field(default=CommandsSettings(), description="The slash commands.")
    health: HealthSettings = Field(default=HealthSettings(), description="What monitoring can ask.")
