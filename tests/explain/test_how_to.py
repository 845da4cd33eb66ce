"""The how-to shows what the commands in it print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run
from tests.requirements import PROJECT_ROOT

__all__ = ["run"]

DOCUMENT = PROJECT_ROOT / "docs" / "how-to" / "what-would-change.md"
SHOWN = re.findall(r"^```sh\npkgset ([^\n]+)\n```\n\n```\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.data
@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command for command, _ in SHOWN])
def test_a_command_prints_what_the_how_to_shows(
    command: str, printed: str, run: Run, data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT_ROOT)
    monkeypatch.setenv("PKGSET_MIRROR", str(data_directory))
    assert run(*shlex.split(command)).out == printed


def test_every_question_is_shown() -> None:
    asked = {shlex.split(command)[2] for command, _ in SHOWN}
    assert asked == {"what-if", "price", "alternatives"}
