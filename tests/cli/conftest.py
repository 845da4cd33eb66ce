"""`run("solve", ...)`: a command in this process, with what it prints; and a small problem to give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from optimizer.cli.main import main
from tests.demo.recipes import DEMO


@dataclass(frozen=True, slots=True)
class Printed:
    """How a command ended, and what it printed on stdout and stderr."""

    exit_code: int
    out: str
    err: str


Run = Callable[..., Printed]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `pkgset` with these arguments."""

    def command(*arguments: str | Path) -> Printed:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Printed(ended.value.code, captured.out, captured.err)

    return command


@pytest.fixture
def write_problem(tmp_path: Path) -> Callable[..., Path]:
    """Write a problem over the demo's repositories, its features and further lines as given."""

    def write(name: str, features: str, *lines: str) -> Path:
        repositories = DEMO / "repositories"
        text = [
            "format: 1",
            f"name: {name}",
            "arch: x86_64",
            "repositories:",
            f"  - {{id: harbour, origin: upstream, baseurl: {repositories / 'harbour'}}}",
            f"  - {{id: skiff, origin: downstream, baseurl: {repositories / 'skiff'}}}",
            f"features: {features}",
            *lines,
        ]
        file = tmp_path / f"{name}.yaml"
        file.write_text("\n".join(text) + "\n", encoding="utf-8")
        return file

    return write
