"""Policy, objectives and modules: the rules by which an answer is chosen."""

from __future__ import annotations

import dataclasses
from typing import Any

from optimizer.problem.document import show
from optimizer.problem.limits import read_size
from optimizer.problem.problem import DEFAULT_OBJECTIVES, Objective, ObjectiveKind, Policy
from optimizer.problem.reading import Reading
from optimizer.problem.requirement import read_dependency
from optimizer.problem.shape import DivergenceShape, PolicyShape


def read_policy(reading: Reading) -> Policy:
    """Return the policy, with the defaults of `Policy` where the problem says nothing."""
    shape = reading.struct(("policy",), PolicyShape)
    if shape is None:
        return Policy()
    given: dict[str, Any] = {
        key: value
        for key in ("candidates", "downstream", "missing", "weak_dependencies", "multilib", "install_only")
        if (value := getattr(shape, key)) is not None
    }
    for index, text in enumerate(shape.install_only or ()):
        read_dependency(reading, ("policy", "install_only", index), text)
    if shape.unknown_size in ("error", "zero"):
        given["unknown_size"] = "error" if shape.unknown_size == "error" else 0
    elif shape.unknown_size is not None:
        given["unknown_size"] = read_size(reading, ("policy", "unknown_size")) or 0
    return dataclasses.replace(Policy(), **given)


def read_objectives(reading: Reading) -> tuple[Objective, ...]:
    """Return the objectives in their order, the default ones where the problem has no such key."""
    if not reading.has(("objectives",)):
        return DEFAULT_OBJECTIVES
    found: dict[ObjectiveKind, Objective] = {}
    for path in reading.children(("objectives",)):
        word = reading.text(path)
        shape = reading.struct(path, DivergenceShape) if word is None else None
        weights = tuple(sorted(shape.divergence.weights.items())) if shape is not None else ()
        kind = ObjectiveKind.DIVERGENCE if word is None else ObjectiveKind(word)
        if kind in found:
            reading.add(path, "each objective once", f"{show(kind.value)} again")
        found.setdefault(kind, Objective(kind, weights))
        if kind is ObjectiveKind.CHANGES and not reading.has(("previous",)):
            reading.add(path, "a top-level previous: manifest.json to count changes against", "none")
    return tuple(found.values())


def read_modules(reading: Reading) -> tuple[str, ...]:
    """Return the named module streams, one a module."""
    streams: dict[str, str] = {}
    for path in reading.children(("modules",)):
        text = reading.text(path) or ""
        module = text.partition(":")[0]
        if module in streams:
            reading.add(path, "one stream of each module", f"{show(text)} beside {show(streams[module])}")
        streams.setdefault(module, text)
    return tuple(streams.values())
