"""What settings are rehearsed with: the stand-in's channels and roles, and what the settings cannot say for it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.ops.reload import SettingsFile, changes
from bot.problems import ConfigurationError, UsageError
from bot.rehearsal import limits
from bot.rehearsal.standin import StandIn, StandInChannel, StandInRole, StandInTag
from bot.settings import ChannelSettings, DiscordSettings, HealthSettings, Settings, StateSettings, load_settings

__all__ = ["Stage", "stand_in_channels", "stand_in_roles"]

_ANYTHING = "*"  # in a filter; no tag


@dataclass(frozen=True, slots=True)
class Stage:
    """What settings are rehearsed with, in the place of what they say of it.

    Attributes:
        stand_in: for Discord.
        folder: for all that is made.
        config: the person's own settings file, which is followed; None: the one in `folder` is.
        content: the content directory; None: that of the settings, or the sample site.
        forums: as for `rehearse`.
        known: the ids of the channels that the stand-in was ever given.
    """

    stand_in: StandIn
    folder: Path
    config: Path | None
    content: Path | None
    forums: Collection[str]
    known: set[int] = field(default_factory=set)

    @property
    def printed(self) -> Path:
        """The settings file by which other commands find the rehearsal."""
        return self.folder / "bot.yaml"

    def put_up(self, settings: Settings) -> None:
        """Let the stand-in have the channels and roles of the settings, and tell other commands of these.

        Channels that are no more stay, so that a person sees what stands there; a forum keeps its tags.
        """
        world = self.stand_in.world
        names = {word for channel in settings.channels for word in (str(channel.id), channel.name)}
        for channel in stand_in_channels(settings.channels, names.intersection(self.forums)):
            there = world.find_channel(channel.id)
            if there is None and channel.id not in self.known:  # one that a person deleted stays deleted
                world.add_channel(channel)
            elif there is not None:
                kind = there.kind if "forum" in (there.kind, channel.kind) else channel.kind
                if (changed := replace(there, name=channel.name, kind=kind)) != there:
                    world.change_channel(changed)
            self.known.add(channel.id)
        there_already = {role.id for role in world.roles}
        for role in stand_in_roles(settings.channels):
            if role.id not in there_already:
                world.add_role(role)
        if self.config is not None or not self.printed.exists():
            self.printed.write_text(settings.model_dump_json(indent=2), encoding="utf-8")  # all JSON is YAML

    def redirected(self, settings: Settings) -> Settings:
        """The settings with the stand-in for Discord and a state directory of their own.

        The stand-in is one server, which the settings cannot know; and the port for monitoring may be the real
        service's.
        """
        directory = _content_directory(settings, self.content)
        return settings.model_copy(
            update={
                "content": settings.content.model_copy(update={"directory": directory}),
                "state": StateSettings(directory=self.folder / "state"),
                "discord": DiscordSettings(api_url=self.stand_in.api_url, gateway_url=self.stand_in.gateway_url),
                "commands": settings.commands.model_copy(update={"guilds": ()}),
                "health": HealthSettings(),
            }
        )

    def read(self, path: Path) -> Settings:
        """The settings in a file, redirected.

        Raises:
            ConfigurationError: what is wrong with it; or it is the rehearsal's own, and says otherwise.
        """
        settings = load_settings(path, for_rehearsal=True)
        redirected = self.redirected(settings)
        if self.config is None and settings != redirected:
            told = ", ".join(changes(redirected, settings))
            raise ConfigurationError(f"the rehearsal stands on {told}: put back there what it said before")
        return redirected

    def file(self, tell: Callable[[str], None]) -> SettingsFile:
        """The settings that are followed."""

        def take(settings: Settings) -> None:
            try:
                self.put_up(settings)
            except OSError as error:
                tell(f"{self.printed} does not say what is in force now: {error.strerror}")

        return SettingsFile(self.config or self.printed, self.read, take)


def stand_in_channels(channels: Sequence[ChannelSettings], forums: Collection[str]) -> list[StandInChannel]:
    """The channels of the settings as the stand-in has them.

    One that `forums` names is a forum, whose tags are all that the settings filter by and a forum can have; one that is
    to be published is an announcement channel; any other is a text channel.

    Raises:
        UsageError: one of `forums` is neither id nor name of a channel.
    """
    unknown = sorted(set(forums) - {word for channel in channels for word in (str(channel.id), channel.name)})
    if unknown:
        known = ", ".join(channel.name for channel in channels) or "none"
        raise UsageError(f"--forum: there is no channel {', '.join(unknown)} in the settings; they have: {known}")
    tags = _tags(channels)
    return [
        StandInChannel(channel.id, channel.name, "forum", available_tags=tags)
        if {str(channel.id), channel.name} & set(forums)
        else StandInChannel(channel.id, channel.name, "announcement" if channel.publish else "text")
        for channel in channels
    ]


def _tags(channels: Sequence[ChannelSettings]) -> tuple[StandInTag, ...]:
    """What the filters ask for, as tags of a forum. Their ids need only differ from each other."""
    named = dict.fromkeys(tag for channel in channels for tag in (*channel.tags.any, *channel.tags.all))
    short = [tag for tag in named if len(tag) <= limits.TAG_NAME and tag != _ANYTHING][: limits.FORUM_TAGS]
    return tuple(StandInTag(number, tag) for number, tag in enumerate(short, start=1))


def stand_in_roles(channels: Sequence[ChannelSettings]) -> list[StandInRole]:
    """The roles that the settings name."""
    return [StandInRole(role, f"role {role}") for role in sorted({role for each in channels for role in each.mention})]


def _content_directory(settings: Settings, content: Path | None) -> Path:
    if content is None:
        return settings.content.directory
    return content.parent.resolve() / content.name if content.name not in {"", ".."} else content.resolve()
