"""Which file systems tell about changes."""

from pathlib import Path

import pytest

from bot.content.mounts import choose_mode, file_system_of

TABLE = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 27 0:40 / /srv/site rw,relatime shared:1 - nfs4 server:/site rw
32 31 0:41 / /srv/site/local rw - tmpfs tmpfs rw
33 27 0:42 / /srv/with\\040space rw - fuse.sshfs me@there:/ rw
34 27 0:43 / /srv/twice rw - ext4 /dev/vdb rw
35 34 0:44 / /srv/twice rw - 9p share rw
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/x", "ext4"),
        ("/srv/site", "nfs4"),
        ("/srv/site/content/docs", "nfs4"),
        ("/srv/sites", "ext4"),
        ("/srv/site/local/content", "tmpfs"),
        ("/srv/with space/content", "fuse.sshfs"),
        ("/srv/twice/content", "9p"),
        ("/", "ext4"),
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, kind: str) -> None:
    """A path lies on the file system mounted nearest above it; of two at one place, on the later."""
    assert file_system_of(path, TABLE) == kind


def test_a_path_under_no_mount_has_no_kind() -> None:
    """A table that does not cover the path gives None, not a guess."""
    assert file_system_of("/x", "31 27 0:40 / /srv rw - nfs4 s:/ rw\n") is None


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("ext4", "native"), ("tmpfs", "native"), ("overlay", "native"), ("btrfs", "native"), ("fuseblk", "native"),
        ("nfs", "polling"), ("nfs4", "polling"), ("cifs", "polling"), ("smb3", "polling"), ("9p", "polling"),
        ("fuse.sshfs", "polling"), ("fuse.grpcfuse", "polling"), ("virtiofs", "polling"), ("grpcfuse", "polling"),
    ],
)  # fmt: skip
def test_auto_polls_what_does_not_tell(kind: str, mode: str, tmp_path: Path) -> None:
    """Network and host-shared file systems are polled, local ones watched, and the reason names the file system."""
    table = tmp_path / "mountinfo"
    table.write_text(f"27 1 254:0 / / rw - {kind} source rw\n")
    choice = choose_mode(tmp_path, "auto", table)
    assert choice.mode == mode
    assert kind in choice.why


def test_what_a_person_chose_stands(tmp_path: Path) -> None:
    """An explicit setting is not second-guessed."""
    table = tmp_path / "mountinfo"
    table.write_text("27 1 254:0 / / rw - nfs4 source rw\n")
    assert choose_mode(tmp_path, "native", table).mode == "native"
    assert choose_mode(tmp_path, "polling", table).mode == "polling"


def test_without_a_list_of_mounts_the_system_is_believed(tmp_path: Path) -> None:
    """Systems without mountinfo are watched natively."""
    assert choose_mode(tmp_path, "auto", tmp_path / "none").mode == "native"
