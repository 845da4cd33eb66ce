"""Instances made by hand: packages by their letters, formulas over these letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Forbidden,
    Formula,
    Instance,
    Limit,
    Package,
    PackageOrigin,
    Pin,
    PinKind,
    Requirement,
    RequirementKind,
    Source,
    UniqueName,
)

DIVERGING = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)


def package(name: str, source: int | None = None, **changes: Any) -> Package:
    """Return a package of one byte; `source` stays None for virtual ones only once it is in an Instance."""
    fields: dict[str, Any] = {
        "name": name, "epoch": 0, "version": "1", "release": "1", "arch": "noarch", "repository": "base",
        "origin": PackageOrigin.UPSTREAM, "source": source, "installed_bytes": 1, "download_bytes": 1,
    }  # fmt: skip
    return Package(**(fields | changes))


def make(
    packages: str | Sequence[Package],
    *,
    provides: Mapping[str, str] | None = None,
    requires: Iterable[tuple[str, Formula]] = (),
    conflicts: Iterable[tuple[str, Formula]] = (),
    obsoletes: Iterable[tuple[str, Formula]] = (),
    recommends: Iterable[tuple[str, Formula]] = (),
    supplements: Iterable[tuple[str, Formula]] = (),
    unique: Iterable[str] = (),
    required: Iterable[Formula] = (),
    optional: Iterable[tuple[Formula, int]] = (),
    forbidden: Iterable[Formula] = (),
    excluded: Iterable[str] = (),
    limits: Iterable[Limit] = (),
    objectives: Iterable[str] = (),
    **changes: Any,
) -> Instance:
    """Return an Instance; a letter is the capability that the package of that name provides, `provides` adds more.

    Packages without a source that are not virtual get one of their own.
    """
    held = [package(letter) for letter in packages] if isinstance(packages, str) else list(packages)
    sources: list[Source] = []
    for index, one in enumerate(held):
        if one.source is None and one.origin is not PackageOrigin.VIRTUAL:
            held[index] = msgspec.structs.replace(one, source=len(sources))
            sources.append(Source(name=one.name, evr="1-1", origin=one.origin))
    order = {one.name: index for index, one in enumerate(held)}
    table: dict[str, tuple[int, ...]] = {name: (index,) for name, index in order.items()}
    table |= {name: tuple(order[letter] for letter in letters) for name, letters in (provides or {}).items()}
    numbers = {text: number for number, text in enumerate(table)}

    def formula(spelt: Formula) -> Formula:
        if isinstance(spelt, str):
            return numbers[spelt]
        return (spelt[0], *map(formula, spelt[1:]))

    hard, conflict, obsolete = RequirementKind.REQUIRES, ExclusionKind.CONFLICTS, ExclusionKind.OBSOLETES
    weak = [(RequirementKind.RECOMMENDS, one) for one in recommends]
    weak += [(RequirementKind.SUPPLEMENTS, one) for one in supplements]
    asked = [(hard, one) for one in requires] + weak
    refused = [(conflict, one) for one in conflicts] + [(obsolete, one) for one in obsoletes]
    fields: dict[str, Any] = {
        "format": 1,
        "problem": "made",
        "arch": "x86_64",
        "packages": tuple(held),
        "sources": tuple(sources),
        "capabilities": tuple(Capability(text=text, providers=providers) for text, providers in table.items()),
        "requirements": tuple(
            Requirement(package=order[who], kind=kind, text=str(what), formula=formula(what))
            for kind, (who, what) in asked
        ),
        "exclusions": tuple(
            Exclusion(package=order[who], kind=kind, text=str(what), formula=formula(what))
            for kind, (who, what) in refused
        ),
        "unique_names": tuple(
            UniqueName(name=letters, packages=tuple(order[letter] for letter in letters)) for letters in unique
        ),
        "features": (
            *(Feature(text=str(what), formula=formula(what), required=True) for what in required),
            *(Feature(text=str(what), formula=formula(what), required=False, value=v) for what, v in optional),
        ),
        "forbidden": tuple(Forbidden(text=str(what), formula=formula(what)) for what in forbidden),
        "pins": tuple(
            Pin(kind=PinKind.PIN, name=letters, text=letters, excluded=tuple(order[one] for one in letters))
            for letters in excluded
        ),
        "limits": tuple(limits),
        "objectives": tuple(ObjectiveKind(word) for word in objectives),
    }
    return Instance(**(fields | changes))


def names(instance: Instance, chosen: Iterable[int]) -> str:
    """Return the letters of some packages, in order."""
    return "".join(instance.packages[index].name for index in sorted(chosen))
