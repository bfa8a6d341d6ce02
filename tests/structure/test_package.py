"""What an installation brings along, and what the code keeps in step with itself."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot.catalog.notes import Note

ROOT = Path(__file__).parents[2]
SOURCES = ("bot", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The project as an installation gets it, built from a copy without asking any index."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(folder / "dist"), str(folder)],
        check=True,
        timeout=100,
    )
    (built,) = (folder / "dist").iterdir()
    return zipfile.Path(built)


def test_every_file_of_the_package_is_installed(wheel: zipfile.Path) -> None:
    """Migrations, page and sample are found where the code looks for them, as is every module."""
    here = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "bot").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    there = {name for name in wheel.root.namelist() if name.startswith("bot/")}
    assert here - there == set()
    for kind in ("bot/catalog/migrations/", "bot/rehearsal/page/", "bot/rehearsal/sample/"):
        assert any(name.startswith(kind) for name in there)


def test_only_the_bot_is_installed(wheel: zipfile.Path) -> None:
    """Tests and benchmarks are for those who work on the project, not for those who run it."""
    assert {name.split("/")[0] for name in wheel.root.namelist() if ".dist-info/" not in name} == {"bot"}


def test_the_command_is_installed(wheel: zipfile.Path) -> None:
    """An installation has the command `linkbot`."""
    (entry_points,) = (name for name in wheel.root.namelist() if name.endswith("entry_points.txt"))
    assert "linkbot = bot.cli:main" in (wheel / entry_points).read_text(encoding="utf-8")


def test_every_note_is_written_and_read() -> None:
    """A fact that is kept but never looked at, or looked at but never kept, is no fact."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot").rglob("*.py"))
    for note in Note:
        name = rf"Note\.{note.name}\b"
        both = r"\bkept\([\w.]+, "  # gives what reads the note and what writes it
        assert re.search(rf"(?:\.put\(|{both}){name}", code), f"{note.name} is never written"
        assert re.search(rf"(?:\.get\(|_noted\(tables, |{both}){name}", code), f"{note.name} is never read"
