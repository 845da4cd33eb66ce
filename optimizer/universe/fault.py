"""What is wrong with an Instance that somebody else wrote: every index, formula and amount held to its bounds.

What passes here can be solved, verified and written: no sum leaves the 64 bits of CP-SAT, no name its directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from optimizer.problem.shape import MAX_WEIGHT, SAFE_NAME_PATTERN, SAFE_NAME_WORDS
from optimizer.problem.size import MAX_BYTES
from optimizer.universe.instance import Formula, Instance, Limit, LimitKind, Package, PackageOrigin

MAX_DEPTH = 200
_MAX_TOTAL = 1 << 62
_OPERATORS = ("all", "any", "not")


def faults(instance: Instance) -> Iterator[str]:
    """Yield each fault of an Instance as its key path and words; none where it can be worked with."""
    if not re.fullmatch(SAFE_NAME_PATTERN, instance.problem):
        yield f"problem: {instance.problem!r} is not {SAFE_NAME_WORDS}"
    if len(set(instance.objectives)) < len(instance.objectives):
        yield "objectives: one is there twice"
    yield from _package_faults(instance)
    yield from _total_faults(instance)
    for index, source in enumerate(instance.sources):
        if not 0 <= source.weight <= MAX_WEIGHT:
            yield f"sources[{index}]: a weight of {source.weight}"
    for index, feature in enumerate(instance.features):
        if not 0 <= feature.value <= MAX_WEIGHT:
            yield f"features[{index}]: a value of {feature.value}"
    for index, limit in enumerate(instance.limits):
        if not _is_limit(limit):
            yield f"limits[{index}]: {limit.minimum} to {limit.maximum} of {limit.group or limit.kind} is no limit"
    yield from _index_faults(instance)
    for name in ("requirements", "exclusions", "features", "forbidden"):
        for index, held in enumerate(getattr(instance, name)):
            fault = _formula_fault(held.formula, len(instance.capabilities), 0)
            if fault:
                yield f"{name}[{index}].formula: {fault}"


def _package_faults(instance: Instance) -> Iterator[str]:
    for index, package in enumerate(instance.packages):
        source = package.source
        if source is not None and not 0 <= source < len(instance.sources):
            yield f"packages[{index}].source: there is no source {source}"
        elif not _is_of_its_source(instance, package):
            yield f"packages[{index}].origin: {package.origin} is not its source's"
        for size in (package.installed_bytes, package.download_bytes):
            if size is not None and not 0 <= size <= MAX_BYTES:
                yield f"packages[{index}]: a size of {size} bytes"
        if not 0 <= package.age <= MAX_WEIGHT:
            yield f"packages[{index}]: an age of {package.age}"


def _is_of_its_source(instance: Instance, package: Package) -> bool:
    if package.source is None:
        return package.origin is PackageOrigin.VIRTUAL
    return instance.sources[package.source].origin is package.origin


def _total_faults(instance: Instance) -> Iterator[str]:
    unknown = instance.unknown_bytes or 0
    if not 0 <= unknown <= MAX_BYTES:
        yield f"unknown_bytes: {unknown}"
    for name in ("installed_bytes", "download_bytes"):
        sizes = [getattr(package, name) for package in instance.packages]
        if sum(unknown if size is None else size for size in sizes) > _MAX_TOTAL:
            yield f"packages: {name} add up to more than {_MAX_TOTAL}"


def _is_limit(limit: Limit) -> bool:
    bounds = [bound for bound in (limit.minimum, limit.maximum) if bound is not None]
    within = all(0 <= bound <= MAX_BYTES for bound in bounds) and bounds == sorted(bounds)
    return within and (limit.group is not None) == (limit.kind is LimitKind.FEATURE_GROUP)


def _index_faults(instance: Instance) -> Iterator[str]:
    lists: tuple[tuple[str, list[Sequence[int]]], ...] = (
        ("capabilities", [capability.providers for capability in instance.capabilities]),
        ("unique_names", [unique.packages for unique in instance.unique_names]),
        ("pins", [pin.excluded for pin in instance.pins]),
        ("requirements", [(requirement.package,) for requirement in instance.requirements]),
        ("exclusions", [(exclusion.package,) for exclusion in instance.exclusions]),
    )
    packages = len(instance.packages)
    for name, groups in lists:
        for index, group in enumerate(groups):
            if not group:
                continue
            if min(group) < 0 or max(group) >= packages:
                yield f"{name}[{index}]: there is no such package"
            elif len(group) > 1 and any(one >= other for one, other in pairwise(group)):
                yield f"{name}[{index}]: its packages are not ascending"


def _formula_fault(formula: Formula, capabilities: int, depth: int) -> str:
    if isinstance(formula, int) and not isinstance(formula, bool):
        return "" if 0 <= formula < capabilities else f"there is no capability {formula}"
    if depth > MAX_DEPTH:
        return f"more than {MAX_DEPTH} levels"
    if not isinstance(formula, tuple) or not formula or formula[0] not in _OPERATORS:
        return f"{formula!r} is no formula"
    if formula[0] == "not" and len(formula) != 2:
        return "`not` takes one formula"
    return next((fault for part in formula[1:] if (fault := _formula_fault(part, capabilities, depth + 1))), "")
