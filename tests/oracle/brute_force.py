"""The answer to a question about a tiny world by trying every subset of its candidates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, combinations

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator, leaves
from optimizer.problem.problem import Candidates, Downstream, Missing, ObjectiveKind, Origin
from tests.oracle.rules import Judge, matches
from tests.oracle.version import compare_evr, parse_evr
from tests.oracle.world import NamePin, OraclePackage, Question, World

LARGEST_WORLD = 12


@dataclass(frozen=True, slots=True)
class OracleAnswer:
    """The value of each stage at the lexicographic optimum, in order; None where no set is feasible.

    `best` are all sets that reach it, as sorted NEVRAs with their repository (None: stub or virtual); `feasible`
    counts the sets that keep every rule.
    """

    values: tuple[tuple[ObjectiveKind, int], ...] | None
    best: tuple[tuple[tuple[str, str | None], ...], ...]
    feasible: int


def brute_force(world: World, question: Question) -> OracleAnswer:
    """Return the proven answer; ValueError where the candidates are more than LARGEST_WORLD."""
    arena = Arena(world, question)
    if len(arena.packages) > LARGEST_WORLD:
        raise ValueError(len(arena.packages), "candidates are too many to try every subset")
    scored = [(arena.score(chosen), chosen) for chosen in arena.subsets() if arena.is_feasible(chosen)]
    if not scored:
        return OracleAnswer(None, (), 0)
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in question.stages]
    best = min(tuple(sign * value for sign, value in zip(signs, score, strict=True)) for score, _ in scored)
    values = tuple(sign * value for sign, value in zip(signs, best, strict=True))
    sets = [arena.names(chosen) for score, chosen in scored if score == values]
    return OracleAnswer(tuple(zip(question.stages, values, strict=True)), tuple(sorted(sets)), len(scored))


class Arena:
    """The candidates of a question, equivalents and stubs among them, and what each set of them is worth."""

    def __init__(self, world: World, question: Question) -> None:
        self.world, self.question = world, question
        candidates = with_equivalents(world, question, select_candidates(world, question))
        self.packages = (*candidates, *stubs(question, candidates))
        self.judge = Judge(self.packages, question.rules.install_only)

    def subsets(self) -> Iterator[frozenset[int]]:
        """Yield every set of candidates, small ones first."""
        indices = range(len(self.packages))
        return map(frozenset, chain.from_iterable(combinations(indices, size) for size in range(len(indices) + 1)))

    def names(self, chosen: frozenset[int]) -> tuple[tuple[str, str | None], ...]:
        """Return a set as its NEVRAs and repositories."""
        return tuple(sorted(((self.packages[i].nevra, self.packages[i].repository) for i in chosen), key=str))

    def is_feasible(self, chosen: frozenset[int]) -> bool:
        """Return whether a set is a system, has the required features, and keeps every other rule."""
        question, holds = self.question, self.judge.holds
        return (
            all(holds(wish.require, chosen) for wish in question.features if wish.required)
            and not any(holds(dependency, chosen) for dependency in question.forbidden)
            and all(self._is_pinned(self.packages[index]) for index in chosen)
            and self._within_bounds(chosen)
            and self.judge.broken_rule(chosen) is None
        )

    def _is_pinned(self, package: OraclePackage) -> bool:
        if package.repository is None:
            return True
        pins = (pin for pin in self.question.pins if pin.name == package.name)
        locks = (held for held in self.question.lock if (held.name, held.arch) == (package.name, package.arch))
        return all(self._fits(pin, package) for pin in pins) and all(held.evr == package.evr for held in locks)

    def _fits(self, pin: NamePin, package: OraclePackage) -> bool:
        return (
            (pin.relation is None or bears(package, pin.relation))
            and (pin.origin is None or pin.origin is self.world.origin(package))
            and (pin.repository is None or pin.repository == package.repository)
        )

    def _within_bounds(self, chosen: frozenset[int]) -> bool:
        bounds = self.question.bounds
        limited = (
            (bounds.installed_bytes, ObjectiveKind.INSTALLED_SIZE),
            (bounds.download_bytes, ObjectiveKind.DOWNLOAD_SIZE),
            (bounds.packages, ObjectiveKind.PACKAGES),
        )
        if any(most is not None and self.value(kind, chosen) > most for most, kind in limited):
            return False
        if bounds.downstream_sources is not None and len(self._maintained(chosen)) > bounds.downstream_sources:
            return False
        return all(self._group_within(chosen, *group) for group in bounds.groups)

    def _group_within(self, chosen: frozenset[int], group: str, least: int | None, most: int | None) -> bool:
        members = [wish for wish in self.question.features if wish.group == group]
        held = sum(self.judge.holds(wish.require, chosen) for wish in members)
        return (least is None or held >= least) and (most is None or held <= most)

    def score(self, chosen: frozenset[int]) -> tuple[int, ...]:
        """Return the value of every stage."""
        return tuple(self.value(kind, chosen) for kind in self.question.stages)

    def value(self, kind: ObjectiveKind, chosen: frozenset[int]) -> int:
        """Return what one objective is worth, in its own unit; `features` grows with what is there."""
        real = [self.packages[index] for index in sorted(chosen) if self.packages[index].source is not None]
        unknown = self.question.rules.unknown_bytes
        match kind:
            case ObjectiveKind.DIVERGENCE:
                weights = dict(self.question.weights)
                return sum(weights.get(source, 1) for _, source in self._maintained(chosen))
            case ObjectiveKind.FEATURES:
                optional = (wish for wish in self.question.features if not wish.required)
                return sum(wish.value for wish in optional if self.judge.holds(wish.require, chosen))
            case ObjectiveKind.INSTALLED_SIZE:
                return sum(unknown if one.installed_bytes is None else one.installed_bytes for one in real)
            case ObjectiveKind.DOWNLOAD_SIZE:
                return sum(unknown if one.download_bytes is None else one.download_bytes for one in real)
            case ObjectiveKind.PACKAGES:
                return len(real)
            case ObjectiveKind.WEAK:
                return sum(self._unmet_weak(index, chosen) for index in range(len(self.packages)))
            case ObjectiveKind.CHANGES:
                before, now = {one.nevra for one in self.question.previous}, {one.nevra for one in real}
                return sum(one.nevra not in before for one in real) + len(before - now)
            case ObjectiveKind.AGE:
                return sum(map(self._age, real))

    def _maintained(self, chosen: frozenset[int]) -> set[tuple[bool, str]]:
        """Return (is a stub, name) of the downstream sources and stubs of a set."""
        held = [self.packages[index] for index in chosen]
        return {
            (one.repository is None, one.source)
            for one in held
            if one.source is not None and self.world.origin(one) is not Origin.UPSTREAM
        }

    def _unmet_weak(self, index: int, chosen: frozenset[int]) -> int:
        package = self.packages[index]
        if index in chosen:
            return sum(not self.judge.holds(dependency, chosen) for dependency in package.recommends)
        return sum(self.judge.holds(dependency, chosen) for dependency in package.supplements)

    def _age(self, package: OraclePackage) -> int:
        if package.repository is None:
            return 0
        origin = self.world.origin(package)
        others = [one for one in eligible(self.world, self.question) if self.world.origin(one) is origin]
        same = (one for one in others if (one.name, one.arch) == (package.name, package.arch))
        return len({one.evr for one in same if compare_evr(one.evr, package.evr) > 0})


def bears(package: OraclePackage, relation: Capability) -> bool:
    """Return whether a package's own name and version fit a relation; what it provides does not count."""
    return matches(Capability(package.name, Comparison.EQ, str(package.evr)), relation)


def eligible(world: World, question: Question) -> tuple[OraclePackage, ...]:
    """Return the packages that architecture and downstream policy admit, every version."""
    arches = {"x86_64", "noarch"} | ({"i686"} if question.rules.multilib else set())
    without = Origin.DOWNSTREAM if question.rules.downstream is Downstream.NONE else None
    return tuple(one for one in world.packages if one.arch in arches and world.origin(one) is not without)


def select_candidates(world: World, question: Question) -> tuple[OraclePackage, ...]:
    """Return what may be chosen: `newest` of each name, architecture and repository, and what pins and locks name."""
    admitted = eligible(world, question)
    if question.rules.candidates is Candidates.ALL:
        return admitted
    kept = question.previous if ObjectiveKind.CHANGES in question.objectives else ()
    locked = {one.nevra for one in (*question.lock, *kept)}
    bounds = [pin.relation for pin in question.pins if pin.relation is not None]
    return tuple(
        one
        for one in admitted
        if _is_newest(one, admitted) or one.nevra in locked or any(bears(one, relation) for relation in bounds)
    )


def _is_newest(package: OraclePackage, admitted: tuple[OraclePackage, ...]) -> bool:
    key = (package.repository, package.name, package.arch)
    others = (one for one in admitted if (one.repository, one.name, one.arch) == key)
    return all(compare_evr(one.evr, package.evr) <= 0 for one in others)


def with_equivalents(
    world: World, question: Question, candidates: tuple[OraclePackage, ...]
) -> tuple[OraclePackage, ...]:
    """Return the candidates with the equivalents' names among their Provides, and virtual packages after them.

    One capability: every upstream package that provides it also provides the name, at its own version. Several, or a
    rich one, or a pinned name: a virtual package provides the name and requires them all of upstream packages; a row
    that upstream has no providers for stands for nothing.
    """
    judge = Judge(candidates)
    pinned = {pin.name for pin in question.pins}
    extra: list[list[Capability]] = [[] for _ in candidates]
    virtual: list[OraclePackage] = []

    def upstream_providers(dependency: Dependency) -> list[int]:
        return [one for one in judge.providers(dependency) if world.origin(candidates[one]) is Origin.UPSTREAM]

    def stands(dependency: Dependency) -> bool:
        if isinstance(dependency, Capability) or dependency.operator in ("with", "without"):
            return bool(upstream_providers(dependency))
        if dependency.operator in ("and", "or"):
            return (all if dependency.operator == "and" else any)(map(stands, dependency.operands))
        return True

    def of_upstream(dependency: Dependency) -> Dependency:
        if isinstance(dependency, Rich):
            return Rich(dependency.operator, tuple(map(of_upstream, dependency.operands)))
        mark = Capability(f"only-upstream({str(dependency).replace(' ', '')})")
        for index in upstream_providers(dependency):
            extra[index].append(mark)
        return mark

    for name, upstream in question.equivalents:
        if len(upstream) == 1 and isinstance(upstream[0], Capability) and name not in pinned:
            for index in upstream_providers(upstream[0]):
                extra[index].append(Capability(name, Comparison.EQ, str(candidates[index].evr)))
        elif upstream and all(map(stands, upstream)):
            needs = tuple(map(of_upstream, upstream))
            virtual.append(_added(f"equivalent:{name}", Capability(name), None, needs))
    widened = (replace(one, provides=(*one.provides, *more)) for one, more in zip(candidates, extra, strict=True))
    return (*widened, *virtual)


def stubs(question: Question, candidates: tuple[OraclePackage, ...]) -> tuple[OraclePackage, ...]:
    """Return the packages still to be made, if asked for: what nobody provides of required features that cannot hold.

    Two features may want different versions of a name: then these are packages of one name, of which one can be in.
    """
    if question.rules.missing is Missing.ERROR:
        return ()
    judge = Judge(candidates)
    impossible = [wish.require for wish in question.features if wish.required and not _can_hold(judge, wish.require)]
    absent = (leaf for dependency in impossible for leaf in leaves(dependency) if not judge.providers(leaf))
    return tuple(map(_stub, dict.fromkeys(map(_promised, absent))))


def _can_hold(judge: Judge, dependency: Dependency) -> bool:
    """Return whether a dependency has the providers it needs, whatever these need in turn."""
    if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
        return bool(judge.providers(dependency))
    possible = [_can_hold(judge, operand) for operand in dependency.operands]
    match dependency.operator:
        case RichOperator.AND:
            return all(possible)
        case RichOperator.OR:
            return any(possible)
        case RichOperator.IF:
            return len(possible) == 2 or possible[1] or possible[2]
        case _:
            return possible[0] or (len(possible) == 3 and possible[1] and possible[2])


def _promised(asked: Capability) -> Capability:
    """Return what a stub provides: the version asked for, or all of an open range."""
    if asked.comparison in (Comparison.GE, Comparison.LE):
        return Capability(asked.name, Comparison.EQ, asked.evr)
    return asked


def _stub(promised: Capability) -> OraclePackage:
    added = _added(f"stub:{promised.name}", promised, f"stub:{promised.name}", ())
    evr = parse_evr(promised.evr or "0")
    return replace(added, epoch=evr.epoch, version=evr.version, release=evr.release or "")


def _added(name: str, provides: Capability, source: str | None, requires: tuple[Dependency, ...]) -> OraclePackage:
    return OraclePackage(
        name,
        arch="noarch",
        repository=None,
        source=source,
        installed_bytes=None,
        download_bytes=None,
        provides=(provides,),
        requires=requires,
    )
