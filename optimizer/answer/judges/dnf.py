"""dnf 4 as a judge of a request: what it would install on an empty system, where it is installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from optimizer.problem.problem import Problem
from optimizer.repository.repository import Repository, RepositoryKind
from optimizer.universe.steer import Outcome, PlainWorld, SteeringRequest

_QUESTION = Path(__file__).with_name("dnf_question.py")


@dataclass(slots=True)
class Dnf:
    """dnf and the repositories it is asked about, by id and URL. `root` is a directory for all that it writes.

    `platform` is what module streams ask for, `platform:el9`, empty where there is none. After a question `version`
    is set; `unable` says why there was none.
    """

    repositories: Mapping[str, str]
    root: Path
    arch: str
    install_only: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    platform: str = ""
    version: str = ""
    unable: str = ""

    def ask(self, request: SteeringRequest) -> Outcome | None:
        """Return what dnf installs for a request; None where it cannot be asked (`unable`)."""
        python = None if self.unable else self._python()
        if python is None:
            return None
        question = {
            "repositories": dict(self.repositories),
            "words": [*request.names, *request.pins],
            "excludes": list(request.excludes),
            "weak": request.weak,
            "best": request.best,
            "root": str(self.root),
            "arch": self.arch,
            "platform": self.platform,
            "install_only": list(self.install_only),
            "modules": list(self.modules),
        }
        command = [python, "-I", str(_QUESTION)]
        done = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=False)
        if done.returncode:
            last = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
            self.unable = last[-1]
            return None
        return self._read(json.loads(done.stdout))

    def _read(self, said: dict[str, Any]) -> Outcome | None:
        self.version = said["version"]
        if "unable" in said:
            self.unable = " ".join(said["unable"].split())
            return None
        return Outcome(frozenset(said.get("install", ())), tuple(said.get("problem", "").splitlines()))

    def _python(self) -> str | None:
        """Return the interpreter that runs dnf 4, as the first line of its command says."""
        command = shutil.which("dnf")
        if command is None:
            self.unable = "it is not installed"
            return None
        with Path(command).open("rb") as file:
            first = file.readline(200)
        if not first.startswith(b"#!"):
            self.unable = f"{command} is not dnf 4"
            return None
        return first[2:].split()[0].decode(errors="replace")


def dnf_for(world: PlainWorld, problem: Problem, repositories: Sequence[Repository], root: Path) -> Dnf:
    """Return dnf with the repositories of a plain world; a repository that is no rpm-md cannot be asked about."""
    others = [one.id for one in repositories if one.kind is not RepositoryKind.RPM_MD]
    return Dnf(
        repositories={one.id: _url(one.location) for one in repositories},
        root=root,
        arch=problem.arch,
        install_only=problem.policy.install_only,
        modules=tuple(map(str, problem.modules)),
        platform=world.platform(),
        unable=f"repository {others[0]} is not rpm-md" if others else "",
    )


def _url(location: str) -> str:
    return Path(location).absolute().as_uri() if not urlsplit(location).scheme else location
