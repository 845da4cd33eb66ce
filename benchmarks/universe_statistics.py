"""What a universe of packages looks like, in numbers: real repositories and generated ones side by side.

    python -m benchmarks.universe_statistics [--packages 10000] [--seed 1] [--data ../shared/data]

Prints a table: CentOS Stream 9, CentOS 7.2, and what `benchmarks.generate` makes. All but the versions of a name is
measured on the newest version of each name, as a problem's candidates are. What a benchmark on a generated universe
says of real ones rests on these rows being alike.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import solv

from benchmarks.graph import Graph, reached, strong_components
from benchmarks.place import data_directory
from optimizer.pipeline import Settings
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from optimizer.repository.repository import open_repository
from optimizer.universe.candidates import select_candidates
from optimizer.universe.load import load_world
from optimizer.universe.rebuild import source_name
from optimizer.universe.world import World

ROOT = Path(__file__).resolve().parent.parent
REAL = {"CentOS Stream 9": "cs9-host", "CentOS 7.2": "c7-lamp"}
_SAMPLE = 100


@dataclass(frozen=True, slots=True)
class UniverseStatistics:
    """Counts, means, quantiles and shares (0..1) of one universe, by what they are called in the table."""

    rows: dict[str, float]


def measure_universe(problem: Problem, settings: Settings) -> UniverseStatistics:
    """Return the statistics of a problem's repositories, whatever its features. Raises RepositoryError."""
    repositories = [
        open_repository(source, mirror=settings.mirror, cache=settings.cache, progress=settings.progress)
        for source in problem.repositories
    ]
    loaded = load_world(problem, repositories, settings.cache, settings.progress, filelists=False)
    world = loaded.world
    candidates = select_candidates(world, problem, loaded.modules)
    world.consider(candidates.chosen)
    world.index_paths()
    world.index()
    versions = [len(held) for held in candidates.versions.values()]
    rows: dict[str, float] = {
        "packages, all versions": sum(versions),
        "packages, newest": len(world.considered),
        "versions a name, mean": statistics.fmean(versions),
        "versions a name, 90 %": quantile(versions, 0.9),
    }
    requires = {
        held.id: [one for one in dict.fromkeys(world.dependencies(held, solv.SOLVABLE_REQUIRES)) if asked(world, one)]
        for held in world.considered_solvables()
    }
    rows |= _packages(world, requires)
    rows |= _capabilities(world, requires.values())
    rows |= _graph(world, requires)
    return UniverseStatistics(rows)


def asked(world: World, dependency: int) -> bool:
    """Return whether a dependency is on packages, not on what rpm itself can do."""
    return not world.text(dependency).startswith("rpmlib(")


def quantile(values: Iterable[float], share: float) -> float:
    """Return the value below which `share` of the values lie; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def _packages(world: World, requires: dict[int, list[int]]) -> dict[str, float]:
    solvables = list(world.considered_solvables())
    fan_out = [len(held) for held in requires.values()]
    provides = [len(world.dependencies(held, solv.SOLVABLE_PROVIDES)) for held in solvables]
    sources = Counter(source_name(held) for held in solvables)
    sizes = [held.lookup_num(solv.SOLVABLE_INSTALLSIZE) for held in solvables]

    def share(key: int) -> float:
        return sum(bool(world.dependencies(held, key)) for held in solvables) / len(solvables)

    return {
        "packages a source, mean": statistics.fmean(sources.values()),
        "packages a source, 90 %": quantile(sources.values(), 0.9),
        "requires a package, median": statistics.median(fan_out),
        "requires a package, mean": statistics.fmean(fan_out),
        "requires a package, 90 %": quantile(fan_out, 0.9),
        "provides a package, median": statistics.median(provides),
        "provides a package, 90 %": quantile(provides, 0.9),
        "with conflicts, share": share(solv.SOLVABLE_CONFLICTS),
        "with obsoletes, share": share(solv.SOLVABLE_OBSOLETES),
        "with recommends, share": share(solv.SOLVABLE_RECOMMENDS),
        "installed KiB, median": statistics.median(sizes) / 1024,
        "installed KiB, 90 %": quantile(sizes, 0.9) / 1024,
    }


def _capabilities(world: World, requires: Iterable[Sequence[int]]) -> dict[str, float]:
    """Return what is asked for: by kind weighed by use, providers by distinct capability."""
    uses = Counter(one for held in requires for one in held)
    texts = {one: world.text(one) for one in uses}
    total = sum(uses.values())

    def weighed(kind: Sequence[int]) -> float:
        return sum(uses[one] for one in kind) / total if total else 0.0

    rich = [one for one, text in texts.items() if text.startswith("(")]
    files = [one for one, text in texts.items() if text.startswith("/")]
    rest = [one for one in texts if one not in {*rich, *files}]
    providers = {one: {world.solvable(held).name for held in world.providers(one)} for one in texts}
    return {
        "requires that are paths, share": weighed(files),
        "requires that are rich, share": weighed(rich),
        "requires of sonames, share": weighed([one for one in rest if ".so" in texts[one]]),
        "requires with a version, share": weighed([one for one in rest if " " in texts[one]]),
        "requires met by nobody, share": weighed([one for one in texts if not providers[one]]),
        "capabilities asked for": len(texts),
        "with several providers, share": sum(len(held) > 1 for held in providers.values()) / len(texts),
        "requires with several providers, share": weighed([one for one, held in providers.items() if len(held) > 1]),
        "providers where several, mean": statistics.fmean(
            [len(held) for held in providers.values() if len(held) > 1]
        ),
    }


def _graph(world: World, requires: dict[int, list[int]]) -> dict[str, float]:
    """Return cycles and closures of the graph that leads from a package to all providers of what it requires."""
    providers = {one: tuple(world.providers(one)) for held in requires.values() for one in held}
    graph: Graph = {
        identifier: tuple(dict.fromkeys(other for one in held for other in providers[one] if other != identifier))
        for identifier, held in requires.items()
    }
    cycles = [held for held in strong_components(graph) if len(held) > 1]
    drawn = random.Random(1).sample(sorted(graph), min(_SAMPLE, len(graph)))
    closures = [len(reached(graph, [identifier])) for identifier in drawn]
    return {
        "packages it leads to, mean": statistics.fmean(map(len, graph.values())),
        "in cycles, share": sum(map(len, cycles)) / len(graph),
        "cycles": len(cycles),
        "largest cycle": max(map(len, cycles), default=0),
        "closure of a package, 10 %": quantile(closures, 0.1),
        "closure of a package, median": statistics.median(closures),
        "closure of a package, 90 %": quantile(closures, 0.9),
    }


def statistics_table(columns: dict[str, UniverseStatistics]) -> str:
    """Return universes side by side as a Markdown table, shares in per cent."""
    lines = [f"| | {' | '.join(columns)} |", "|---|" + "--:|" * len(columns)]
    for name in next(iter(columns.values())).rows:
        lines.append(f"| {name} | {' | '.join(_text(name, held.rows[name]) for held in columns.values())} |")
    return "\n".join(lines)


def _text(name: str, value: float) -> str:
    if name.endswith("share"):
        return f"{value:.1%}".replace("%", " %")
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"


def main() -> None:
    """Measure and print."""
    from benchmarks.generate import generate  # noqa: PLC0415 - which measures itself by this module's quantiles
    from benchmarks.rpm_md import write_problem  # noqa: PLC0415

    parser = argparse.ArgumentParser(description="statistics of real and generated universes")
    parser.add_argument("--packages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=data_directory())
    arguments = parser.parse_args()
    columns = {
        title: measure_universe(
            load_problem(ROOT / "problems" / "real" / f"{name}.yaml"), Settings(mirror=arguments.data)
        )
        for title, name in REAL.items()
    }
    with tempfile.TemporaryDirectory() as directory:
        universe = generate(arguments.packages, seed=arguments.seed)
        file = write_problem(universe, [universe.packages[0].name], Path(directory))
        columns["generated"] = measure_universe(load_problem(file), Settings())
    print(statistics_table(columns))


if __name__ == "__main__":
    main()
