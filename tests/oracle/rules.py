"""RPM's rules over a set of packages: who provides what, what holds, what excludes what.

Written from the RPM manual ("Dependencies", "Boolean Dependencies"); where it leaves room, libsolv decides, and the
line says where (src/rules.c, src/cplxdeps.c). `test_libsolv.py` holds every line against libsolv itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator
from tests.oracle.version import parse_evr, ranges_meet
from tests.oracle.world import OraclePackage

Literal = tuple[int, bool]  # a package is in, or is not
Term = frozenset[Literal]

_COLOURS = {"i686": 1, "x86_64": 2, "noarch": 3}


def matches(provided: Capability, asked: Capability) -> bool:
    """Return whether a provided capability answers an asked one; one without a version answers every version."""
    if provided.name != asked.name:
        return False
    if provided.comparison is None or asked.comparison is None:
        return True
    assert provided.evr is not None
    assert asked.evr is not None
    return ranges_meet((provided.comparison, parse_evr(provided.evr)), (asked.comparison, parse_evr(asked.evr)))


class Judge:
    """The rules over one list of packages; every set of packages is a set of indices into it."""

    def __init__(self, packages: Sequence[OraclePackage], install_only: Sequence[str] = ()) -> None:
        self.packages = tuple(packages)
        self._providers: dict[Dependency, frozenset[int]] = {}
        self.install_only = frozenset(i for name in install_only for i in self.providers(Capability(name)))

    def providers(self, dependency: Dependency) -> frozenset[int]:
        """Return the packages that alone satisfy a capability, a `with`, a `without`, or an `or` inside those."""
        if dependency not in self._providers:
            self._providers[dependency] = self._find_providers(dependency)
        return self._providers[dependency]

    def _find_providers(self, dependency: Dependency) -> frozenset[int]:
        if isinstance(dependency, Capability):
            indexed = enumerate(self.packages)
            return frozenset(i for i, one in indexed if any(matches(held, dependency) for held in one.all_provides))
        first, *others = map(self.providers, dependency.operands)
        if dependency.operator is RichOperator.WITH:
            return first.intersection(*others)
        if dependency.operator is RichOperator.WITHOUT:
            return first.difference(*others)
        assert dependency.operator is RichOperator.OR, dependency
        return first.union(*others)

    def holds(self, dependency: Dependency, chosen: frozenset[int]) -> bool:
        """Return whether a dependency is true of the chosen packages."""
        if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
            return not chosen.isdisjoint(self.providers(dependency))
        truth = [self.holds(operand, chosen) for operand in dependency.operands]
        if dependency.operator is RichOperator.AND:
            return all(truth)
        if dependency.operator is RichOperator.OR:
            return any(truth)
        then, condition = truth[:2]
        if dependency.operator is RichOperator.IF:
            return then if condition else (truth[2] if len(truth) == 3 else True)
        return (truth[2] if len(truth) == 3 else False) if condition else then

    def unmet_requirement(self, chosen: frozenset[int]) -> str | None:
        """Return a Requires (pre and post too) of a chosen package that does not hold, C2."""
        for index in sorted(chosen):
            for dependency in (*self.packages[index].requires, *self.packages[index].prerequires):
                if not self.holds(dependency, chosen):
                    return f"{self.packages[index].nevra} requires {dependency}"
        return None

    def conflict(self, chosen: frozenset[int]) -> str | None:
        """Return a Conflicts of a chosen package that the others match, C3.

        libsolv writes the dependency as alternatives of packages that are in or out together and skips the
        alternative that is the conflicting package alone; in larger ones it counts as any other package does
        (rules.c, add_complex_deprules).
        """
        for index in sorted(chosen):
            for dependency in self.packages[index].conflicts:
                for term in self.terms(dependency):
                    itself = term == {(index, True)}
                    if not itself and all((one in chosen) is inside for one, inside in term):
                        return f"{self.packages[index].nevra} conflicts with {dependency}"
        return None

    def obsolete(self, chosen: frozenset[int]) -> str | None:
        """Return an Obsoletes of a chosen package that another's name and version match, C4, of any colour."""
        for index, other in product(sorted(chosen), repeat=2):
            own = Capability(self.packages[other].name, Comparison.EQ, str(self.packages[other].evr))
            for dependency in self.packages[index].obsoletes:
                if index != other and matches(own, dependency):
                    return f"{self.packages[index].nevra} obsoletes {self.packages[other].nevra}"
        return None

    def same_name(self, chosen: frozenset[int]) -> str | None:
        """Return two chosen packages of a name that no system holds together, C5."""
        for one, other in product(sorted(chosen), repeat=2):
            if one < other and self._exclude_each_other(one, other):
                return f"{self.packages[one].nevra} or {self.packages[other].nevra}"
        return None

    def _exclude_each_other(self, one: int, other: int) -> bool:
        mine, yours = self.packages[one], self.packages[other]
        if mine.name != yours.name or not _COLOURS[mine.arch] & _COLOURS[yours.arch]:
            return False
        both_may_repeat = {one, other} <= self.install_only
        return not both_may_repeat or (mine.evr, mine.arch) == (yours.evr, yours.arch)

    def broken_rule(self, chosen: frozenset[int]) -> str | None:
        """Return in words why these packages cannot be a system, or None where they can."""
        return (
            self.unmet_requirement(chosen) or self.conflict(chosen) or self.obsolete(chosen) or self.same_name(chosen)
        )

    def terms(self, dependency: Dependency) -> frozenset[Term]:
        """Return a dependency as alternatives, each a set of packages that are in or out together."""
        return self._terms(dependency, holds=True)

    def _terms(self, dependency: Dependency, *, holds: bool) -> frozenset[Term]:
        if isinstance(dependency, Capability) or dependency.operator in (RichOperator.WITH, RichOperator.WITHOUT):
            held = self.providers(dependency)
            return (
                frozenset(Term({(i, True)}) for i in held) if holds else frozenset([Term((i, False) for i in held)])
            )
        parts = dependency.operands
        if dependency.operator is RichOperator.AND:
            return self._joined([(part, holds) for part in parts], together=holds)
        if dependency.operator is RichOperator.OR:
            return self._joined([(part, holds) for part in parts], together=not holds)
        return self._conditional(dependency, holds=holds)

    def _conditional(self, dependency: Rich, *, holds: bool) -> frozenset[Term]:
        then, condition, *otherwise = dependency.operands
        unless = dependency.operator is RichOperator.UNLESS
        # (A if B else C) is (A or not B) and (C or B); (A unless B else C) is (A and not B) or (C and B).
        first = self._joined([(then, holds), (condition, not holds)], together=unless is holds)
        if not otherwise:
            return first
        second = self._joined([(otherwise[0], holds), (condition, holds)], together=unless is holds)
        return _either([first, second]) if unless is holds else _products([first, second])

    def _joined(self, parts: Sequence[tuple[Dependency, bool]], *, together: bool) -> frozenset[Term]:
        alternatives = [self._terms(part, holds=holds) for part, holds in parts]
        return _products(alternatives) if together else _either(alternatives)


def _either(alternatives: Sequence[frozenset[Term]]) -> frozenset[Term]:
    """Return all terms, or only the empty one where it is among them: what always holds needs no alternative."""
    terms = frozenset[Term]().union(*alternatives)
    return frozenset([Term()]) if Term() in terms else terms


def _products(alternatives: Sequence[frozenset[Term]]) -> frozenset[Term]:
    """Return every choice of one term from each, but for those that want a package both in and out."""
    joined = (Term().union(*choice) for choice in product(*alternatives))
    return frozenset(term for term in joined if not any((one, not inside) in term for one, inside in term))
