"""An Instance as a file: the whole question without its repositories."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from optimizer.universe.instance import Formula, Instance

SUFFIX = ".instance"
_OPERATORS = ("all", "any", "not")
_MAX_DEPTH = 200


class BadInstanceError(ValueError):
    """A file that holds no Instance: which file, and what is wrong where."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def encode_instance(instance: Instance) -> bytes:
    """Return an Instance as JSON; the same Instance gives the same bytes."""
    return msgspec.json.encode(instance) + b"\n"


def read_instance(path: Path) -> Instance:
    """Return the Instance in a file that `encode_instance` wrote; raises BadInstanceError."""
    try:
        instance = msgspec.json.decode(path.read_bytes(), type=Instance)
    except OSError as error:
        raise BadInstanceError(str(path), error.strerror or "cannot be read") from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BadInstanceError(str(path), str(error)) from error
    return check_instance(_with_tuples(instance), str(path))


def check_instance(instance: Instance, path: str = "instance") -> Instance:
    """Return the Instance if every index in it points somewhere and every formula is one; raises BadInstanceError."""
    for what in _faults(instance):
        raise BadInstanceError(path, what)
    return instance


def _faults(instance: Instance) -> Iterator[str]:
    packages, sources = len(instance.packages), len(instance.sources)
    for index, package in enumerate(instance.packages):
        if package.source is not None and not 0 <= package.source < sources:
            yield f"packages[{index}].source: there is no source {package.source}"
        for size in (package.installed_bytes, package.download_bytes):
            if size is not None and not 0 <= size < 1 << 53:
                yield f"packages[{index}]: a size of {size} bytes"
    for name, groups in (
        ("capabilities", [capability.providers for capability in instance.capabilities]),
        ("unique_names", [unique.packages for unique in instance.unique_names]),
        ("pins", [pin.excluded for pin in instance.pins]),
        ("requirements", [(requirement.package,) for requirement in instance.requirements]),
        ("exclusions", [(exclusion.package,) for exclusion in instance.exclusions]),
    ):
        for index, group in enumerate(groups):
            if any(not 0 <= held < packages for held in group):
                yield f"{name}[{index}]: there is no such package"
    for name in ("requirements", "exclusions", "features", "forbidden"):
        for index, held in enumerate(getattr(instance, name)):
            fault = _formula_fault(held.formula, len(instance.capabilities), 0)
            if fault:
                yield f"{name}[{index}].formula: {fault}"


def _formula_fault(formula: Formula, capabilities: int, depth: int) -> str:
    if isinstance(formula, int) and not isinstance(formula, bool):
        return "" if 0 <= formula < capabilities else f"there is no capability {formula}"
    if depth > _MAX_DEPTH:
        return f"more than {_MAX_DEPTH} levels"
    if not isinstance(formula, tuple) or not formula or formula[0] not in _OPERATORS:
        return f"{formula!r} is no formula"
    if formula[0] == "not" and len(formula) != 2:
        return "`not` takes one formula"
    return next((fault for part in formula[1:] if (fault := _formula_fault(part, capabilities, depth + 1))), "")


def _with_tuples(instance: Instance) -> Instance:
    """JSON has lists where formulas are tuples."""
    changed = {
        name: tuple(
            msgspec.structs.replace(held, formula=_tuples(held.formula, 0)) for held in getattr(instance, name)
        )
        for name in ("requirements", "exclusions", "features", "forbidden")
    }
    return msgspec.structs.replace(instance, **changed)


def _tuples(formula: Any, depth: int) -> Formula:
    if not isinstance(formula, list) or depth > _MAX_DEPTH + 1:
        return formula
    return tuple(_tuples(part, depth + 1) for part in formula)
