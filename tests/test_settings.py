"""The settings file and the token: what is taken, and what is said about every mistake."""

import contextlib
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.problems import ExitCode, SettingsError, SettingsProblem, TokenMissingError
from bot.settings import ChannelSettings, Filter, Settings, load_settings, place_of_setting, read_token

EXAMPLE = Path(__file__).parents[1] / "config" / "bot.example.yaml"
CHANNEL = "channels: [{id: 223456789012345678}]\n"

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a settings file into a folder of its own and give its path."""

    def write(text: str | bytes) -> Path:
        file = tmp_path / "config" / "bot.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    return write


def problems_of(file: Path) -> tuple[SettingsProblem, ...]:
    with pytest.raises(SettingsError) as raised:
        load_settings(file)
    return raised.value.problems


def only_problem_of(file: Path) -> SettingsProblem:
    (problem,) = problems_of(file)
    return problem


def test_the_example_loads_as_it_stands() -> None:
    """The shipped example has no mistake, and says the defaults but for its one example channel."""
    loaded = load_settings(EXAMPLE, for_rehearsal=True)
    expected = Settings(channels=(ChannelSettings(id=123456789012345678, name="kubernetes-news"),))
    assert loaded.model_dump(exclude={"content": {"directory"}, "state": {"directory"}}) == expected.model_dump(
        exclude={"content": {"directory"}, "state": {"directory"}}
    )


def test_directories_are_relative_to_the_file(write: Write, tmp_path: Path) -> None:
    """A relative directory counts from the folder of the settings file, an absolute one stays."""
    loaded = load_settings(write(f"content: {{directory: ../site}}\nstate: {{directory: /var/lib/linkbot}}\n{CHANNEL}"))
    assert loaded.content.directory == tmp_path.resolve() / "site"
    assert loaded.state.directory == Path("/var/lib/linkbot")


def test_a_content_directory_that_is_a_link_stays_one(write: Write, tmp_path: Path) -> None:
    """The content directory may be a link that is swapped later: it is not followed when settings are read."""
    (tmp_path / "release-1").mkdir()
    (tmp_path / "content").symlink_to("release-1")
    assert load_settings(write(CHANNEL)).content.directory == tmp_path.resolve() / "content"


def test_a_linked_settings_folder_counts_as_where_it_leads(write: Write, tmp_path: Path) -> None:
    """``..`` in a directory is taken from the real folder of the file, as the operating system does."""
    file = write(CHANNEL)
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "linked"
    link.symlink_to(file.parent)
    assert load_settings(link / file.name).content.directory == tmp_path.resolve() / "content"


@pytest.mark.parametrize("written", ["223456789012345678", '"223456789012345678"', "'223456789012345678'"])
def test_ids_are_numbers_or_text(write: Write, written: str) -> None:
    """An id may stand with or without quotes, and names the channel that has no name."""
    (channel,) = load_settings(write(f"channels: [{{id: {written}, mention: [{written}]}}]")).channels
    assert (channel.id, channel.name, channel.mention) == (223456789012345678, "223456789012345678", (channel.id,))


def test_texts_stay_as_they_are_written(write: Write) -> None:
    """Tags, sources, kinds and names are texts, even those that YAML could take for something else."""
    loaded = load_settings(
        write(
            "content: {kinds: [on, 2024]}\n"
            "channels:\n"
            "  - {id: 223456789012345678, name: 1.10, tags: {any: [yes, 12:30], none: ['~']}, sources: {all: [true]}}\n"
        )
    )
    (channel,) = loaded.channels
    assert loaded.content.kinds == ("on", "2024")
    assert channel.name == "1.10"
    assert channel.tags == Filter(any=("yes", "12:30"), none=("~",))
    assert channel.sources == Filter(all=("true",))


@pytest.mark.parametrize("written", ["'*'", "['*']"])
def test_all_kinds_may_be_asked_for(write: Write, written: str) -> None:
    """A single star takes every kind, in brackets or alone."""
    assert load_settings(write(f"content: {{kinds: {written}}}\n{CHANNEL}")).content.kinds == ("*",)


def test_null_switches_off(write: Write) -> None:
    """Null is a value where it has a meaning."""
    loaded = load_settings(write(f"announce: {{hold_above: null, max_age_days: ~}}\n{CHANNEL}"))
    assert (loaded.announce.hold_above, loaded.announce.max_age_days) == (None, None)


def test_sections_lists_and_names_left_empty_have_their_defaults(write: Write) -> None:
    """A key with nothing behind it, because all below it is commented out, counts as absent."""
    text = "health:\ncommands:\n  guilds:\nchannels:\n  - id: 223456789012345678\n    name:\n    tags:\n    mention:\n"
    assert load_settings(write(text)) == load_settings(write(CHANNEL))


def test_every_mistake_comes_at_once_in_the_order_of_lines(write: Write) -> None:
    """One reading names all mistakes, of every kind, each with its line."""
    text = (
        "conten: {}\n"
        "channels:\n"
        "  - id: 223456789012345678\n"
        "    publish: sometimes\n"
        "  - id: abc\n"
        "  - id: 223456789012345678\n"
        "announce:\n"
        "  on_edit: edit\n"
        "  on_edit: ignore\n"
        "  hold_above: many\n"
    )
    places = [(problem.line, problem.key) for problem in problems_of(write(text))]
    assert places == [
        (1, "conten"),
        (4, "channels[0].publish"),
        (5, "channels[1].id"),
        (6, "channels[2].id"),
        (9, "announce.on_edit"),
        (10, "announce.hold_above"),
    ]


def test_a_mistake_reads_as_a_sentence_with_its_place(write: Write) -> None:
    """The error's text is what a person needs: file and line, key, what is wrong, what would be right."""
    file = write("channels:\n  - id: 223456789012345678\n  - id: abc\n")
    with pytest.raises(SettingsError) as raised:
        load_settings(file)
    assert str(raised.value) == (
        f"{file}:3:9: channels[1].id: 'abc' is not a channel id; it is a number of 17 to 19 digits "
        "(in Discord: developer mode on, right-click the channel, Copy Channel ID)"
    )
    assert raised.value.exit_code is ExitCode.CONFIGURATION


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("channels: [{id: 223456789012345678, publish: perhaps}]\n", (1, 46)),
        ("channels:\n  - id: 223456789012345678\n    nmae: é\n", (3, 5)),
        (f"announce:\n  on_edit: edit\n  on_edit: edit\n{CHANNEL}", (3, 3)),
        (f"announce:\n  hold_above:\n    many\n{CHANNEL}", (2, 3)),
        (f"content: {{kinds: [é, ' ']}}\n{CHANNEL}", (1, 22)),
        ("channels: 'x\n", (2, 1)),
        ("é: \x07\n", (1, 4)),
        ("é: é\nchannels: [*x]\n", (2, 12)),
        ("a: !b c\n", (1, 4)),
        ("channels:\n  - name: x\n", (2, 5)),
    ],
)
def test_a_mistake_has_its_column(write: Write, text: str, place: tuple[int, int]) -> None:
    """Line and column lead to the value, or to the key where that is wrong or stands in another line."""
    problem = problems_of(write(text))[0]
    assert (problem.line, problem.column) == place


def test_an_id_that_was_left_from_the_example_is_refused(write: Write) -> None:
    """Who copies the example and forgets its channel or its role hears that, not an answer of Discord."""
    text = "channels:\n  - id: 123456789012345678\n    mention: [987654321098765432]\n"
    channel, role = problems_of(write(text))
    assert (channel.key, channel.line, channel.column) == ("channels[0].id", 2, 9)
    assert (role.key, role.line, role.column) == ("channels[0].mention[0]", 3, 15)
    assert "of the example" in channel.what
    assert "Copy Channel ID" in channel.fix
    assert "Copy Role ID" in role.fix
    assert load_settings(write(text), for_rehearsal=True).channels[0].id == 123456789012345678
    elsewhere = f"discord: {{api_url: 'http://127.0.0.1:1/api'}}\n{text}"
    assert load_settings(write(elsewhere)).channels[0].id == 123456789012345678


def test_a_setting_can_be_found_in_its_file(write: Write, tmp_path: Path) -> None:
    """A report about settings that are right in themselves can still point at them."""
    file = write("channels:\n  - id: 223456789012345678\n    name: news\n")
    assert place_of_setting(file, ("channels", 0, "name")) == (3, 11)
    assert place_of_setting(file, ("content", "kinds")) is None
    assert place_of_setting(tmp_path / "none.yaml", ("channels",)) is None


@pytest.mark.parametrize(
    ("text", "key", "what", "fix"),
    [
        ("announce: {on_edti: edit}", "announce.on_edti", "no such key", "did you mean on_edit?"),
        ("hold_above: 3", "hold_above", "no such key here", "belongs under announce"),
        ("announce: {guilds: []}", "announce.guilds", "no such key here", "belongs under commands"),
        ("health: {channels: []}", "health.channels", "no such key here", "left margin"),
        ("health: {colour: red}", "health.colour", "no such key", "known here: listen"),
        ("health: {'': 1}", "health.", "no such key", "known here"),
        ("health: 9464", "health", "9464 stands where keys belong", "key: value"),
        ("health: [listen]", "health", "a list stands where keys belong", "key: value"),
        ("content: {kinds: []}", "content.kinds", "empty", "at least one"),
        ("content: {kinds: link}", "content.kinds", "'link' stands alone", "[one]"),
        ("content: {kinds: [[link]]}", "content.kinds[0]", "a list is no text", "write a text"),
        ("content: {kinds: ['']}", "content.kinds[0]", "'' is no text", "write a text"),
        ("content: {rescan_seconds: 12:30}", "content.rescan_seconds", "'12:30' is no number of seconds", "300"),
        ("content: {rescan_seconds: '300'}", "content.rescan_seconds", "'300' in quotes", "without quotes"),
        ("content: {rescan_seconds: null}", "content.rescan_seconds", "nothing is no number", "300"),
        ("content: {rescan_seconds: 0.5}", "content.rescan_seconds", "0.5 is too small", "1 is the least"),
        ("content: {rescan_seconds: 90000}", "content.rescan_seconds", "90000 is too much", "86400 is the most"),
        ("content: {watcher: inotify}", "content.watcher", "'inotify'", "auto, native or polling"),
        ("content: {directory: null}", "content.directory", "nothing is no text", "write a text"),
        ('content: {directory: "a\\0b"}', "content.directory", "control character", "one line"),
        ("content: {directory: ~nobody-of-this-name/x}", "content.directory", "home folder", "whole path"),
        ("announce: {hold_above: -1}", "announce.hold_above", "-1 is too small", "0 is the least"),
        ("announce: {hold_above: 1e3}", "announce.hold_above", "'1e3' is no whole number", "digits only"),
        ("announce: {max_age_days: 0}", "announce.max_age_days", "0 is too small", "1 is the least"),
        ("announce: {posts_per_message: 11}", "announce.posts_per_message", "11 is too much", "10 is the most"),
        ("announce: {tldr_characters: 4001}", "announce.tldr_characters", "4001 is too much", "4000"),
        ("announce: {on_retract: edit}", "announce.on_retract", "'edit'", "delete or keep"),
        ("announce: {first_run: [baseline]}", "announce.first_run", "a list", "baseline or announce"),
        ("commands: {guilds: 223456789012345678}", "commands.guilds", "stands alone", "[one]"),
        ("commands: {guilds: {a: b}}", "commands.guilds", "section of keys", "[one, another]"),
        ("commands: {guilds: [9999999999999999999]}", "commands.guilds[0]", "not a server id", "Copy Server ID"),
        ("health: {listen: 9464}", "health.listen", "no host and port", "127.0.0.1:9464"),
        ("health: {listen: 'localhost:65536'}", "health.listen", "no host and port", "65535"),
        ("discord: {api_url: discord.com/api}", "discord.api_url", "no https or http address", "https://"),
        ("discord: {api_url: 'https://discord.com/api?v=10'}", "discord.api_url", "after ? or #", "leave it out"),
        ("discord: {api_url: 'https://discord.com:x/'}", "discord.api_url", "no https or http address", "https://"),
        ("discord: {gateway_url: https://discord.gg}", "discord.gateway_url", "no wss or ws address", "wss://"),
        ("state: {? [a] : b}", "state", "a key must be a word", "key: value"),
    ],
)
def test_a_mistake_says_what_is_wrong_and_what_would_be_right(
    write: Write, text: str, key: str, what: str, fix: str
) -> None:
    """Each kind of wrong value is told with the key as people write it, the mistake and the remedy."""
    problem = only_problem_of(write(f"{CHANNEL}{text}\n"))
    assert (problem.line, problem.key) == (2, key)
    assert what in problem.what
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("channel", "key", "what", "fix"),
    [
        ("name: x", "channels[0].id", "missing", "add the line id:"),
        ("id: 1234", "channels[0].id", "1234 is not a channel id", "17 to 19 digits"),
        ("id: 0123456789012345678", "channels[0].id", "not a channel id", "17 to 19 digits"),
        ("id: null", "channels[0].id", "nothing is not a channel id", "17 to 19 digits"),
        ("id: 223456789012345678, publish: 'true'", "channels[0].publish", "neither true nor false", "without quotes"),
        ("id: 223456789012345678, publish: yes", "channels[0].publish", "neither true nor false", "true or false"),
        ("id: 223456789012345678, mention: [here]", "channels[0].mention[0]", "not a role id", "Copy Role ID"),
        ("id: 223456789012345678, tags: cncf", "channels[0].tags", "does not say how", "{any: [cncf]}"),
        ("id: 223456789012345678, tags: [a, b]", "channels[0].tags", "does not say how", "{any: [a, b]}"),
        ("id: 223456789012345678, tags: {any: a}", "channels[0].tags.any", "stands alone", "[one]"),
        ("id: 223456789012345678, tags: {some: []}", "channels[0].tags.some", "no such key", "any, all, none"),
        ("id: 223456789012345678, paths: [/etc/x]", "channels[0].paths[0]", "leads out", "docs/**"),
        ("id: 223456789012345678, paths: [a/../../x]", "channels[0].paths[0]", "leads out", "docs/**"),
        ("id: 223456789012345678, paths: ['docs\\x']", "channels[0].paths[0]", "backslash", "docs/**"),
    ],
)
def test_a_mistake_in_a_channel_names_the_channel(write: Write, channel: str, key: str, what: str, fix: str) -> None:
    """Mistakes in channels are told with the place of the channel in the list, counted from 0."""
    problem = only_problem_of(write(f"channels:\n  - {{{channel}}}\n"))
    assert (problem.line, problem.key) == (2, key)
    assert what in problem.what
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("text", "line"),
    [("", None), ("# nothing\n", None), ("health: {}\n", None), ("channels:\n", 1), ("channels: []\n", 1)],
)
def test_no_channel_is_a_mistake(write: Write, text: str, line: int | None) -> None:
    """Without a channel nothing would ever be announced, so somebody forgot it."""
    problem = only_problem_of(write(text))
    assert (problem.line, problem.key) == (line, "channels")
    assert "nothing would ever be announced" in problem.what


@pytest.mark.parametrize("text", ["just a word\n", "- a\n- list\n"])
def test_a_file_without_keys_is_a_mistake(write: Write, text: str) -> None:
    """A file that is no mapping is told as a whole, once."""
    problem = only_problem_of(write(text))
    assert (problem.line, problem.key) == (None, "")
    assert "stands where keys belong" in problem.what


@pytest.mark.parametrize("key", ["token", "discord_token", "Bot-Token", "client_secret", "password"])
@pytest.mark.parametrize("section", ["", "discord: "])
def test_a_secret_in_the_file_is_refused_without_repeating_it(write: Write, section: str, key: str) -> None:
    """The token belongs into the environment; no message shows what stands in the file."""
    entry = f"{{{key}: MTIz.very.secret}}" if section else f"{key}: MTIz.very.secret"
    problem = only_problem_of(write(f"{CHANNEL}{section}{entry}\n"))
    assert "DISCORD_TOKEN" in problem.fix
    assert "MTIz" not in str(problem)


@pytest.mark.parametrize("url", ["https://me:pass@discord.com/api", "https://me:pass@discord.com:port"])
def test_an_address_with_a_password_is_refused_without_repeating_it(write: Write, url: str) -> None:
    """An address with credentials is a secret too."""
    problem = only_problem_of(write(f"{CHANNEL}discord: {{api_url: '{url}'}}\n"))
    assert "secrets never stand in this file" in problem.fix
    assert "pass@" not in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("channels:\n\t- id: 1\n", 2, "no YAML"),
        ("a: 1\nb: 'x\n", 3, "no YAML"),
        ("a: b: c\n", 1, "no YAML"),
        ("a: 1\n---\nb: 2\n", 2, "no YAML"),
        ("a: [**/*.md]\n", 1, "no YAML"),
        ("a: [*name]\n", 1, "alias *name"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "tag"),
        ("a: 1\nb: \x01\n", 2, "control character"),
        (b"a: 1\nb: \xff\n", 2, "no UTF-8"),
        ("[" * 50_000, 1, "nested more than 16 levels"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 2, "alias *a"),
        ("#" * 300_000, None, "more than 256 KiB"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(
    write: Write, text: str | bytes, line: int | None, what: str
) -> None:
    """Broken, foreign and hostile files are one mistake with a place, and never a crash."""
    problem = only_problem_of(write(text))
    assert problem.line == line
    assert what in problem.what
    assert problem.fix


def test_no_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The sentence for a missing file holds the command that makes one, where it would make one."""
    file = tmp_path / "my settings" / "bot.yaml"
    assert "cp " not in only_problem_of(file).fix
    file.parent.mkdir()
    problem = only_problem_of(file)
    assert problem.line is None
    assert f"cp config/bot.example.yaml {shlex.quote(str(file))}" in problem.fix


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    """A path that cannot be read is told with the operating system's reason."""
    assert "Is a directory" in only_problem_of(tmp_path).what


def test_a_byte_order_mark_and_windows_lines_are_fine(write: Write) -> None:
    """Files saved by Windows editors load."""
    text = b"\xef\xbb\xbf" + CHANNEL.replace("\n", "\r\n").encode()
    assert load_settings(write(text)).channels[0].id == 223456789012345678


KEYS = ["content", "channels", "id", "tags", "any", "announce", "hold_above", "listen", "token", "health", "kinds", "x"]
SCALARS = st.sampled_from(["", "null", "true", "'1'", "1", "-1", "1.5", "abc", '"*"', "223456789012345678", "12:30"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        ),
    ),
    max_leaves=20,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.binary(max_size=300), VALUES.map(str.encode)))
def test_any_file_gives_settings_or_explained_mistakes(write: Write, text: bytes) -> None:
    """Whatever stands in the file: it is settings with a channel, or mistakes that each say what and what to do."""
    file = write(text)
    with contextlib.suppress(SettingsError):
        assert load_settings(file).channels
        return
    assert all(problem.what and problem.fix for problem in problems_of(file))


def test_the_token_comes_from_the_environment() -> None:
    """DISCORD_TOKEN counts before DISCORD_TOKEN_FILE; white space around it does not."""
    assert read_token({"DISCORD_TOKEN": " abc.def \n", "DISCORD_TOKEN_FILE": "/nowhere"}) == "abc.def"


def test_the_token_comes_from_the_file_that_is_named(tmp_path: Path) -> None:
    """A file, such as a systemd credential, holds the token, with or without a line end."""
    file = tmp_path / "token"
    file.write_text("abc.def\n")
    assert read_token({"DISCORD_TOKEN": "", "DISCORD_TOKEN_FILE": str(file)}) == "abc.def"


@pytest.mark.parametrize("value", ["Bot abc.def", "abc\ndef", "abc\x1b[0mdef"])
def test_more_than_a_token_in_the_environment_is_told(value: str) -> None:
    """What no header can carry is refused at the start, not taken for an outage of Discord; it is not repeated."""
    with pytest.raises(TokenMissingError, match="DISCORD_TOKEN holds more than a token") as raised:
        read_token({"DISCORD_TOKEN": value})
    assert "abc" not in str(raised.value)


def test_no_token_names_the_rehearsal() -> None:
    """Who has no token learns how to give one, and how to do without."""
    with pytest.raises(TokenMissingError, match="linkbot rehearse") as raised:
        read_token({"DISCORD_TOKEN": "  "})
    assert "DISCORD_TOKEN_FILE" in str(raised.value)
    assert raised.value.exit_code is ExitCode.CONFIGURATION


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "no text"),
        (b"a b", "more than"),
        (b"a\0b", "more than"),
        (b"a\x1b[0mb", "more than"),
    ],
)
def test_a_token_file_without_a_token_is_told(tmp_path: Path, content: bytes, what: str) -> None:
    """A file that holds no token, or more than one, is told with its name but not with what stands in it."""
    file = tmp_path / "token"
    file.write_bytes(content)
    with pytest.raises(TokenMissingError, match=what) as raised:
        read_token({"DISCORD_TOKEN_FILE": str(file)})
    assert str(file) in str(raised.value)
    assert "linkbot rehearse" in str(raised.value)


def test_a_token_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """An unreadable token file is told with the operating system's reason."""
    with pytest.raises(TokenMissingError, match="No such file"):
        read_token({"DISCORD_TOKEN_FILE": str(tmp_path / "token")})
