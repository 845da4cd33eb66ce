"""The how-to shows what the commands in it print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run
from tests.requirements import PROJECT_ROOT

__all__ = ["run"]

NAMES = ("what-would-change", "make-it-smaller", "infeasible")
DOCUMENTS = [PROJECT_ROOT / "docs" / "how-to" / f"{name}.md" for name in NAMES]
SHOWN = [
    shown
    for document in DOCUMENTS
    for shown in re.findall(
        r"^```sh\npkgset ([^\n]+)\n```\n\n```\n(.*?)^```$", document.read_text(), re.MULTILINE | re.DOTALL
    )
]


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
    assert asked == {"what-if", "price", "alternatives", "levers", "relax"}
