"""Which state directory `linkbot status` reads, whatever is wrong with the settings file."""

from pathlib import Path

import pytest

from bot.settings.state_directory import find_state_directory, ids_by_name


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("", "state"),
        ("chanels: 1\nstate:\n  directory: other\n", "config/other"),
        ("state:\n  directory: /var/lib/linkbot\n  direktory: x\n", "/var/lib/linkbot"),
        ("channels: [\n", "state"),
        ("state:\n  # where\n\n  directory: '/var/lib/link bot'  # there\nchannels: [\n", "/var/lib/link bot"),
        ("channels: [\nstate:\nhealth:\n  directory: /not/this\n", "state"),
        ("state: 3\n", None),
        ("state:\n  directory: ~nobody-of-this-name/x\n", None),
    ],
)
def test_mistakes_elsewhere_do_not_hide_the_state_directory(tmp_path: Path, text: str, directory: str | None) -> None:
    """It is found in a file with unknown keys, and in one that is no YAML; what makes no sense is not guessed."""
    file = tmp_path / "config" / "bot.yaml"
    file.parent.mkdir()
    assert find_state_directory(file) is None
    file.write_text(text)
    assert find_state_directory(file) == (None if directory is None else tmp_path / directory)


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("channels: []\n", "state"),
        ("chanels: 1\nstate:\n  directory: other\n", "config/other"),
        ("", None),
        ("sate:\n  directory: other\n", None),
        ("state:\n  directry: other\n", None),
        ("state:\ndirectory: other\n", None),
        ("state: {directory: other}\nchannels: [\n", None),
        ("state:\n  directory: 'other\n", None),
    ],
)
def test_nothing_is_done_to_what_may_be_another_bot(tmp_path: Path, text: str, directory: str | None) -> None:
    """Where something is to be done, a mistake that may concern the directory does not lead to the usual one."""
    file = tmp_path / "config" / "bot.yaml"
    file.parent.mkdir()
    file.write_text(text)
    found = find_state_directory(file, certain=True)
    assert found == (None if directory is None else tmp_path / directory)


def test_a_name_that_moved_to_another_channel_is_told(tmp_path: Path) -> None:
    """What a file with mistakes calls its channels can be compared with what they were called before."""
    file = tmp_path / "bot.yaml"
    file.write_text("channels:\n- {id: 12, name: news}\n- {id: x, name: odd}\n- 3\nchanels: 1\n")
    assert ids_by_name(file) == {"news": 12}
