"""``linkbot preview`` of several posts at once."""

from pathlib import Path

import pytest

from bot.command_line.parser import parse
from bot.command_line.preview import carry_out
from bot.problems import LinkbotError, UsageError

POST = "---\ntitle: About {0}\nexternal_url: https://example.org/{0}\npost_kind: link\n---\n"
SETTINGS = "content:\n  directory: content\nstate:\n  directory: state\nchannels:\n- id: 1200000000000000001\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two posts, and a file that is none, in a folder with settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "content").mkdir()
    (tmp_path / "bot.yaml").write_text(SETTINGS)
    for name in ("one", "two"):
        (tmp_path / "content" / f"{name}.md").write_text(POST.format(name))
    (tmp_path / "content" / "bad.md").write_text("---\ntitle: 'x\n---\n")
    return tmp_path


def preview(*arguments: str) -> int:
    return carry_out(parse(["preview", *arguments, "--config", "bot.yaml"]))


def test_each_post_is_shown_and_what_is_none_is_told_at_the_end(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A broken post keeps nobody from seeing the others; the exit code is the worst of them."""
    assert preview("content/one.md", "content/two.md") == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line.endswith(".md")] == ["content/one.md", "content/two.md"]
    assert sum(set(line) == {"─"} for line in shown) == 2
    with pytest.raises(LinkbotError, match=r"content/bad.md:2:8: ") as caught:
        preview("content/bad.md", "content/two.md")
    assert "About two" in capsys.readouterr().out
    assert caught.value.exit_code == 1
    with pytest.raises(UsageError) as worse:
        preview("content/bad.md", "content", "content/one.md")
    assert [line.partition(" ")[0] for line in str(worse.value).splitlines()] == ["content/bad.md:2:8:", "content"]
    assert "About one" in capsys.readouterr().out


@pytest.mark.parametrize("option", [["--json"], ["--html", "card.html"]])
def test_programs_and_pages_take_one_post(site: Path, option: list[str]) -> None:
    """What is one object, or one page, cannot hold several posts: that is said before anything is written."""
    with pytest.raises(UsageError, match=f"{option[0]} takes one post, and 2 are named"):
        preview("content/one.md", "content/two.md", *option)
    assert not (site / "card.html").exists()
