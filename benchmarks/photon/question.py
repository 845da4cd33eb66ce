"""Which problems are measured, and the readings each is solved under."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from msgspec import structs

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator, leaves
from optimizer.problem.load import load_problem
from optimizer.problem.problem import CompsGroup, Downstream, Feature, Origin, Problem

#: Equivalents left out altogether, without stand-ins, or all of them.
NONE, OWN, ALL = "none", "own", "all"
READINGS = tuple((table, way.value) for way in (Downstream.SHIPPED, Downstream.REBUILT) for table in (NONE, OWN, ALL))
#: The percentages at which a frontier takes the problem's estimate of unknown sizes.
PERCENTS = (50, 100, 200)

_APART = frozenset(("container-hosts", "demo", "equivalents", "infeasible", "pairs"))  # no image lists in them
_ORDER = ("photon-1.0-tp1", "photon-1.0-tp2", "photon-1.0-ga", "photon-3.0", "photon-4.0", "photon-5.0")
_IMAGES = ("micro", "container", "minimal", "metapackage-minimal", "optional", "full")


@dataclass(frozen=True, slots=True)
class Question:
    """A problem file that is measured, and its place in tables: release, then image."""

    path: Path
    problem: Problem

    @property
    def name(self) -> str:
        return self.problem.name

    @property
    def release(self) -> str:
        return next(source.id for source in self.problem.repositories if source.origin is Origin.DOWNSTREAM)

    @property
    def upstream(self) -> tuple[str, ...]:
        return tuple(source.id for source in self.problem.repositories if source.origin is Origin.UPSTREAM)

    @property
    def place(self) -> tuple[int, str, tuple[str, ...], bool, int, str]:
        """Where it stands: by release, upstream, whole lists before parts of them, known images, name."""
        release = _ORDER.index(self.release) if self.release in _ORDER else len(_ORDER)
        part = self.name.endswith("-in-step")
        image = image_of(self.name, self.release)
        rank = _IMAGES.index(image) if image in _IMAGES else len(_IMAGES)
        return (release, self.release, self.upstream, part, rank, self.name)


def find_questions(folder: Path, downstream: str) -> tuple[Question, ...]:
    """Return the image lists below a folder whose downstream repository's id begins so.

    A strict problem is left out: it is another reading of one that is there, and every reading is solved anyway.
    """
    files = [path for path in folder.rglob("*.yaml") if _APART.isdisjoint(path.relative_to(folder).parts)]
    found = (Question(path, load_problem(path)) for path in sorted(files) if _is_problem(path))
    kept = (one for one in found if one.problem.features and _has_downstream(one.problem, downstream))
    return tuple(sorted((one for one in kept if not one.name.endswith("-strict")), key=lambda one: one.place))


def image_of(name: str, release: str) -> str:
    """Return the image of a list: its name without its release."""
    product = "-".join(release.split("-")[:2])
    for prefix in (release, product):
        if name.startswith(f"{prefix}-"):
            return name.removeprefix(f"{prefix}-")
    return name


def plain_name(feature: Feature) -> str:
    """Return a feature as downstream's list has it: bare where the problem says `(NAME = VERSION or ...)`."""
    if isinstance(feature.require, CompsGroup):
        return str(feature.require)
    return _own(feature.require) or str(feature.require)


def read_as(problem: Problem, equivalents: str, downstream: str) -> Problem:
    """Return a problem under another reading; without equivalents features are the list's bare names."""
    rows = problem.equivalents
    features = problem.features
    if equivalents == NONE:
        rows = ()
        features = tuple(_bare(feature) for feature in features)
    if equivalents == OWN:
        rows = tuple(row for row in rows if not row.stand_in)
    policy = replace(problem.policy, downstream=Downstream(downstream))
    return replace(problem, equivalents=rows, features=features, policy=policy)


def at_percent(problem: Problem, percent: int) -> Problem:
    """Return a problem whose estimate of unknown sizes counts so many per cent; its own percentage is replaced."""
    estimate = problem.sizes.estimate
    if estimate is None:
        return problem
    return replace(problem, sizes=structs.replace(problem.sizes, estimate=structs.replace(estimate, percent=percent)))


def _is_problem(path: Path) -> bool:
    """A table of equivalents or a `.repo`-like file beside problems is none."""
    return any(line.startswith(("features:", "extends:")) for line in path.read_text(encoding="utf-8").splitlines())


def _has_downstream(problem: Problem, prefix: str) -> bool:
    return any(source.origin is Origin.DOWNSTREAM and source.id.startswith(prefix) for source in problem.repositories)


def _own(require: Dependency) -> str | None:
    if not isinstance(require, Rich) or require.operator is not RichOperator.OR:
        return None
    first = leaves(require)[0]
    return first.name if first.comparison is Comparison.EQ else None


def _bare(feature: Feature) -> Feature:
    own = None if isinstance(feature.require, CompsGroup) else _own(feature.require)
    return feature if own is None else structs.replace(feature, require=Capability(own))
