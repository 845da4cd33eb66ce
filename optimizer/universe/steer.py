"""The repositories as dnf sees them, and what libsolv makes of a short request there.

Nothing of ours is in this world: no equivalents, no rebuilt dependencies, no stubs, every version of every package
of the architecture and of its 32-bit side. libsolv is set up and asked as libdnf does it (libdnf/goal/Goal.cpp): a
name or a full NEVRA is one job "install one of these, the best of them", an exclude takes packages out of the world,
install-only names may repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import solv

from optimizer.problem.dependency import Capability
from optimizer.problem.problem import Candidates, Problem
from optimizer.universe.candidates import select_candidates
from optimizer.universe.formula import dependency_formula
from optimizer.universe.instance import Formula
from optimizer.universe.load import Loaded
from optimizer.universe.world import World

_INSTALL = solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE_ONE_OF
_BEST = solv.Job.SOLVER_FORCEBEST
# A full NEVRA names its architecture: the 32-bit package may then be in without the 64-bit one (libsolv's SETARCH).
_PIN = _INSTALL | solv.Job.SOLVER_SETARCH | solv.Job.SOLVER_SETEVR
_FORBID = solv.Job.SOLVER_LOCK | solv.Job.SOLVER_SOLVABLE_ONE_OF
_FLAGS = (
    solv.Solver.SOLVER_FLAG_ALLOW_VENDORCHANGE,
    solv.Solver.SOLVER_FLAG_BEST_OBEY_POLICY,
    solv.Solver.SOLVER_FLAG_YUM_OBSOLETES,
)
# A rich conflict can ask for packages too: `Conflicts: (a unless b)` is harmless beside `b`.
_ASKING = (solv.SOLVABLE_REQUIRES, solv.SOLVABLE_CONFLICTS)


@dataclass(frozen=True, slots=True)
class SteeringRequest:
    """What a resolver is asked on an empty system: names, full NEVRAs, names to exclude, weak dependencies or not.

    `best` is dnf's option of that name: only the best version of a name will do.
    """

    names: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    weak: bool = False
    best: bool = True

    @property
    def size(self) -> int:
        """How many words it has; the switch for weak dependencies is none."""
        return len(self.names) + len(self.pins) + len(self.excludes)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The NEVRAs a resolver installs, or the problems it has with a request, in its own words."""

    packages: frozenset[str]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A package to be had: its NEVRA, and the repository or the checksum that tell it from others of that NEVRA.

    Without a repository the NEVRA alone is enough.
    """

    nevra: str
    repository: str = ""
    checksum: str = ""


@dataclass(slots=True)
class PlainWorld:
    """A pool of the repositories alone. `bearers` maps a name, `nevras` a NEVRA to the ids of its solvables."""

    world: World
    install_only: tuple[str, ...]
    admitted: tuple[int, ...]
    wanted: tuple[Named, ...]
    bearers: dict[str, list[int]]
    nevras: dict[str, list[int]]
    _spelt: dict[int, str]
    _excluded: tuple[str, ...] = ()
    _jobs: dict[tuple[int, str], Any] = field(default_factory=dict)

    def absent(self) -> tuple[str, ...]:
        """Return the wanted NEVRAs that no repository has, ascending."""
        spelt = set(self._spelt.values())
        return tuple(sorted(named.nevra for named in self.wanted if named.nevra not in spelt))

    def same_job(self, nevra: str) -> bool:
        """Whether a package's bare name and its NEVRA ask for the same: no other package bears the name."""
        return all(self._spelt[held] == nevra for held in self.bearers[self.name(nevra)])

    def name(self, nevra: str) -> str:
        """Return the name of a package of the world."""
        return str(self.world.solvable(self.nevras[nevra][0]).name)

    def ask(self, request: SteeringRequest, *, locked: bool = False) -> Outcome:
        """Return what libsolv installs for a request; raises KeyError for a word that nothing here bears.

        `locked` forbids the excluded packages instead of taking them out of the world, which needs no new index:
        libsolv chooses among undecided packages only, so it is the same (src/solver.c, resolve_dependencies).
        """
        self._exclude(() if locked else request.excludes)
        solver = self.world.pool.Solver()
        for flag in _FLAGS:
            solver.set_flag(flag, 1)
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 0 if request.weak else 1)
        problems = solver.solve(self._asked(request, locked=locked))
        if problems:
            return Outcome(frozenset(), tuple(str(problem) for problem in problems))
        return Outcome(frozenset(self._spelt[held.id] for held in solver.transaction().newsolvables()))

    def platform(self) -> str:
        """Return what module streams of these repositories ask for, `platform:el9`, empty where none is known.

        The package that is the distribution's release provides it as `base-module(platform:el9)`.
        """
        self._exclude(())
        marker = "base-module("
        for held in self.world.providers(self.world.dependency_id(Capability("system-release"))):
            for identifier in self.world.dependencies(self.world.solvable(held), solv.SOLVABLE_PROVIDES):
                text = self.world.text(identifier).partition(" ")[0]
                if text.startswith(f"{marker}platform:"):
                    return text.removeprefix(marker).rstrip(")")
        return ""

    def mentioned(self, nevra: str, *, weak: bool) -> frozenset[str]:
        """Return the other packages that provide anything a package's requirements and rich conflicts speak of.

        Of its own name the other architectures count too: libsolv installs a 32-bit package beside the 64-bit one
        only (src/rules.c, solver_addinfarchrules). With `weak` its recommendations count as well; for what it
        supplements see `supplemented`.
        """
        keys = (*_ASKING, solv.SOLVABLE_RECOMMENDS) if weak else _ASKING
        namesakes = {self._spelt[held] for held in self.bearers[self.name(nevra)]}
        return self._speaks_of(nevra, keys) | (namesakes - {nevra})

    def supplemented(self, nevra: str) -> frozenset[str]:
        """Return the packages that provide anything a package's Supplements speak of."""
        return self._speaks_of(nevra, (solv.SOLVABLE_SUPPLEMENTS,))

    def forced(self, nevra: str) -> frozenset[str]:
        """Return the packages that must be in wherever this one is, since they alone provide what it requires."""
        found: list[set[str]] = []
        for held in self.nevras[nevra]:
            formulas = (
                dependency_formula(self.world, identifier, lambda leaf: leaf)
                for identifier in self.world.dependencies(self.world.solvable(held), solv.SOLVABLE_REQUIRES)
            )
            found.append({only for formula in formulas for only in self._only_providers(formula)})
        return frozenset(set.intersection(*found) - {nevra})

    def narrow(self, *, weak: bool) -> tuple[str, ...]:
        """Leave in the world what a closure of the wanted names can hold, and return all names of it, ascending.

        libsolv makes rules for these packages only (src/rules.c, solver_addpkgrulesforsolvable), so no outcome
        changes. With `weak` nothing is left out: any package may supplement.
        """
        self._exclude(())
        if weak:
            return tuple(sorted(self.bearers))
        new = {held for named in self.wanted for held in self.bearers[self.name(named.nevra)]}
        seen = set(new)
        while new:
            solvable = self.world.solvable(new.pop())
            found = self._providers_spoken_of(solvable, _ASKING).union(self.bearers[solvable.name]) - seen
            seen |= found
            new |= found
        self.admitted = tuple(sorted(seen))
        self.world.consider(self.admitted)
        self.world.index()
        self._jobs.clear()
        return tuple(sorted({str(self.world.solvable(held).name) for held in seen}))

    def _exclude(self, names: tuple[str, ...]) -> None:
        if names == self._excluded:
            return
        out = {held for name in names for held in self.bearers[name]}
        self.world.consider(held for held in self.admitted if held not in out)
        self.world.index()
        self._excluded = names
        self._jobs.clear()

    def _asked(self, request: SteeringRequest, *, locked: bool) -> list[Any]:
        best = _BEST if request.best else 0
        words = [(_INSTALL | best, name, self.bearers) for name in request.names]
        words += [(_PIN | best, nevra, self.nevras) for nevra in request.pins]
        words += [(_FORBID, name, self.bearers) for name in (request.excludes if locked else ())]
        jobs = []
        for how, word, table in words:
            job = self._jobs.get((how, word))
            if job is None:
                offset = self.world.pool.towhatprovides(table[word])
                job = self._jobs[how, word] = self.world.pool.Job(how, offset)
            jobs.append(job)
        multiple = solv.Job.SOLVER_MULTIVERSION | solv.Job.SOLVER_SOLVABLE_PROVIDES
        ids = (self.world.pool.str2id(name, False) for name in self.install_only)
        return jobs + [self.world.pool.Job(multiple, identifier) for identifier in ids if identifier]

    def _speaks_of(self, nevra: str, keys: Sequence[int]) -> frozenset[str]:
        self._exclude(())
        solvables = map(self.world.solvable, self.nevras[nevra])
        found = {held for solvable in solvables for held in self._providers_spoken_of(solvable, keys)}
        return frozenset(self._spelt[held] for held in found) - {nevra}

    def _providers_spoken_of(self, solvable: Any, keys: Sequence[int]) -> set[int]:
        asked = ((key, identifier) for key in keys for identifier in self.world.dependencies(solvable, key))
        formulas = (
            dependency_formula(self.world, identifier, lambda leaf: leaf)
            for key, identifier in asked
            if key != solv.SOLVABLE_CONFLICTS or self.world.text(identifier).startswith("(")
        )
        return {held for formula in formulas for leaf in _leaves(formula) for held in self.world.providers(leaf)}

    def _only_providers(self, formula: Formula) -> Iterable[str]:
        if isinstance(formula, int):
            self._exclude(())
            providers = {self._spelt[held] for held in self.world.providers(formula)}
            return providers if len(providers) == 1 else ()
        operator, *parts = formula
        if operator != "all":
            return ()
        return [nevra for part in parts for nevra in self._only_providers(part)]


def plain_world(problem: Problem, loaded: Loaded, wanted: Iterable[Named]) -> PlainWorld:
    """Return the world of a problem's repositories as dnf sees them; takes over the loaded pool and changes it.

    Module streams are those that the problem has: the default ones and the ones it names, which dnf must be told to
    enable.
    """
    world = loaded.world
    policy = replace(problem.policy, candidates=Candidates.ALL, multilib=True)
    admitted = select_candidates(world, replace(problem, policy=policy), loaded.modules).chosen
    world.consider(admitted)
    world.index_paths()
    world.index()
    by_nevra = {named.nevra: named for named in wanted}
    bearers: dict[str, list[int]] = {}
    nevras: dict[str, list[int]] = {}
    spelt = {}
    for held in admitted:
        solvable = world.solvable(held)
        nevra = f"{solvable.name}-{solvable.evr.removeprefix('0:')}.{solvable.arch}"
        bearers.setdefault(solvable.name, []).append(held)
        nevras.setdefault(nevra, []).append(held)
        other = nevra in by_nevra and not _is(solvable, by_nevra[nevra])
        spelt[held] = f"{nevra} of {solvable.repo.name}" if other else nevra
    held_names = tuple(by_nevra[nevra] for nevra in sorted(by_nevra))
    return PlainWorld(world, problem.policy.install_only, admitted, held_names, bearers, nevras, spelt)


def _is(solvable: Any, named: Named) -> bool:
    """Whether a solvable of the NEVRA is the package: by its repository, or by its checksum in another one."""
    if not named.repository or solvable.repo.name == named.repository:
        return True
    checksum = solvable.lookup_checksum(solv.SOLVABLE_CHECKSUM)
    return checksum is not None and f"{checksum.typestr()}:{checksum.hex()}" == named.checksum


def _leaves(formula: Formula) -> tuple[int, ...]:
    if isinstance(formula, int):
        return (formula,)
    return tuple(leaf for part in formula[1:] for leaf in _leaves(part))
