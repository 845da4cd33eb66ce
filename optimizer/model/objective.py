"""What each objective and each limit adds up, as terms of (variable, integer weight)."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.model.build import Model
from optimizer.model.form import Term
from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import LimitKind, Package, PackageOrigin


def limited_terms(model: Model, kind: LimitKind) -> list[Term]:
    """Return the terms whose sum a limit bounds."""
    if kind is LimitKind.DOWNSTREAM_SOURCES:
        return [(variable, 1) for variable in model.source.values()]
    return _package_terms(model, _WEIGHTS[ObjectiveKind(kind.value)])


def objective_terms(model: Model, kind: ObjectiveKind) -> tuple[list[Term], int]:
    """Return the terms and the constant whose sum a stage minimises; `features` is negated to be maximised."""
    if kind is ObjectiveKind.DIVERGENCE:
        return [(v, model.instance.sources[s].weight) for s, v in model.source.items()], 0
    if kind is ObjectiveKind.FEATURES:
        features = model.instance.features
        return [(v, -features[f].value) for f, v in model.feature.items() if not features[f].required], 0
    if kind is ObjectiveKind.WEAK:
        return [(variable, 1) for variable in model.unmet.values()], 0
    if kind is ObjectiveKind.CHANGES:
        return _change_terms(model)
    return _package_terms(model, _WEIGHTS[kind]), 0


def installed_weight(package: Package, unknown_bytes: int | None) -> int:
    """Return what a package counts in installed size, in bytes."""
    return _known(package.installed_bytes, unknown_bytes)


def download_weight(package: Package, unknown_bytes: int | None) -> int:
    """Return what a package counts in download size, in bytes."""
    return _known(package.download_bytes, unknown_bytes)


def count_weight(package: Package, _unknown_bytes: int | None) -> int:
    """Return 1 for a package that is one: virtual packages are not."""
    return int(package.origin is not PackageOrigin.VIRTUAL)


def age_weight(package: Package, _unknown_bytes: int | None) -> int:
    """Return how many newer versions there are."""
    return package.age


_WEIGHTS: dict[ObjectiveKind, Callable[[Package, int | None], int]] = {
    ObjectiveKind.INSTALLED_SIZE: installed_weight,
    ObjectiveKind.DOWNLOAD_SIZE: download_weight,
    ObjectiveKind.PACKAGES: count_weight,
    ObjectiveKind.AGE: age_weight,
}


def _known(size: int | None, unknown_bytes: int | None) -> int:
    return size if size is not None else unknown_bytes or 0


def _package_terms(model: Model, weight: Callable[[Package, int | None], int]) -> list[Term]:
    unknown = model.instance.unknown_bytes
    weighed = (
        (model.package[index], weight(package, unknown)) for index, package in enumerate(model.instance.packages)
    )
    return [(variable, amount) for variable, amount in weighed if amount]


def _change_terms(model: Model) -> tuple[list[Term], int]:
    """Packages that come count 1 each, and packages of the earlier manifest that go."""
    previous = set(model.instance.previous)
    terms: list[Term] = []
    for index, package in enumerate(model.instance.packages):
        if package.origin is PackageOrigin.VIRTUAL:
            continue
        terms.append((model.package[index], -1 if package.nevra in previous else 1))
    return terms, len(previous)
