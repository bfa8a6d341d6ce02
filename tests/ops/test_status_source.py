"""Which state directory `linkbot status` reads, whatever is wrong with the settings file."""

from pathlib import Path

import pytest

from bot.settings.state_directory import find_state_directory


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
