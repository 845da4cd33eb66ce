"""dnf 4 as a judge: what it installs on an empty system, and whether a full list resolves to itself."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.requirements import missing, require_tool

_SCRIPT = Path(__file__).with_name("dnf_script.py")
_SYSTEM_PYTHON = "/usr/bin/python3"


@dataclass(frozen=True, slots=True)
class DnfAnswer:
    """What dnf would install, NEVRAs ascending; where it cannot, none, and `problem` in dnf's words."""

    nevras: tuple[str, ...]
    problem: str | None = None


def run_dnf(
    repositories: Mapping[str, Path],
    specs: Collection[str],
    root: Path,
    *,
    arch: str = "x86_64",
    releasever: str = "1",
    platform: str = "platform:none",
    modules: Collection[str] = (),
    weak: bool = False,
) -> DnfAnswer:
    """Return what `dnf install SPECS` installs on an empty system, best versions only, weak dependencies if `weak`.

    `repositories` are directories that hold `repodata`, by id; `specs` are NEVRAs, names, file paths or `@group`;
    `modules` are `name:stream` to enable. Everything is written below `root`; a second question with the same
    `root` reuses the metadata cache. Skips the test where dnf 4 is not installed.
    """
    require_tool("dnf")
    question = {
        "repositories": {identifier: str(path.resolve()) for identifier, path in repositories.items()},
        "specs": list(specs),
        "root": str(root),
        "cache": str(root / "cache"),
        "arch": arch,
        "releasever": releasever,
        "platform": platform,
        "modules": list(modules),
        "weak": weak,
    }
    command = [_SYSTEM_PYTHON, "-I", str(_SCRIPT)]
    done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
    if "No module named 'dnf'" in done.stderr:
        missing("apt-get install dnf (its Python module, for the system's Python)")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    return DnfAnswer(tuple(answer.get("install", ())), answer.get("problem"))
