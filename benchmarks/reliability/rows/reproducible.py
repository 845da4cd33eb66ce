"""The same question under all that may differ, on every Python, and derived anew from what was written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.place import ROOT
from benchmarks.reliability.promise import Figure, Promise, Scale
from tests.demo.recipes import DEMO, PROBLEMS
from tests.reproducibility.conditions import FACTORS, PLAIN, World, compile_locales, pairs, pairwise, produce
from tests.reproducibility.interpreters import install, promised

_REAL = ("fedora32-container-branding", "fedora32-shell", "centos8-locales", "cs9-container-base", "c7-lamp")


def measure(scale: Scale) -> tuple[Figure, ...]:
    """Produce everything once plainly, then under each row and on each Python, and count what is another."""
    world = _world(scale)
    plain = produce(world, PLAIN, scale.directory / "plain" / "out")
    rows = pairwise(FACTORS)[: scale.count(1000, 1)]
    differing = 0
    for number, row in enumerate(rows):
        differing += _differing(plain, produce(world, row, scale.directory / f"row{number}" / "out"))
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = [version for version in promised() if version != own][: scale.count(10, 1)]
    for version in others:
        python = install(version, scale.directory / version)
        differing += _differing(plain, produce(world, PLAIN, scale.directory / f"of{version}" / "out", python))
    results = sorted((scale.directory / "plain" / "out" / "results").iterdir())
    return (
        Figure(name="problems", value=len(world.problems)),
        Figure(name="files and outputs compared each time", value=len(plain)),
        Figure(name="conditions", value=f"{len(FACTORS)} with {sum(map(len, FACTORS.values()))} values"),
        Figure(name="pairs of values that meet", value=len(pairs(FACTORS)) if not scale.quick else 0),
        Figure(name="runs under them", value=len(rows)),
        Figure(name="Pythons", value=", ".join(sorted((own, *others)))),
        Figure(name="outputs that differ", value=differing, wanted=0),
        Figure(name="results derived anew by verify --strict", value=len(results)),
        Figure(name="that are not the same bytes", value=_not_derived(world, results), wanted=0),
    )


def _world(scale: Scale) -> World:
    """Every demo problem and some real ones; quick, two."""
    directory = scale.directory / "Wörld"
    shutil.copytree(DEMO, directory / "demo", ignore=shutil.ignore_patterns("recipes", "*.py"))
    shutil.copytree(ROOT / "problems", directory / "problems", ignore=shutil.ignore_patterns("demo"))
    demo = tuple(directory / "demo" / path.name for path in PROBLEMS[: scale.count(len(PROBLEMS), 1)])
    real = tuple(directory / "problems" / "real" / f"{name}.yaml" for name in _REAL[: scale.count(len(_REAL), 1)])
    locales = scale.directory / "locales"
    locales.mkdir()
    mirror = {"PKGSET_MIRROR": str(scale.data)}
    return World(directory, (*demo, *real), ("demo", *_REAL), compile_locales(locales), mirror)


def _differing(plain: dict[str, str], found: dict[str, str]) -> int:
    return sum(plain.get(name) != found.get(name) for name in plain.keys() | found.keys())


def _not_derived(world: World, results: list[Path]) -> int:
    """How many results `verify --strict` finds other than their problems give."""
    of = {("demo" if path.stem == "demo" else f"demo-{path.stem}"): path for path in world.problems}
    of |= {path.stem: path for path in world.problems if path.parent.name == "real"}
    wrong = 0
    for result in results:
        words = ["verify", "--strict", str(result), "--problem", str(of[result.name])]
        command = [sys.executable, "-m", "optimizer", *words]
        done = subprocess.run(command, cwd=ROOT, env=_environment(world), capture_output=True, check=False)
        wrong += done.returncode != 0
    return wrong


def _environment(world: World) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(world.directory), **world.environment}


ROW = Promise(
    name="reproducible",
    promise="The same question gives the same bytes, on Python 3.11 to 3.13, whatever hash seed, locale, time zone, "
    "umask, HOME, directory, spelling of paths, order of directories, workers, processes, terminal and cache; and "
    "`pkgset verify --strict` derives all of them anew from inputs held to their digests",
    tests=(
        "tests/reproducibility",
        "tests/cli/test_verify_strict.py",
        "tests/cli/test_source_date.py",
    ),
    measure=measure,
)
