"""The whole `pkgset solve` against `dnf --assumeno install` of the same words on an empty system, cold and warm.

Both read the same repositories by file://, take the newest versions and leave weak dependencies out. Cold: neither
has a cache, and the files themselves are in the system's page cache for both. Warm: both have run before. Ours also
proves, makes the divergence list, has two judges look and writes its results; dnf asks and is told no.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.generate import features_reaching, generate
from benchmarks.requests import REQUESTS, Request
from benchmarks.row import Bench, Figure, Row, counted, geometric_mean, pkgset
from benchmarks.rpm_md import REPOSITORY, write_problem
from benchmarks.stopwatch import CommandFailedError, Taken, median_ratio, median_wall, run_command, take_turns
from optimizer.problem.problem import CompsGroup

WARM = "whole `pkgset solve`, warm cache, against warm `dnf --assumeno install` of the same request"
COLD = "whole `pkgset solve`, cold, against cold dnf"
ASKED = ("cs9-host", "cs9-container-base", "c7-core-group", "c7-directory-server", "centos8-libvirt-devel")
_NO = 1  # what dnf ends with after --assumeno


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request as a problem file and as words for dnf; `directory` is for all that either writes."""

    name: str
    problem: Path
    words: tuple[str, ...]
    repositories: dict[str, Path]
    release: str
    platform: str
    directory: Path

    def ours(self, *, cold: bool) -> Callable[[], Taken]:
        """Return a run of `pkgset solve`."""
        cache = self.directory / ("cold-cache" if cold else "cache")
        command = pkgset("solve", "--quiet", "-o", self.directory / "results", self.problem)

        def run() -> Taken:
            if cold:
                shutil.rmtree(cache, ignore_errors=True)
            return run_command(command, environment={"PKGSET_CACHE": str(cache), "PKGSET_MIRROR": ""}).taken

        return run

    def dnf(self, *, cold: bool) -> Callable[[], Taken]:
        """Return a run of dnf, which is told of nothing that is on this machine."""
        root = self.directory / ("cold-root" if cold else "root")
        command = self._dnf_command(root)

        def run() -> Taken:
            if cold:
                shutil.rmtree(root, ignore_errors=True)
            ended = run_command(command, expected=(_NO,))
            if "Operation aborted" not in ended.stdout + ended.stderr:
                raise CommandFailedError(command, ended)
            return ended.taken

        return run

    def _dnf_command(self, root: Path) -> list[str]:
        described = self.directory / "repositories"
        logs = self.directory / "logs"
        for made in (described, logs):
            made.mkdir(exist_ok=True)
        sections = (
            f"[{name}]\nname={name}\nbaseurl={path.resolve().as_uri()}\nenabled=1\ngpgcheck=0\nmetadata_expire=-1\n"
            for name, path in self.repositories.items()
        )
        (described / "all.repo").write_text("".join(sections))
        (self.directory / "dnf.conf").write_text("[main]\n")
        options = {
            "reposdir": described,
            "cachedir": root / "cache",
            "persistdir": root / "persist",
            "logdir": logs,
            "install_weak_deps": "False",
            "best": "True",
            "module_platform_id": self.platform,
            "varsdir": "",
        }
        settings = [f"--setopt={name}={value}" for name, value in options.items()]
        start = ["dnf", "--noplugins", f"--config={self.directory / 'dnf.conf'}", f"--installroot={root / 'install'}"]
        return [
            *start,
            f"--releasever={self.release}",
            "--forcearch=x86_64",
            *settings,
            "--assumeno",
            "install",
            *self.words,
        ]


def warm(bench: Bench) -> Row:
    """Measure with both caches filled."""
    return _row("dnf-warm", WARM, bench, 0.8, cold=False)


def cold(bench: Bench) -> Row:
    """Measure without any cache."""
    return _row("dnf-cold", COLD, bench, 0.7, cold=True)


def _row(name: str, what: str, bench: Bench, goal: float, *, cold: bool) -> Row:
    if shutil.which("dnf") is None:
        return Row(name=name, what=what, figures=(), notes=("dnf is not installed",))
    detail: list[dict[str, Any]] = []
    with bench.folder() as directory:
        for wanted in wishes(bench, directory):
            contestants = {"ours": wanted.ours(cold=cold), "dnf": wanted.dnf(cold=cold)}
            if not cold:
                for first in contestants.values():
                    first()
            taken = take_turns(contestants, bench.scale.rounds)
            detail.append(
                {
                    "request": wanted.name,
                    "ours": round(median_wall(taken["ours"]), 3),
                    "dnf": round(median_wall(taken["dnf"]), 3),
                    "ratio": round(median_ratio(taken["ours"], taken["dnf"]), 3),
                    "processor ratio": round(median_ratio(taken["ours"], taken["dnf"], processor=True), 3),
                }
            )
    ratios, processor = ([one[key] for one in detail] for key in ("ratio", "processor ratio"))
    mean = Figure(
        name="geometric mean",
        unit="times",
        value=geometric_mean(ratios),
        processor=geometric_mean(processor),
        goal=goal,
    )
    worst = Figure(name="worst", unit="times", value=max(ratios), processor=max(processor))
    worst_one = max(detail, key=lambda one: float(one["ratio"]))["request"]
    note = f"{counted(len(detail), 'request')}; worst is {worst_one}"
    return Row(name=name, what=what, figures=(mean, worst), notes=(note,), detail=tuple(detail))


def wishes(bench: Bench, directory: Path) -> list[Wanted]:
    """Return the requests of a scale: of the real repositories, or of a generated one."""
    if not bench.scale.real:
        return [generated_wish(bench, directory)]
    by_name = {request.name: request for request in REQUESTS}
    return [_real_wish(by_name[name], bench.data, directory / name) for name in ASKED]


def generated_wish(bench: Bench, directory: Path) -> Wanted:
    """Return a request of a generated repository."""
    universe = generate(bench.scale.closure_universe)
    names = features_reaching(universe, bench.scale.fixed_closure)
    problem = write_problem(universe, names, directory)
    return Wanted(
        "generated", problem, tuple(names), {REPOSITORY: directory / REPOSITORY}, "1", "platform:none", directory
    )


def _real_wish(request: Request, data: Path, directory: Path) -> Wanted:
    """Write the request as a problem file of its own, over the metadata that dnf is given."""
    problem = request.problem()
    repositories = {source.id: data / source.id for source in problem.repositories}
    required: list[Any] = [
        {"group": feature.require.name} if isinstance(feature.require, CompsGroup) else str(feature.require)
        for feature in problem.features
    ]
    document = {
        "format": 1,
        "name": request.name,
        "arch": problem.arch,
        "repositories": [
            {"id": source.id, "origin": source.origin.value, "baseurl": str(repositories[source.id].resolve())}
            for source in problem.repositories
        ],
        "features": {"required": required},
        "objectives": ["installed_size", "packages"],
    }
    directory.mkdir()
    file = directory / "problem.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False))
    words = tuple(f"@{word['group']}" if isinstance(word, dict) else word for word in required)
    return Wanted(
        request.name, file, words, repositories, request.dnf["releasever"], request.dnf["platform"], directory
    )


def dnf_version() -> str | None:
    """Return the version of dnf 4, None where it is not installed."""
    if shutil.which("dnf") is None:
        return None
    return subprocess.run(["dnf", "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
