"""What a problem is varied by: `KEY=VALUE,FIRST..LAST/STEP,...`, and every combination of several of them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from optimizer.problem.document import Document, KeyPath, Tree, read_document, spell_path
from optimizer.problem.error import ProblemError
from optimizer.problem.setting import check_key_path, read_key_path
from optimizer.problem.size import UNITS, SizeSyntaxError, parse_size

MOST_RUNS = 1_000_000
LONGEST_NAME = 128
_RANGE = re.compile(r"(?P<first>[^./]+?)\.\.(?P<last>[^/]+?)(?:/(?P<step>.+))?")
_AMOUNT = re.compile(r"(?P<number>[0-9.]+) ?(?P<unit>[A-Za-z]*)")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._:-]+")


class VariationError(ValueError):
    """A `--set` that cannot be read: its text, and what was expected."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(text, expected)
        self.text, self.expected = text, expected

    def __str__(self) -> str:
        return f"--set {self.text}: expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Variation:
    """A key path of the problem file and the values it takes, in order, each once."""

    path: KeyPath
    values: tuple[Tree, ...]

    @property
    def key(self) -> str:
        """The key path as text."""
        return spell_path(self.path)


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a sweep: its name, and the value at each varied key path."""

    name: str
    values: tuple[tuple[KeyPath, Tree], ...]


def read_variation(text: str, document: Document) -> Variation:
    """Return what one `--set` says; raises VariationError, and UnknownKeyError for a key that no problem has."""
    key, equals, values = text.partition("=")
    if not equals:
        raise VariationError(text, "KEY=VALUE,VALUE,... or KEY=FIRST..LAST/STEP")
    path = read_key_path(key.strip())
    check_key_path(path, document)
    try:
        held = read_document("--set", f"[{values}]".encode())
    except ProblemError as error:
        raise VariationError(text, "values as in a problem file, commas between them") from error
    if held.mistakes or not isinstance(held.value, list) or not held.value:
        raise VariationError(text, "values as in a problem file, commas between them")
    found: list[Tree] = []
    for value in held.value:
        found += [new for new in _expand(value, text) if not any(_same(new, old) for old in found)]
    return Variation(path, tuple(found))


def points(name: str, variations: Sequence[Variation]) -> tuple[Point, ...]:
    """Return every combination, the last key changing fastest; `name` is the problem's own, each run's extends it.

    Raises VariationError where a key is given twice, one holds another, or there are more than a million.
    """
    for index, one in enumerate(variations):
        for other in variations[:index]:
            shared = min(len(one.path), len(other.path))
            if one.path[:shared] == other.path[:shared]:
                raise VariationError(one.key, f"keys of which none holds another, and {other.key} is varied too")
    if (runs := prod(len(one.values) for one in variations)) > MOST_RUNS:
        raise VariationError(
            ", ".join(one.key for one in variations), f"at most {MOST_RUNS:,} runs, and not {runs:,}"
        )
    combined = [
        tuple(zip((one.path for one in variations), values, strict=True))
        for values in product(*(one.values for one in variations))
    ]
    names = [_name(name, values) for values in combined]
    often = Counter(names)
    return tuple(
        Point(held if often[held] == 1 and len(held) <= LONGEST_NAME else _marked(held, values), values)
        for held, values in zip(names, combined, strict=True)
    )


def _same(one: Tree, other: Tree) -> bool:
    return type(one) is type(other) and one == other


def _expand(value: Tree, text: str) -> list[Tree]:
    match = _RANGE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return [value]
    first, last, step = match["first"].strip(), match["last"].strip(), (match["step"] or "").strip()
    units = [held["unit"] if (held := _AMOUNT.fullmatch(part)) else None for part in (first, last, step or "1")]
    if None in units:
        return [value]  # two dots may stand in a name
    if not step and any(units):
        raise VariationError(text, f"a step, as in {value}/1MiB")
    try:
        low, high, each = (parse_size(part) for part in (first, last, step or "1"))
    except SizeSyntaxError as error:
        raise VariationError(text, error.expected) from error
    if each < 1 or low > high:
        raise VariationError(text, "a step of 1 or more from the lower to the higher")
    if (high - low) // each >= MOST_RUNS:
        raise VariationError(text, f"at most {MOST_RUNS:,} values")
    unit = next((held for held in (units[2], units[0]) if held and _whole(low, each, held)), "")
    return [f"{amount // UNITS[unit]} {unit}" if unit else amount for amount in range(low, high + 1, each)]


def _whole(low: int, step: int, unit: str) -> bool:
    return not (low % UNITS[unit] or step % UNITS[unit])


def shown(value: Tree) -> str:
    """Return a value as one word or a few, for tables and names."""
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(held)}" for key, held in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _name(name: str, values: tuple[tuple[KeyPath, Tree], ...]) -> str:
    """Return a name that can be a directory: `host+installed_size-200MiB+downstream-rebuilt`."""
    parts = [f"{path[-1]}-{shown(value).replace(' ', '')}" for path, value in values]
    return "+".join((name, *(_NOT_IN_NAMES.sub("_", part) for part in parts)))


def _marked(name: str, values: tuple[tuple[KeyPath, Tree], ...]) -> str:
    mark = hashlib.sha256(repr(values).encode()).hexdigest()[:12]
    return f"{name[: LONGEST_NAME - len(mark) - 1]}+{mark}"
