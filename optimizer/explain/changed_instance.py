"""A change made to an Instance alone, where the Instance holds all that the change asks; no repository is opened.

An Instance is closed: it has every package that can help what its features, and the packages these can lead to, ask
for. So it stays complete where demands fall away (a feature, a dependency, a limit) and where something is forbidden.
It is complete for a new demand only if every capability in it is asked for already. It never is for a supposed
package: conflicts with what nobody provides are not on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from optimizer.explain.change import Change, LimitChange, PinChange
from optimizer.problem.dependency import Comparison, Dependency, dependency_name
from optimizer.problem.problem import CompsGroup
from optimizer.problem.supposition import Cut, UnknownSuppositionError
from optimizer.universe.formula import parsed_formula
from optimizer.universe.instance import (
    Feature,
    Forbidden,
    Formula,
    Instance,
    Limit,
    LimitKind,
    PackageOrigin,
    Pin,
    PinKind,
    RequirementKind,
    formula_capabilities,
)

_LIMIT_ORDER = tuple(LimitKind)


class OutsideClosureError(ValueError):
    """A change that needs more than an Instance holds: the option, its words, and what is not there."""

    def __init__(self, option: str, words: str, why: str) -> None:
        super().__init__(option, words, why)
        self.option, self.words, self.why = option, words, why

    def __str__(self) -> str:
        return f"--{self.option} {self.words}: {self.why}; give --problem FILE to ask its repositories"


def change_instance(instance: Instance, change: Change, dropped: frozenset[tuple[str, str]]) -> Instance:
    """Return an Instance as changed: closing the changed problem would give it, but for packages nothing asks for.

    `dropped` are features by text and place. Raises OutsideClosureError where the Instance does not hold enough to
    know, and UnknownSuppositionError.
    """
    for package in change.packages:
        raise OutsideClosureError("stub", package.name, "what would conflict with it is not on record")
    table = _Table(instance)
    added = [_feature(table, require) for require in change.added]
    forbidden = [
        Forbidden(text=str(one), formula=table.forbidden(one), where=f"--forbid {one}") for one in change.forbidden
    ]
    gone = frozenset(i for i, one in enumerate(instance.features) if (one.text, one.where) in dropped)
    _refuse_shared_stubs(instance, gone, added)
    instance = without_features(instance, gone)
    instance = _cut(instance, change.cuts)
    instance = msgspec.structs.replace(
        instance,
        features=(*instance.features, *added),
        forbidden=(*instance.forbidden, *forbidden),
        limits=_limits(instance, change.limits),
    )
    for pin in change.pins:
        instance = _pin(instance, pin)
    return instance


def without_features(instance: Instance, dropped: Iterable[int]) -> Instance:
    """Return an Instance that never had some features, nor the stubs that were made for them alone."""
    gone = set(dropped)
    stubs = frozenset(stub for stub, askers in _stub_askers(instance).items() if askers & gone and askers <= gone)
    if stubs:
        instance = without_packages(instance, stubs)
    kept = tuple(feature for index, feature in enumerate(instance.features) if index not in gone)
    return msgspec.structs.replace(instance, features=kept)


def without_packages(instance: Instance, removed: frozenset[int]) -> Instance:
    """Return an Instance in which some packages never existed; indices of packages change, all others stay."""
    number = {old: new for new, old in enumerate(i for i in range(len(instance.packages)) if i not in removed)}

    def kept(indices: Iterable[int]) -> tuple[int, ...]:
        return tuple(number[index] for index in indices if index in number)

    uniques = [msgspec.structs.replace(one, packages=kept(one.packages)) for one in instance.unique_names]
    return msgspec.structs.replace(
        instance,
        packages=tuple(instance.packages[index] for index in number),
        capabilities=tuple(
            msgspec.structs.replace(one, providers=kept(one.providers)) for one in instance.capabilities
        ),
        requirements=tuple(
            msgspec.structs.replace(one, package=number[one.package])
            for one in instance.requirements
            if one.package in number
        ),
        exclusions=tuple(
            msgspec.structs.replace(one, package=number[one.package])
            for one in instance.exclusions
            if one.package in number
        ),
        unique_names=tuple(one for one in uniques if len(one.packages) > 1),
        pins=tuple(msgspec.structs.replace(one, excluded=kept(one.excluded)) for one in instance.pins),
    )


class _Table:
    """The capabilities of an Instance by their text: `known` with all providers there are among its packages, `whole`
    with all there are in the repositories, since something asks for them.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.known: dict[str, int] = {}
        self.whole: dict[str, int] = {}
        for formula, sign, reached in _asked(instance):
            for leaf, positive in _signed(formula, sign):
                text = instance.capabilities[leaf].text
                self.known.setdefault(text, leaf)
                if positive and reached:
                    self.whole.setdefault(text, leaf)

    def required(self, require: Dependency) -> Formula:
        """Return the formula of a further feature."""
        formula = self._formula("add", require, sign=True)
        if not _possible(self.instance, formula):
            raise OutsideClosureError("add", str(require), "no package of the Instance provides it")
        return formula

    def forbidden(self, require: Dependency) -> Formula:
        """Return the formula of what is forbidden."""
        return self._formula("forbid", require, sign=False)

    def _formula(self, option: str, require: Dependency, *, sign: bool) -> Formula:
        def leaf(part: Dependency) -> Formula:
            index = self.known.get(str(part))
            if index is None:
                raise OutsideClosureError(option, str(require), f"nothing in the Instance asks for {part}")
            return index

        formula = parsed_formula(require, leaf)
        for index, positive in _signed(formula, sign):
            text = self.instance.capabilities[index].text
            if positive and text not in self.whole:
                raise OutsideClosureError(option, str(require), f"nothing in the Instance requires {text}")
        return formula


def _asked(instance: Instance) -> Iterator[tuple[Formula, bool, bool]]:
    """Yield formulas whose capabilities have all their providers, and the sign they are asked for with.

    Last comes whether the closure went after what can help them (universe/close.py).
    """
    for feature in instance.features:
        yield feature.formula, True, True
        if feature.group is not None:
            yield feature.formula, False, True
    for forbidden in instance.forbidden:
        yield forbidden.formula, False, True
    for requirement in instance.requirements:
        yield requirement.formula, True, requirement.kind is not RequirementKind.SUPPLEMENTS


def _signed(formula: Formula, sign: bool = True) -> Iterator[tuple[int, bool]]:
    """Yield the capabilities of a formula, and whether one that holds can help the formula to hold."""
    if isinstance(formula, int):
        yield formula, sign
        return
    operator, *parts = formula
    for part in parts:
        yield from _signed(part, sign if operator != "not" else not sign)


def _possible(instance: Instance, formula: Formula) -> bool:
    """Return whether a formula has the providers it needs, whatever these need in turn."""
    if isinstance(formula, int):
        return bool(instance.capabilities[formula].providers)
    operator, *parts = formula
    if operator == "not":
        return True
    return (all if operator == "all" else any)(_possible(instance, part) for part in parts)


def _feature(table: _Table, require: Dependency | CompsGroup) -> Feature:
    if isinstance(require, CompsGroup):
        raise OutsideClosureError("add", str(require), "an Instance has no comps groups")
    return Feature(text=str(require), formula=table.required(require), required=True, where=f"--add {require}")


def _refuse_shared_stubs(instance: Instance, gone: frozenset[int], added: Iterable[Feature]) -> None:
    """Another set of features may need a stub of another version, which only the repositories can tell."""
    wider = msgspec.structs.replace(instance, features=(*instance.features, *added))
    for stub, askers in _stub_askers(wider).items():
        if askers & gone and askers - gone:
            words = min(instance.features[index].text for index in askers & gone)
            name = instance.packages[stub].name
            raise OutsideClosureError("drop", words, f"{name} was made for it, and other features ask for the same")


def _stub_askers(instance: Instance) -> dict[int, set[int]]:
    """Return the required features that each stub was made for, or may stand in for."""
    askers: dict[int, set[int]] = {
        index: set() for index, package in enumerate(instance.packages) if package.origin is PackageOrigin.STUB
    }
    for index, feature in enumerate(instance.features):
        for leaf in formula_capabilities(feature.formula) if feature.required and askers else ():
            for package in instance.capabilities[leaf].providers:
                if package in askers:
                    askers[package].add(index)
    return askers


def _cut(instance: Instance, cuts: Iterable[Cut]) -> Instance:
    for cut in cuts:
        asked = [
            (requirement, instance.packages[requirement.package].name)
            for requirement in instance.requirements
            if cut.speaks_of(instance.packages[requirement.package].name)
        ]
        severed = {id(requirement) for requirement, _ in asked if cut.severs(requirement.text)}
        if not severed:
            if not any(cut.speaks_of(package.name) for package in instance.packages):
                raise UnknownSuppositionError("cut", cut.package, "package", {p.name for p in instance.packages})
            known = {spelling for one, _ in asked for spelling in (one.text, dependency_name(one.text))}
            raise UnknownSuppositionError("cut", cut.dependency, cut.whose, known)
        kept = tuple(one for one in instance.requirements if id(one) not in severed)
        instance = msgspec.structs.replace(instance, requirements=kept)
    return instance


def _limits(instance: Instance, changes: Iterable[LimitChange]) -> tuple[Limit, ...]:
    """Return the limits as changed, in the order in which closing a problem lists them."""
    limits = {(limit.kind, limit.group): limit for limit in instance.limits}
    groups = {feature.group for feature in instance.features if feature.group is not None}
    for change in changes:
        key = (change.kind, change.group)
        if change.group is not None and change.group not in groups:
            raise UnknownSuppositionError("limit", change.group, "feature group", groups)
        if change.lifted:
            limits.pop(key, None)
            continue
        limits[key] = Limit(
            kind=change.kind,
            maximum=change.maximum,
            minimum=change.minimum,
            group=change.group,
            where=change.where,
        )
    return tuple(sorted(limits.values(), key=lambda limit: _LIMIT_ORDER.index(limit.kind)))


def _pin(instance: Instance, change: PinChange) -> Instance:
    """Pin a name to a version that is a candidate wherever the name is."""
    words = str(change.relation) if change.relation is not None else f"{change.name}=none"
    if any(pin.kind is PinKind.PIN and pin.name == change.name for pin in instance.pins):
        why = "the problem pins this name already, which decides what versions are candidates"
        raise OutsideClosureError("pin", words, why)
    if change.relation is None:
        return instance
    if change.relation.comparison is not Comparison.EQ:
        raise OutsideClosureError("pin", words, "only NAME=VERSION can be told by an Instance")
    named = [index for index, package in enumerate(instance.packages) if package.name == change.name]
    admitted = [index for index in named if _is_version(instance, index, str(change.relation.evr))]
    places = {(instance.packages[index].arch, instance.packages[index].repository) for index in named}
    if not named or places != {(instance.packages[i].arch, instance.packages[i].repository) for i in admitted}:
        raise OutsideClosureError("pin", words, "this version is no candidate, or not in each repository")
    if _has_stand_in(instance, change.name, frozenset(named)):
        raise OutsideClosureError("pin", words, "packages of other names provide it, perhaps as equivalents")
    excluded = tuple(index for index in named if index not in admitted)
    pin = Pin(kind=PinKind.PIN, name=change.name, text=words, excluded=excluded, where=change.where)
    ours = [one for one in instance.pins if one.kind is PinKind.PIN]
    return msgspec.structs.replace(instance, pins=(*ours, pin, *instance.pins[len(ours) :]))


def _is_version(instance: Instance, index: int, evr: str) -> bool:
    """Return whether a package is of this version; a release that is left out may be any."""
    package = instance.packages[index]
    epoch = f"{package.epoch}:" if package.epoch else ""
    versions = {package.evr, f"{epoch}{package.version}"}
    return evr in versions or evr.removeprefix("0:") in versions


def _has_stand_in(instance: Instance, name: str, named: frozenset[int]) -> bool:
    """Return whether others provide a name under which downstream packages may be known upstream."""
    diverging = any(source.origin is not PackageOrigin.UPSTREAM for source in instance.sources)
    downstream = diverging or any(one.origin == "downstream" for one in instance.inputs)
    return downstream and any(
        capability.text.partition(" ")[0] == name and not named.issuperset(capability.providers)
        for capability in instance.capabilities
    )
