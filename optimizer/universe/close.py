"""A universe closed over what the features can reach, as an Instance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
import solv

from optimizer.problem.dependency import DependencySyntaxError, leaves, parse_dependency
from optimizer.problem.problem import ObjectiveKind, WeakDependencies
from optimizer.repository.error import BadRepositoryData
from optimizer.universe.formula import Leaf, dependency_formula, positive_leaves
from optimizer.universe.instance import Formula
from optimizer.universe.prepare import Universe
from optimizer.universe.world import World

#: Packages of one name that can be part of an answer: each excludes each, in libsolv as in the model, so memory grows
#: with the square. CentOS Stream 9 AppStream has 16 of one name.
MOST_OF_A_NAME = 1000

REQUIRES, CONFLICTS = solv.SOLVABLE_REQUIRES, solv.SOLVABLE_CONFLICTS
RECOMMENDS, SUPPLEMENTS = solv.SOLVABLE_RECOMMENDS, solv.SOLVABLE_SUPPLEMENTS


class Closure(msgspec.Struct):
    """The solvables the features can reach, and the providers of each dependency met on the way.

    `missing_paths` are the file paths asked for that no loaded package has.
    """

    world: World
    reached: set[int] = msgspec.field(default_factory=set)
    providers: dict[int, tuple[int, ...]] = msgspec.field(default_factory=dict)
    formulas: dict[int, Formula] = msgspec.field(default_factory=dict)
    missing_paths: set[str] = msgspec.field(default_factory=set)
    _queue: list[int] = msgspec.field(default_factory=list)
    _met: set[int] = msgspec.field(default_factory=set)

    def formula(self, dependency_id: int) -> Formula:
        """Return a dependency's formula; its leaves are libsolv's dependency ids, their providers on record."""
        formula = self.formulas.get(dependency_id)
        if formula is None:
            if self.world.texts[dependency_id][:1] not in "(r":  # most are: no rich one, and not of rpmlib
                formula = self._leaf(dependency_id)
            else:
                formula = dependency_formula(self.world, dependency_id, self._leaf)
            self.formulas[dependency_id] = formula
        return formula

    def _leaf(self, dependency_id: int) -> Formula:
        if dependency_id not in self.providers:
            found = self.providers[dependency_id] = tuple(self.world.providers(dependency_id))
            text = self.world.text(dependency_id)
            if "/" in text and not (found and text.startswith("/")):
                self._note_missing_paths(text)
        return dependency_id

    def _note_missing_paths(self, text: str) -> None:
        """Note the file paths in a capability, or in a `with` set of several, that nobody has."""
        try:
            named = leaves(parse_dependency(text))
        except DependencySyntaxError:
            return
        for capability in named:
            if capability.name.startswith("/") and not self.world.providers(self.world.dependency_id(capability)):
                self.missing_paths.add(capability.name)

    def reach(self, formula: Formula, *, negated: bool = False) -> None:
        """Reach every provider that can help a formula (or its negation) to hold."""
        if isinstance(formula, int) and negated:
            return
        for leaf in (formula,) if isinstance(formula, int) else positive_leaves(formula, sign=not negated):
            for identifier in self.providers[leaf]:
                if identifier not in self.reached:
                    self.reach_solvable(identifier)

    def reach_solvable(self, identifier: int) -> None:
        """Reach one solvable, once."""
        if identifier not in self.reached:
            self.reached.add(identifier)
            self._queue.append(identifier)

    def settle(self, keys: Iterable[int]) -> None:
        """Follow the dependencies of what was reached under these tags until nothing new turns up."""
        keys = tuple(keys)
        world, met = self.world, self._met
        while self._queue:
            solvable = world.solvable(self._queue.pop())
            for key in keys:
                for dependency in world.dependencies(solvable, key):
                    if dependency not in met:
                        met.add(dependency)
                        self.reach(self.formula(dependency))
            for dependency in world.dependencies(solvable, CONFLICTS):
                formula = self.formula(dependency)
                if not isinstance(formula, int):  # `Conflicts: (a unless b)`: b in makes room for a
                    self.reach(formula, negated=True)


def wants_weak(universe: Universe) -> bool:
    """Return whether weak dependencies matter to a problem: followed, or an objective."""
    problem = universe.problem
    follow = problem.policy.weak_dependencies is WeakDependencies.FOLLOW
    return follow or any(objective.kind is ObjectiveKind.WEAK for objective in problem.objectives)


def reach_closure(universe: Universe) -> Closure:
    """Return everything that can be part of an answer: what features, previous manifest and weak tags reach.

    Raises BadRepositoryData for more than MOST_OF_A_NAME of one name.
    """
    world, problem = universe.world, universe.problem
    closure = Closure(world)
    for request in universe.requests:
        for dependency in request.dependencies:
            formula = closure.formula(world.dependency_id(dependency))
            closure.reach(formula)
            if request.group is not None:  # a bound on its group may want it not to hold
                closure.reach(formula, negated=True)
    for forbidden in problem.forbidden:  # `(a if b)` is kept from holding by b
        closure.reach(closure.formula(world.dependency_id(forbidden.require)), negated=True)
    if any(objective.kind is ObjectiveKind.CHANGES for objective in problem.objectives):
        earlier = {(package.name, package.evr, package.arch) for package in problem.previous}
        for name in sorted({name for name, _, _ in earlier}):
            for solvable in world.bearers(name):
                if (name, solvable.evr, solvable.arch) in earlier:
                    closure.reach_solvable(solvable.id)
    weak = wants_weak(universe)
    keys = (REQUIRES, RECOMMENDS) if weak else (REQUIRES,)
    closure.settle(keys)
    if weak:
        _reach_supplements(closure, keys)
    _check_names(closure)
    return closure


def _check_names(closure: Closure) -> None:
    counted = Counter(closure.world.solvable(identifier).nameid for identifier in closure.reached)
    name, count = counted.most_common(1)[0] if counted else (0, 0)
    if count <= MOST_OF_A_NAME:
        return
    held = [one for one in map(closure.world.solvable, closure.reached) if one.nameid == name]
    repositories = ", ".join(sorted({one.repo.name for one in held}))
    what = f"too many packages of the name {held[0].name}"
    raise BadRepositoryData(repositories, "", what, expected=f"at most {MOST_OF_A_NAME}", found=str(count))


def _reach_supplements(closure: Closure, keys: tuple[int, ...]) -> None:
    """Reach packages whose Supplements can come to hold, until nothing new turns up."""
    world = closure.world
    waiting: dict[int, list[Formula]] = {}
    for solvable in world.considered_solvables():
        dependencies = world.dependencies(solvable, SUPPLEMENTS)
        if dependencies:
            waiting[solvable.id] = [closure.formula(dependency) for dependency in dependencies]
    grown = True
    while grown:
        grown = False
        for identifier, formulas in list(waiting.items()):
            if identifier in closure.reached or any(_reachable(closure, formula) for formula in formulas):
                del waiting[identifier]
                grown = True
                closure.reach_solvable(identifier)
                for formula in formulas:  # what keeps it from being asked for spares an unmet one
                    closure.reach(formula, negated=True)
                closure.settle(keys)


def _reachable(closure: Closure, formula: Formula) -> bool:
    """Return whether what was reached could make a formula hold, negations granted."""
    if isinstance(formula, int):
        return any(identifier in closure.reached for identifier in closure.providers[formula])
    operator, *parts = formula
    if operator == "not":
        return True
    return (all if operator == "all" else any)(_reachable(closure, part) for part in parts)


def by_name(world: World, reached: Iterable[int]) -> dict[str, list[Any]]:
    """Return the reached solvables by name."""
    names: dict[str, list[Any]] = defaultdict(list)
    for identifier in sorted(reached):
        solvable = world.solvable(identifier)
        names[solvable.name].append(solvable)
    return names


__all__ = ["Closure", "Leaf", "by_name", "reach_closure", "wants_weak"]
