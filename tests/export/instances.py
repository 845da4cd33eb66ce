"""Small random Instances of every rule, and their optimum by trying every subset with nothing but `holds`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

from hypothesis import strategies as st

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import (
    Capability,
    Exclusion,
    ExclusionKind,
    Feature,
    Forbidden,
    Formula,
    Instance,
    Package,
    PackageOrigin,
    Pin,
    PinKind,
    Requirement,
    RequirementKind,
    Source,
    UniqueName,
    holds,
)

_MAINTAINED = (PackageOrigin.DOWNSTREAM, PackageOrigin.STUB)
_HARD = (RequirementKind.REQUIRES, RequirementKind.PREREQUIRES)


def formulas(capabilities: int) -> st.SearchStrategy[Formula]:
    """Return formulas over that many capabilities, every operator and the two constants among them."""

    def grow(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
        several = st.lists(inner, max_size=3)
        return st.one_of(
            several.map(lambda parts: ("all", *parts)),
            several.map(lambda parts: ("any", *parts)),
            inner.map(lambda part: ("not", part)),
        )

    return st.recursive(st.integers(0, capabilities - 1), grow, max_leaves=5)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw an Instance of up to six packages without limits, all objectives in some order."""
    count = draw(st.integers(1, 6))
    indices = st.integers(0, count - 1)
    subsets = st.sets(indices, max_size=count).map(sorted).map(tuple)
    capabilities = draw(
        st.lists(subsets.map(lambda held: Capability(text="c", providers=held)), min_size=1, max_size=5)
    )
    formula = formulas(len(capabilities))
    origins = [PackageOrigin.UPSTREAM, PackageOrigin.DOWNSTREAM, PackageOrigin.STUB]
    sources = draw(
        st.lists(
            st.builds(
                Source,
                name=st.just("s"),
                evr=st.just("1-1"),
                origin=st.sampled_from(origins),
                weight=st.integers(1, 3),
            ),
            min_size=1,
            max_size=3,
        )
    )
    packages = tuple(draw(_packages(index, len(sources))) for index in range(count))
    features = st.builds(
        Feature, text=st.just("f"), formula=formula, required=st.booleans(), value=st.integers(-3, 5)
    )
    cliques = st.sets(indices, min_size=2).map(sorted).map(tuple)
    unique = cliques.map(lambda held: UniqueName(name="u", packages=held))
    pins = subsets.map(lambda held: Pin(kind=PinKind.PIN, name="p", text="p", excluded=held[:1]))
    return Instance(
        format=1,
        problem="random",
        arch="x86_64",
        packages=packages,
        sources=tuple(sources),
        capabilities=tuple(capabilities),
        requirements=draw(_tuples(_requirements(indices, formula), 6)),
        exclusions=draw(_tuples(_exclusions(indices, formula), 3)),
        unique_names=draw(_tuples(unique, 2)) if count > 1 else (),
        features=draw(_tuples(features, 3)),
        forbidden=draw(_tuples(st.builds(Forbidden, text=st.just("x"), formula=formula), 1)),
        pins=draw(_tuples(pins, 1)),
        limits=(),
        objectives=tuple(draw(st.permutations(list(ObjectiveKind)))),
        unknown_bytes=draw(st.sampled_from([0, 7])),
        previous=tuple(draw(st.sets(st.sampled_from(["n0-1-1.noarch", "n1-1-1.noarch", "gone-1-1.noarch"])))),
    )


def _tuples(element: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return st.lists(element, max_size=most).map(tuple)


def _packages(index: int, sources: int) -> st.SearchStrategy[Package]:
    size = st.none() | st.integers(0, 20)
    real = st.builds(
        Package,
        name=st.just(f"n{index}"),
        epoch=st.just(0),
        version=st.just("1"),
        release=st.just("1"),
        arch=st.just("noarch"),
        repository=st.just("r"),
        origin=st.just(PackageOrigin.UPSTREAM),
        source=st.integers(0, sources - 1),
        installed_bytes=size,
        download_bytes=size,
        age=st.integers(0, 2),
    )
    virtual = st.just(
        Package(
            name=f"v{index}", epoch=0, version="0", release="", arch="noarch", repository="@equivalents",
            origin=PackageOrigin.VIRTUAL, source=None, installed_bytes=0, download_bytes=0,
        )
    )  # fmt: skip
    return st.one_of(real, real, real, virtual)


def _requirements(indices: st.SearchStrategy[int], formula: st.SearchStrategy[Formula]) -> Any:
    kinds = st.sampled_from(list(RequirementKind))
    return st.builds(Requirement, package=indices, kind=kinds, text=st.just("r"), formula=formula)


def _exclusions(indices: st.SearchStrategy[int], formula: st.SearchStrategy[Formula]) -> Any:
    kinds = st.sampled_from(list(ExclusionKind))
    return st.builds(Exclusion, package=indices, kind=kinds, text=st.just("x"), formula=formula)


def best_values(instance: Instance) -> tuple[int, ...] | None:
    """Return the lexicographic optimum, a value for each objective in order, or None where nothing is feasible."""
    feasible = [chosen for chosen in _subsets(len(instance.packages)) if is_feasible(instance, chosen)]
    if not feasible:
        return None
    signs = [-1 if kind is ObjectiveKind.FEATURES else 1 for kind in instance.objectives]
    vectors = [[value(instance, kind, chosen) for kind in instance.objectives] for chosen in feasible]
    best = min(vectors, key=lambda vector: [sign * one for sign, one in zip(signs, vector, strict=True)])
    return tuple(best)


def _subsets(count: int) -> Iterator[frozenset[int]]:
    sizes = (combinations(range(count), size) for size in range(count + 1))
    return map(frozenset, chain.from_iterable(sizes))


def is_feasible(instance: Instance, chosen: frozenset[int]) -> bool:
    """Return whether a set keeps every rule but limits."""
    needs = [r for r in instance.requirements if r.kind in _HARD and r.package in chosen]
    return (
        all(holds(need.formula, instance, chosen) for need in needs)
        and not any(e.package in chosen and holds(e.formula, instance, chosen) for e in instance.exclusions)
        and all(len(chosen.intersection(unique.packages)) < 2 for unique in instance.unique_names)
        and all(holds(f.formula, instance, chosen) for f in instance.features if f.required)
        and not any(holds(f.formula, instance, chosen) for f in instance.forbidden)
        and all(chosen.isdisjoint(pin.excluded) for pin in instance.pins)
    )


def value(instance: Instance, kind: ObjectiveKind, chosen: frozenset[int]) -> int:
    """Return what an objective is worth for a set."""
    real = [instance.packages[i] for i in sorted(chosen) if instance.packages[i].origin is not PackageOrigin.VIRTUAL]
    unknown = instance.unknown_bytes or 0
    if kind is ObjectiveKind.DIVERGENCE:
        held = {package.source for package in real if package.source is not None}
        return sum(instance.sources[s].weight for s in held if instance.sources[s].origin in _MAINTAINED)
    if kind is ObjectiveKind.FEATURES:
        return sum(f.value for f in instance.features if not f.required and holds(f.formula, instance, chosen))
    if kind is ObjectiveKind.INSTALLED_SIZE:
        return sum(unknown if p.installed_bytes is None else p.installed_bytes for p in real)
    if kind is ObjectiveKind.DOWNLOAD_SIZE:
        return sum(unknown if p.download_bytes is None else p.download_bytes for p in real)
    if kind is ObjectiveKind.PACKAGES:
        return len(real)
    if kind is ObjectiveKind.AGE:
        return sum(package.age for package in real)
    if kind is ObjectiveKind.CHANGES:
        names = {package.nevra for package in real}
        return sum(p.nevra not in instance.previous for p in real) + len(set(instance.previous) - names)
    return sum(_unmet(instance, requirement, chosen) for requirement in instance.requirements)


def _unmet(instance: Instance, weak: Requirement, chosen: frozenset[int]) -> bool:
    true = holds(weak.formula, instance, chosen)
    if weak.kind is RequirementKind.RECOMMENDS:
        return weak.package in chosen and not true
    return weak.kind is RequirementKind.SUPPLEMENTS and true and weak.package not in chosen
