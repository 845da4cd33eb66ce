"""What goes to stderr is escaped, wherever it comes from, and a traceback tells no secrets."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from optimizer.cli import failure
from optimizer.cli.main import commands
from optimizer.cli.output import tell
from tests.demo.recipes import DEMO
from tests.requirements import PROJECT_ROOT


def test_one_place_prints_on_stderr() -> None:
    found = {
        str(path.relative_to(PROJECT_ROOT))
        for path in (PROJECT_ROOT / "optimizer").rglob("*.py")
        if "err=True" in path.read_text(encoding="utf-8")
    }
    assert found == {"optimizer/cli/output.py"}


def test_it_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    tell("one\x1b[2J\u202etwo\udcff\nthree")
    assert capsys.readouterr() == ("", "one\\u001b[2J\\u202etwo\\xff\nthree\n")


def test_a_complaint_about_a_problem_is_escaped(tmp_path: Path) -> None:
    """A requirement that nobody has is a line on stderr, in the words of the problem's author."""
    text = (DEMO / "demo.yaml").read_text().replace("    - kernel\n", '    - "kernel\\u202e\\x1b[2J"\n')
    for name in ("repositories", "equivalents.yaml"):
        (tmp_path / name).symlink_to(DEMO / name)
    (tmp_path / "demo.yaml").write_text(text)
    done = CliRunner().invoke(commands, ["check", str(tmp_path / "demo.yaml")])
    assert "kernel" in done.stderr
    assert done.stderr.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("GET https://user:word@host/path?token=abc failed", "GET https://host/path?... failed"),
        ("Max retries exceeded with url: /repodata/x.xml?token=abc (Caused", "with url: /repodata/x.xml?... (Caused"),
        ("ftp://me@host/x", "ftp://host/x"),
    ],
)
def test_a_traceback_tells_no_secrets(said: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(failure.TRACEBACK, "1")

    def fail() -> None:
        raise ConnectionError(said)

    found = failure.attempt(fail)
    assert isinstance(found, failure.Failure)
    assert shown in found.traceback
    assert "word" not in found.traceback.replace("words", "")
    assert "token=" not in found.traceback
