"""Why something cannot hold, as values: the parts of a minimal core, each named by what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from optimizer.model.build import Guard, Model
from optimizer.model.core import minimal_core
from optimizer.model.question import PLAIN, Question
from optimizer.model.solve import Engine
from optimizer.model.solver import Budget
from optimizer.universe.instance import Formula, Instance, LimitKind, RequirementKind, formula_capabilities

#: What the problem itself asks for and may give up, the first kept rather than the last.
ASKED = ("feature", "forbidden", "pin", "limit")
#: What the packages ask of each other.
GIVEN = ("requirement", "exclusion", "unique_name")


class CorePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part of a minimal core.

    `kind` is feature, forbidden, pin, limit, requires, conflicts, obsoletes or same_name; `package` the NEVRA that
    says it, `text` what it says, `providers` the NEVRAs that would do (or clash), `withheld` those that
    would but for being downstream and not in the answer, `neighbours` what upstream has of
    the name at other versions where nobody would do, `where` the problem file's line. `least` is, for a limit on an
    amount, the least that the rest of the core alone can have.
    """

    kind: str
    text: str
    package: str = ""
    providers: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    where: str = ""
    least: int | None = None


def guards_of(engine: Engine, kinds: Iterable[str]) -> list[Guard]:
    """Return the guards of some kinds, in the order of the Instance."""
    found: dict[str, list[Guard]] = {kind: [] for kind in kinds}
    for guard in engine.model.guards:
        if guard[0] in found:
            found[guard[0]].append(guard)
    return [guard for held in found.values() for guard in sorted(held)]


def explain_infeasible(engine: Engine, question: Question, budget: Budget | None = None) -> tuple[CorePart, ...]:
    """Return a minimal core of a question without answer; empty where it has one.

    First the fewest of the problem's own demands that clash, then, if no limit is among them, the fewest package
    rules that make them clash. The engine must have been made with `explain`.
    """
    asked = minimal_core(engine, question, guards_of(engine, ASKED), budget)
    if asked is None:
        return ()
    parts = [_with_least(engine, question, guard, asked, budget) for guard in asked]
    if not any(kind == "limit" for kind, _ in asked):
        parts += given_core(engine, question, asked, budget)
    return tuple(parts)


def given_core(
    engine: Engine, question: Question, asked: Iterable[Guard], budget: Budget | None = None
) -> tuple[CorePart, ...]:
    """Return the fewest package rules that leave a question with these demands, and no others, no answer."""
    instance, asked = engine.model.instance, tuple(asked)
    lifted = frozenset(guards_of(engine, ASKED)) - frozenset(asked)
    relevant = _reach(engine.model, question, asked)
    guards = [guard for guard in guards_of(engine, GIVEN) if _speaks_of(instance, guard, relevant)]
    rules = minimal_core(engine, replace(question, lifted=question.lifted | lifted), guards, budget)
    begun = [name for guard in asked for name in describe(instance, guard, question).providers]
    begun += [instance.packages[index].nevra for index in sorted(question.with_packages)]
    return tuple(_in_reading_order([describe(instance, guard, question) for guard in rules or ()], begun))


def _reach(model: Model, question: Question, asked: Iterable[Guard]) -> frozenset[int]:
    """Return the packages that demands can lead to: rules of all others clash with nothing."""
    instance = model.instance
    features = {index for kind, index in asked if kind == "feature"} | question.with_features
    waiting = [instance.features[index].formula for index in sorted(features)]
    reached = set(question.with_packages)
    for package in question.with_packages:
        waiting += model.formulas_of(package)
    while waiting:
        for capability in formula_capabilities(waiting.pop()):
            for package in instance.capabilities[capability].providers:
                if package not in reached and not _is_out(instance, package, question):
                    reached.add(package)
                    waiting += model.formulas_of(package)
    return frozenset(reached)


def _speaks_of(instance: Instance, guard: Guard, packages: frozenset[int]) -> bool:
    kind, index = guard
    if kind == "requirement":
        return instance.requirements[index].package in packages
    if kind == "exclusion":
        return instance.exclusions[index].package in packages
    return len(packages.intersection(instance.unique_names[index].packages)) > 1


def _with_least(
    engine: Engine, question: Question, guard: Guard, asked: Iterable[Guard], budget: Budget | None
) -> CorePart:
    """Describe a part of a core; a limit with the least amount that the demands it clashes with can have."""
    instance = engine.model.instance
    part = describe(instance, guard, question)
    if guard[0] != "limit" or instance.limits[guard[1]].kind is LimitKind.FEATURE_GROUP:
        return part
    lifted = (frozenset(guards_of(engine, ASKED)) - frozenset(asked)) | {guard}
    least, proven = engine.least(
        replace(question, lifted=question.lifted | lifted), instance.limits[guard[1]].kind, budget
    )
    return msgspec.structs.replace(part, least=least) if proven else part


def describe(instance: Instance, guard: Guard, question: Question = PLAIN) -> CorePart:
    """Return what a guard stands for in a question, which may leave packages out."""
    kind, index = guard
    if kind == "feature":
        feature = instance.features[index]
        part = CorePart(kind=kind, text=feature.text, where=feature.where)
        return _asking(instance, part, feature.formula, question)
    if kind == "forbidden":
        forbidden = instance.forbidden[index]
        return CorePart(kind=kind, text=forbidden.text, where=forbidden.where)
    if kind == "pin":
        pin = instance.pins[index]
        return CorePart(kind=pin.kind.value, text=pin.text, where=pin.where)
    if kind == "limit":
        limit = instance.limits[index]
        name = limit.kind.value if limit.group is None else f"{limit.kind.value} {limit.group}"
        bounds = [f">= {limit.minimum}"] * (limit.minimum is not None)
        bounds += [f"<= {limit.maximum}"] * (limit.maximum is not None)
        return CorePart(kind=kind, text=f"{name} {' and '.join(bounds)}", where=limit.where)
    if kind == "unique_name":
        unique = instance.unique_names[index]
        held = [index for index in unique.packages if not _is_out(instance, index, question)]
        members = tuple(instance.packages[index].nevra for index in held)
        return CorePart(kind="same_name", text=unique.name, providers=members)
    return _package_rule(instance, kind, index, question)


def _is_out(instance: Instance, package: int, question: Question) -> bool:
    return package in question.without_packages or instance.packages[package].source in question.without_sources


def _package_rule(instance: Instance, kind: str, index: int, question: Question) -> CorePart:
    if kind == "requirement":
        requirement = instance.requirements[index]
        hard = requirement.kind in (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)
        word, package, text, formula = (
            "requires" if hard else requirement.kind.value,
            requirement.package,
            requirement.text,
            requirement.formula,
        )
    else:
        exclusion = instance.exclusions[index]
        word, package, text, formula = exclusion.kind.value, exclusion.package, exclusion.text, exclusion.formula
    part = CorePart(kind=word, text=text, package=instance.packages[package].nevra)
    return _asking(instance, part, formula, question)


def _asking(instance: Instance, part: CorePart, formula: Formula, question: Question) -> CorePart:
    """Name who provides what a part asks for, whom the question leaves out of that, or what comes near."""
    named = dict.fromkeys(
        index for capability in formula_capabilities(formula) for index in instance.capabilities[capability].providers
    )
    found = tuple(instance.packages[index].nevra for index in named if not _is_out(instance, index, question))
    withheld = tuple(instance.packages[index].nevra for index in named if _is_out(instance, index, question))
    near = [
        f"{neighbour.nevra} ({neighbour.provides})"
        for index in (() if found else formula_capabilities(formula))
        for neighbour in instance.capabilities[index].neighbours
    ]
    near = list(dict.fromkeys(near))
    return msgspec.structs.replace(part, providers=found, withheld=withheld, neighbours=tuple(near))


def _in_reading_order(parts: list[CorePart], begun: Iterable[str]) -> Iterator[CorePart]:
    """Yield requirements before the clash they end in, and each after what leads to its package, from `begun` on."""
    order = {"requires": 0, "conflicts": 1, "obsoletes": 1, "same_name": 2}
    reached = set(begun)
    for rank in sorted(set(order.values())):
        waiting = [part for part in parts if order.get(part.kind, 0) == rank]
        while waiting:
            following = next((part for part in waiting if part.package in reached), waiting[0])
            waiting.remove(following)
            reached.update(following.providers)
            yield following
