"""How much smaller the proven optimum is than what dnf and libsolv install for the same words, on real repositories.

    python -m benchmarks.comparison [--data ../shared/data] [--output results/comparison]

Writes comparison.json (bytes, and the packages that differ most) and comparison.md (a table). dnf is the real one, of
Debian's package `dnf`, on an empty system: weak dependencies off, and on as its default is. libsolv's answer is the
one the product finds beside its own (run.json's `libsolv_first_answer`). Every answer is over the newest versions,
ours with the objectives installed size, then packages. Ends with an error where ours is larger than another's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import msgspec

from benchmarks.comparison_table import Answer, Comparison, Difference, summary, write_table
from benchmarks.requests import REQUESTS
from optimizer import __version__
from optimizer.answer.result import Result
from optimizer.answer.verify import verify
from optimizer.export.results import write_json
from optimizer.export.writing import write_whole
from optimizer.model.solution import Solution, SolveStatus
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, open_repositories, solve_problem
from optimizer.problem.problem import Objective, ObjectiveKind, Problem
from optimizer.universe.instance import Capability, Instance
from optimizer.universe.load import load_world
from optimizer.universe.size import metadata_measure
from optimizer.universe.world import libsolv_version
from tests.peers.dnf import run_dnf

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Sizes:
    """Installed and download bytes of every package of a problem's repositories, by NEVRA."""

    of: dict[str, tuple[int, int]]

    def answer(self, nevras: tuple[str, ...]) -> Answer:
        """Return what these packages add up to."""
        sizes = [self.of[nevra] for nevra in nevras]
        return Answer(
            packages=len(sizes),
            installed_size=sum(installed for installed, _ in sizes),
            download_size=sum(download for _, download in sizes),
        )


class Asked(Protocol):
    """A request: as a problem, and what dnf must be told of the system."""

    @property
    def name(self) -> str: ...

    @property
    def dnf(self) -> dict[str, Any]: ...

    def problem(self) -> Problem: ...


def compare(request: Asked, data: Path, dnf_root: Path) -> Comparison:
    """Return a request's answers. Raises AssertionError where dnf has none or ours is not proven the smallest."""
    compared = measure(request, data, dnf_root)
    for other in (compared.ours_by_name, compared.libsolv):
        assert compared.ours.installed_size <= other.installed_size, (request.name, compared)
    for other in (compared.dnf, compared.dnf_weak):
        assert compared.ours_by_name.installed_size <= other.installed_size, (request.name, compared)
    return compared


def measure(request: Asked, data: Path, dnf_root: Path) -> Comparison:
    """Return a request's answers, whichever is smaller. Raises AssertionError where dnf has none or ours no proof."""
    problem = replace(
        request.problem(),
        objectives=(Objective(ObjectiveKind.INSTALLED_SIZE), Objective(ObjectiveKind.PACKAGES)),
    )
    result = solve_problem(problem, Settings(mirror=data, divergence=False))
    assert result.record.status == "proven", (request.name, result.record.status)
    features = tuple(str(feature.require) for feature in problem.features)
    words = ["@" + text.removeprefix("group: ") if text.startswith("group: ") else text for text in features]
    repositories = {source.id: data / source.id for source in problem.repositories}
    strong, weak = (run_dnf(repositories, words, dnf_root, **request.dnf, weak=weak) for weak in (False, True))
    assert strong.problem is None, (request.name, strong.problem)
    assert weak.problem is None, (request.name, weak.problem)
    sizes = read_sizes(problem, data)
    return Comparison(
        request=request.name,
        repositories=tuple(repositories),
        features=features,
        dnf=sizes.answer(strong.nevras),
        dnf_weak=sizes.answer(weak.nevras),
        libsolv=sizes.answer(tuple(package.nevra for package in result.instance.packages if package.preferred)),
        ours=sizes.answer(nevras(result.instance, result.solution)),
        ours_by_name=sizes.answer(solve_by_name(result.instance)),
        differences=differences(result, strong.nevras, sizes),
    )


def read_sizes(problem: Problem, data: Path) -> Sizes:
    """Return the sizes that the repositories' metadata give, unknown ones as 0."""
    settings = Settings(mirror=data)
    repositories = open_repositories(problem, settings)
    pool = load_world(problem, repositories, settings.cache, settings.progress, filelists=False).world.pool
    measures = ((str(one), metadata_measure(one)) for one in pool.solvables_iter() if one.repo.name[0] != "@")
    return Sizes({nevra: (size.installed_bytes or 0, size.download_bytes or 0) for nevra, size in measures})


def nevras(instance: Instance, solution: Solution) -> tuple[str, ...]:
    """Return the packages of a solution."""
    return tuple(instance.packages[index].nevra for index in solution.packages)


def solve_by_name(instance: Instance) -> tuple[str, ...]:
    """Return the optimum where a feature that is a package's name is met by packages that bear it, as in dnf."""
    by_name: dict[str, list[int]] = {}
    for index, package in enumerate(instance.packages):
        by_name.setdefault(package.name, []).append(index)
    capabilities = list(instance.capabilities)
    features = []
    for feature in instance.features:
        text = capabilities[feature.formula].text if isinstance(feature.formula, int) else ""
        if text in by_name:
            capabilities.append(Capability(text=f"{text} by name", providers=tuple(by_name[text])))
            features.append(msgspec.structs.replace(feature, formula=len(capabilities) - 1))
        else:
            features.append(feature)
    named = msgspec.structs.replace(instance, features=tuple(features), capabilities=tuple(capabilities))
    solution = Engine.of(named).solve()
    assert solution.status is SolveStatus.OPTIMAL
    assert verify(named, solution) == ()
    return nevras(named, solution)


def differences(result: Result, theirs: tuple[str, ...], sizes: Sizes) -> tuple[Difference, ...]:
    """Return the three packages of dnf's answer whose absence from ours saves most.

    One is replaced by what only our answer holds and what provides, too, something that is asked for of it.
    """
    ours = set(nevras(result.instance, result.solution))
    found = []
    for nevra in set(theirs) - ours:
        rivals = [rival for rival in replacements(result.instance, nevra) if rival in ours and rival not in theirs]
        rival = max(rivals, key=lambda held: (sizes.of[held][0], held), default=None)
        saved = sizes.of[nevra][0] - (sizes.of[rival][0] if rival is not None else 0)
        names = [held.rsplit("-", 2)[0] if held is not None else None for held in (nevra, rival)]
        found.append(Difference(package=names[0] or nevra, replacement=names[1], installed_size=saved))
    return tuple(sorted(found, key=lambda each: (-each.installed_size, each.package))[:3])


def replacements(instance: Instance, nevra: str) -> set[str]:
    """Return the packages that provide something asked for that the package `nevra` provides as well."""
    indices = {index for index, package in enumerate(instance.packages) if package.nevra == nevra}
    return {
        instance.packages[other].nevra
        for capability in instance.capabilities
        if not indices.isdisjoint(capability.providers)
        for other in capability.providers
    } - {nevra}


def _dnf_version() -> str:
    done = subprocess.run(["dnf", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def main() -> None:
    """Compare every request and write both files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(os.environ.get("PKGSET_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, help="directory of real metadata (PKGSET_DATA)")
    parser.add_argument("--output", type=Path, default=ROOT / "results" / "comparison")
    arguments = parser.parse_args()
    if shutil.which("dnf") is None:
        sys.exit("apt-get install dnf: it is what is compared with")
    comparisons = []
    with tempfile.TemporaryDirectory() as root:
        for request in REQUESTS:
            comparisons.append(compare(request, arguments.data, Path(root)))
            print(summary(comparisons[-1]), file=sys.stderr)
    versions = {"pkgset": __version__, "dnf": _dnf_version(), "libsolv": libsolv_version()}
    document: dict[str, Any] = {"format": 1, "versions": versions, "comparisons": comparisons}
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_json(arguments.output / "comparison.json", document)
    write_whole(arguments.output / "comparison.md", write_table(comparisons, versions).encode())


if __name__ == "__main__":
    main()
