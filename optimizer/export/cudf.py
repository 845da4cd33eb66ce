"""An Instance as a CUDF document, so that solvers of another school (aspcud, mccs) can be asked the same question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Formula,
    Instance,
    PackageOrigin,
    Requirement,
    RequirementKind,
)

PROPERTIES: dict[ObjectiveKind, str] = {
    ObjectiveKind.DIVERGENCE: "divergence",
    ObjectiveKind.FEATURES: "featurevalue",
    ObjectiveKind.INSTALLED_SIZE: "installedsize",
    ObjectiveKind.DOWNLOAD_SIZE: "downloadsize",
    ObjectiveKind.PACKAGES: "packages",
    ObjectiveKind.WEAK: "weak",
    ObjectiveKind.CHANGES: "changes",
    ObjectiveKind.AGE: "age",
}
LARGEST_AMOUNT = 2**31 - 1  # aspcud reads 32-bit integers and rejects the document beyond

_GOAL = "goal"
_NOBODY = "nobody"  # never defined: a dependency on it cannot be met, and neither solver reads CUDF's false!
_MAINTAINED = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
_BEFORE_WEAK = (ObjectiveKind.DIVERGENCE, ObjectiveKind.FEATURES)
_FOLLOWED = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)

Clause = tuple[str, ...]


@dataclass(slots=True)
class CudfPackage:
    """One stanza, version 1: `depends` is a conjunction of disjunctions; `amounts` are per objective, not 0."""

    name: str
    depends: list[Clause] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    amounts: dict[ObjectiveKind, int] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"package: {self.name}", "version: 1"]
        if self.depends:
            lines.append("depends: " + ", ".join(" | ".join(clause) for clause in self.depends))
        if self.conflicts:
            lines.append("conflicts: " + ", ".join(self.conflicts))
        lines += [f"{PROPERTIES[kind]}: {amount}" for kind, amount in sorted(self.amounts.items())]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class CudfDocument:
    """A CUDF text and how to read its answers.

    `names[i]` is what package `i` of the Instance is called; every other package is auxiliary. `lost` names what the
    text does not say: an answer to it is a bound for the Instance, and an optimum only where `lost` is empty.
    """

    text: str
    names: tuple[str, ...]
    objectives: tuple[ObjectiveKind, ...]
    lost: tuple[str, ...]
    packages: tuple[CudfPackage, ...]

    def chosen(self, installed: Collection[str]) -> frozenset[int]:
        """Return the indices of the Instance's packages among the names a solver installs."""
        return frozenset(index for index, name in enumerate(self.names) if name in installed)

    def value(self, objective: ObjectiveKind, installed: Collection[str]) -> int:
        """Return the sum of an objective's property over the names a solver installs, in the objective's unit.

        It is the stage's value where the solver optimised that objective; elsewhere auxiliary packages may be
        installed that nothing needs.
        """
        return sum(package.amounts.get(objective, 0) for package in self.packages if package.name in installed)


def write_cudf(instance: Instance) -> CudfDocument:
    """Return the Instance as CUDF 2.0: same feasible sets and same objectives, but for what `lost` names.

    Every package is a CUDF package of its own name, so that CUDF's "one name, many versions" never enters; formulas
    become clauses over packages with auxiliary ones in place of negated and nested parts; all demands hang on
    `goal`, the one package to install, because a CUDF request knows no disjunction. Weak dependencies, changes and
    optional features cost through auxiliary packages. Source: CUDF 2.0 (Mancoosi TR3), sections 2.2 and 2.3.
    """
    return _Writer(instance).write()


def aspcud_criteria(objectives: Iterable[ObjectiveKind]) -> str:
    """Return the lexicographic criteria as aspcud's `-c` takes them (cudf2lp(1))."""
    return ",".join(f"{_sign(kind)}sum(solution,{PROPERTIES[kind]})" for kind in objectives)


def mccs_criteria(objectives: Iterable[ObjectiveKind]) -> str:
    """Return the lexicographic criteria as mccs takes them (mccs's README.optimization-criteria)."""
    counts = (f"{_sign(kind)}count[{PROPERTIES[kind]}:,false]" for kind in objectives)
    return f"-lexicographic[{','.join(counts)}]"


def _stages(instance: Instance) -> tuple[ObjectiveKind, ...]:
    """Return the objectives, `weak` after divergence and features where weak dependencies are followed (C9)."""
    stages = list(instance.objectives)
    if instance.follow_weak and ObjectiveKind.WEAK not in stages:
        first = (position for position, kind in enumerate(stages) if kind not in _BEFORE_WEAK)
        stages.insert(next(first, len(stages)), ObjectiveKind.WEAK)
    return tuple(stages)


def _sign(objective: ObjectiveKind) -> str:
    return "+" if objective is ObjectiveKind.FEATURES else "-"


class _Writer:
    """Grows the auxiliary packages while it translates; packages come out in a fixed order."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.stages = _stages(instance)
        self.names = tuple(f"p{index}" for index in range(len(instance.packages)))
        self.real = [CudfPackage(name) for name in self.names]
        self.goal = CudfPackage(_GOAL)
        self.auxiliary: dict[str, CudfPackage] = {}
        self.negated: dict[str, int] = {}
        self.nested: dict[tuple[Formula, bool], str] = {}

    def write(self) -> CudfDocument:
        self._write_amounts()
        self._write_packages()
        self._write_demands()
        if ObjectiveKind.WEAK in self.stages:
            self._write_weak()
        if ObjectiveKind.CHANGES in self.stages:
            self._write_previous()
        packages = (*self.real, *self.auxiliary.values(), self.goal)
        preamble = ", ".join(f"{name}: int = [0]" for name in PROPERTIES.values())
        stanzas = [f"preamble: \nproperty: {preamble}\n", *map(str, packages), f"request: \ninstall: {_GOAL}\n"]
        return CudfDocument("\n".join(stanzas), self.names, self.stages, self._lost(), packages)

    def _write_amounts(self) -> None:
        for index, (package, stanza) in enumerate(zip(self.instance.packages, self.real, strict=True)):
            if package.origin is PackageOrigin.VIRTUAL:
                continue
            self._charge(stanza, ObjectiveKind.INSTALLED_SIZE, self._bytes(package.installed_bytes))
            self._charge(stanza, ObjectiveKind.DOWNLOAD_SIZE, self._bytes(package.download_bytes))
            self._charge(stanza, ObjectiveKind.PACKAGES, 1)
            self._charge(stanza, ObjectiveKind.AGE, package.age)
            self._write_source(index)

    def _bytes(self, known: int | None) -> int:
        return (self.instance.unknown_bytes or 0) if known is None else known

    def _write_source(self, index: int) -> None:
        source = self.instance.packages[index].source
        if source is None or self.instance.sources[source].origin not in _MAINTAINED:
            return
        name = f"s{source}"
        if name not in self.auxiliary:
            self._charge(self._new(name), ObjectiveKind.DIVERGENCE, self.instance.sources[source].weight)
        self.real[index].depends.append((name,))

    def _write_packages(self) -> None:
        for requirement in self.instance.requirements:
            if requirement.kind in _FOLLOWED:
                self._require(self.real[requirement.package], requirement.formula)
        for exclusion in self.instance.exclusions:
            self._require(self.real[exclusion.package], ("not", exclusion.formula))
        for unique in self.instance.unique_names:
            for position, index in enumerate(unique.packages):
                self.real[index].conflicts += [self.names[other] for other in unique.packages[position + 1 :]]

    def _write_demands(self) -> None:
        for position, feature in enumerate(self.instance.features):
            if feature.required:
                self._require(self.goal, feature.formula)
                continue
            option = self._new(f"o{position}")
            self._charge(option, ObjectiveKind.FEATURES, feature.value)
            self._require(option, feature.formula)
            if feature.value < 0:
                # A solver would leave out what it is charged for: the option must be in where the feature holds.
                self._depend(self.goal, (*self._literals(feature.formula, False), option.name))
        for forbidden in self.instance.forbidden:
            self._require(self.goal, ("not", forbidden.formula))
        for pin in self.instance.pins:
            self.goal.conflicts += [self.names[index] for index in pin.excluded]

    def _write_weak(self) -> None:
        weak = [each for each in self.instance.requirements if each.kind not in _FOLLOWED]
        for position, requirement in enumerate(weak):
            unmet = self._new(f"w{position}")
            self._charge(unmet, ObjectiveKind.WEAK, 1)
            self._write_unless(requirement, unmet.name)

    def _write_unless(self, weak: Requirement, unmet: str) -> None:
        name = self.names[weak.package]
        if weak.kind is RequirementKind.RECOMMENDS:
            clause = (*self._literals(weak.formula, True), unmet)
            if name not in clause:
                self._depend(self.real[weak.package], clause)
        else:
            self._depend(self.goal, (*self._literals(weak.formula, False), name, unmet))

    def _write_previous(self) -> None:
        previous = dict.fromkeys(self.instance.previous)
        bearers: dict[str, list[str]] = {nevra: [] for nevra in previous}
        for package, stanza in zip(self.instance.packages, self.real, strict=True):
            if package.nevra in bearers:
                bearers[package.nevra].append(stanza.name)
            elif package.origin is not PackageOrigin.VIRTUAL:
                self._charge(stanza, ObjectiveKind.CHANGES, 1)
        for position, names in enumerate(bearers.values()):
            dropped = self._new(f"d{position}")
            self._charge(dropped, ObjectiveKind.CHANGES, 1)
            self._depend(self.goal, (*names, dropped.name))

    def _lost(self) -> tuple[str, ...]:
        return tuple(
            f"limit {limit.kind}" + (f" {limit.group}" if limit.group is not None else "")
            for limit in self.instance.limits
        )

    def _new(self, name: str) -> CudfPackage:
        return self.auxiliary.setdefault(name, CudfPackage(name))

    def _charge(self, stanza: CudfPackage, objective: ObjectiveKind, amount: int) -> None:
        """Give a package its amount, what is too large for one integer through packages it drags in."""
        part = max(-LARGEST_AMOUNT, min(LARGEST_AMOUNT, amount))
        if part:
            stanza.amounts[objective] = part
        if part != amount:
            more = self._new(f"{stanza.name}x{len(self.auxiliary)}")
            stanza.depends.append((more.name,))
            self._charge(more, objective, amount - part)

    def _require(self, owner: CudfPackage, formula: Formula) -> None:
        for clause in self._clauses(formula, True):
            possible = tuple(name for name in clause if owner.name not in self._excluded(name))
            if len(possible) == 1 and self._excluded(possible[0]):
                owner.conflicts += self._excluded(possible[0])
            elif owner.name not in possible:
                self._depend(owner, possible)

    def _excluded(self, name: str) -> Clause:
        """Return what cannot be in beside a name that stands for a negated capability."""
        return self._providers(self.negated[name]) if name in self.negated else ()

    def _depend(self, owner: CudfPackage, clause: Clause) -> None:
        for name in clause:
            if name in self.negated and name not in self.auxiliary:
                self._new(name).conflicts += self._providers(self.negated[name])
        owner.depends.append(clause or (_NOBODY,))

    def _clauses(self, formula: Formula, positive: bool) -> list[Clause]:
        """Return the clauses that together say the formula, or where not `positive` its negation."""
        if not isinstance(formula, int):
            operator, *parts = formula
            if operator == "not":
                return self._clauses(parts[0], not positive)
            if (operator == "all") is positive:
                return [clause for part in parts for clause in self._clauses(part, positive)]
        return [self._literals(formula, positive)]

    def _literals(self, formula: Formula, positive: bool) -> Clause:
        """Return names of which one at least can be installed where the formula (or its negation) holds."""
        if isinstance(formula, int):
            return self._providers(formula) if positive else (self._negation(formula),)
        operator, *parts = formula
        if operator == "not":
            return self._literals(parts[0], not positive)
        if (operator == "all") is positive and len(parts) != 1:
            return (self._nested(formula, positive),)
        return tuple(dict.fromkeys(name for part in parts for name in self._literals(part, positive)))

    def _negation(self, capability: int) -> str:
        """Return the name that stands for "no provider is in"; its package is written where a clause needs it."""
        name = f"n{capability}"
        self.negated[name] = capability
        return name

    def _nested(self, formula: Formula, positive: bool) -> str:
        key = (formula, positive)
        if key not in self.nested:
            self.nested[key] = f"f{len(self.nested)}"
            self._require(self._new(self.nested[key]), formula if positive else ("not", formula))
        return self.nested[key]

    def _providers(self, capability: int) -> Clause:
        return self._names(self.instance.capabilities[capability].providers)

    def _names(self, indices: Sequence[int]) -> Clause:
        return tuple(self.names[index] for index in indices)
