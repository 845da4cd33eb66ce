"""The rules C1-C10 of docs/model.md, one function a rule; `check_<rule>` in answer/verify.py is each one's twin."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from optimizer.model.build import Model, negation
from optimizer.model.form import Term
from optimizer.model.objective import limited_terms
from optimizer.universe.instance import ExclusionKind, Limit, LimitKind, RequirementKind

_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


def add_feature(model: Model) -> None:
    """C1: each required feature's formula holds; `z[f]` of an optional one is true exactly where its formula is."""
    for index, feature in enumerate(model.instance.features):
        if feature.required:
            model.add_formula(feature.formula, (negation(model.guard("feature", index)),))
            continue
        _add_feature_literal(model, index)


def add_requires(model: Model) -> None:
    """C2: `x[p]` implies the formula of each Requires."""
    for index, requirement in enumerate(model.instance.requirements):
        if requirement.kind in _HARD:
            absent = negation(model.package[requirement.package])
            model.add_formula(requirement.formula, (*model.explained("requirement", index), absent))


def add_conflicts(model: Model) -> None:
    """C3: `x[p]` excludes every other package its Conflicts match."""
    _add_exclusions(model, ExclusionKind.CONFLICTS)


def add_obsoletes(model: Model) -> None:
    """C4: `x[p]` excludes every other package whose name and version its Obsoletes match."""
    _add_exclusions(model, ExclusionKind.OBSOLETES)


def add_unique_name(model: Model) -> None:
    """C5: at most one package of a name and colour."""
    for index, unique in enumerate(model.instance.unique_names):
        literals = [model.package[package] for package in unique.packages]
        if not model.explain:
            model.add_at_most_one(literals)
            continue
        guard = negation(model.guard("unique_name", index))
        for position, literal in enumerate(literals):
            for other in literals[:position]:
                model.add_clause((guard, negation(literal), negation(other)))


def add_forbidden(model: Model) -> None:
    """C6: a forbidden formula does not hold."""
    for index, forbidden in enumerate(model.instance.forbidden):
        model.add_formula(forbidden.formula, (negation(model.guard("forbidden", index)),), negated=True)


def add_limits(model: Model) -> None:
    """C7: sizes, counts and the number of features of a group stay within their bounds."""
    for index, limit in enumerate(model.instance.limits):
        guard = model.guard("limit", index)
        terms = limit_terms(model, limit)
        most = sum(weight for _, weight in terms)
        minimum = 0 if limit.minimum is None else limit.minimum
        maximum = max(most, minimum) if limit.maximum is None else limit.maximum
        model.add_linear(terms, minimum, maximum, enforced_by=guard)


def add_pins(model: Model) -> None:
    """C8: no package that a pin or a lock excludes."""
    for index, pin in enumerate(model.instance.pins):
        guard = negation(model.guard("pin", index))
        for package in pin.excluded:
            model.add_clause((guard, negation(model.package[package])))


def add_weak(model: Model) -> None:
    """C9: a weak dependency holds or is counted as unmet; Supplements ask for their own package."""
    for index, requirement in enumerate(model.instance.requirements):
        if requirement.kind in _HARD:
            continue
        literal = model.unmet[index] = model.new_variable()
        package = model.package[requirement.package]
        lifted = model.explained("requirement", index)
        met = negation(literal)
        for guard in lifted:  # one that does not bind is not unmet either
            model.add_clause((met, negation(guard)), defining=met)
        if requirement.kind is RequirementKind.RECOMMENDS:
            model.add_formula(requirement.formula, (*lifted, literal, negation(package)))
            model.add_clause((met, package), defining=met)
            model.add_formula(requirement.formula, (met,), negated=True, defining=met)
        else:
            model.add_formula(requirement.formula, (*lifted, literal, package), negated=True)
            model.add_clause((met, negation(package)), defining=met)
            model.add_formula(requirement.formula, (met,), defining=met)


def add_divergence(model: Model) -> None:
    """C10: `x[p]` implies `y[source(p)]` for downstream packages and stubs; no `y` without one of its packages."""
    members: dict[int, list[int]] = {index: [] for index in model.source}
    for index, package in enumerate(model.instance.packages):
        if package.source in members:
            members[package.source].append(model.package[index])
    for source, literals in members.items():
        for literal in literals:
            model.add_clause((negation(literal), model.source[source]))
        unused = negation(model.source[source])
        model.add_clause((unused, *literals), defining=unused)


#: Every rule, in the order of docs/model.md.
RULES: dict[str, Callable[[Model], None]] = {
    "C1": add_feature,
    "C2": add_requires,
    "C3": add_conflicts,
    "C4": add_obsoletes,
    "C5": add_unique_name,
    "C6": add_forbidden,
    "C7": add_limits,
    "C8": add_pins,
    "C9": add_weak,
    "C10": add_divergence,
}


def limit_terms(model: Model, limit: Limit) -> list[Term]:
    """Return the terms whose sum a limit bounds, those of a feature group too."""
    if limit.kind is LimitKind.FEATURE_GROUP:
        return [(_feature_literal(model, held), 1) for held in _members(model, limit.group)]
    return limited_terms(model, limit.kind)


def _add_exclusions(model: Model, kind: ExclusionKind) -> None:
    for index, exclusion in enumerate(model.instance.exclusions):
        if exclusion.kind is kind:
            absent = negation(model.package[exclusion.package])
            unless = (*model.explained("exclusion", index), absent)
            model.add_formula(exclusion.formula, unless, negated=True)


def _members(model: Model, group: str | None) -> Iterable[int]:
    return (index for index, feature in enumerate(model.instance.features) if feature.group == group)


def _feature_literal(model: Model, index: int) -> int:
    """Return a literal that is true exactly where a feature of a bounded group holds, required ones included."""
    return model.feature[index] if index in model.feature else _add_feature_literal(model, index)


def _add_feature_literal(model: Model, index: int) -> int:
    """Add a literal that is true exactly where a feature's formula is."""
    feature = model.instance.features[index]
    literal = model.feature[index] = model.new_variable()
    dear = feature.value < 0
    model.add_formula(feature.formula, (negation(literal),), defining=negation(literal) if dear else None)
    model.add_formula(feature.formula, (literal,), negated=True, defining=None if dear else literal)
    return literal
