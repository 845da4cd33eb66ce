"""A change as people say it: the options of `pkgset explain RESULT what-if`, read into a Change."""

from __future__ import annotations

import re
from collections.abc import Sequence

from optimizer.explain.change import COUNTED, GROUP, Change, LimitChange, PinChange
from optimizer.problem.dependency import Capability, Dependency
from optimizer.problem.problem import CompsGroup
from optimizer.problem.requirement import RequirementSyntaxError, parse_requirement
from optimizer.problem.size import SizeSyntaxError, parse_size
from optimizer.problem.supposition import Cut, SupposedPackage
from optimizer.universe.instance import LimitKind

NONE = "none"
_PIN = re.compile(r"(?P<name>[^\s<>=]+)\s*(?P<sign><=|>=|=|<|>)\s*(?P<evr>\S+)")
_BOUNDS = re.compile(r"(?P<least>\d{0,18})\.\.(?P<most>\d{0,18})")
_GROUP_LIMIT = "feature_groups."
_SIZES = (LimitKind.INSTALLED_SIZE, LimitKind.DOWNLOAD_SIZE)


class ChangeSyntaxError(ValueError):
    """Words that say no change: the option they were given to, the words, and what was expected of them."""

    def __init__(self, option: str, text: str, expected: str) -> None:
        super().__init__(option, text, expected)
        self.option, self.text, self.expected = option, text, expected

    def __str__(self) -> str:
        return f"--{self.option} {self.text!r}: expected {self.expected}"


def read_change(
    *,
    add: Sequence[str] = (),
    drop: Sequence[str] = (),
    forbid: Sequence[str] = (),
    limit: Sequence[str] = (),
    pin: Sequence[str] = (),
    cut: Sequence[str] = (),
    stub: Sequence[str] = (),
) -> Change:
    """Return the change that the options of `pkgset explain RESULT what-if` say; raises ChangeSyntaxError."""
    given = {"add": add, "drop": drop, "forbid": forbid, "limit": limit, "pin": pin, "cut": cut, "stub": stub}
    change = Change(
        added=tuple(_added(text) for text in dict.fromkeys(add)),
        dropped=tuple(_feature_name(text) for text in dict.fromkeys(drop)),
        forbidden=tuple(_requirement("forbid", text) for text in dict.fromkeys(forbid)),
        limits=tuple(_limit(text) for text in dict.fromkeys(limit)),
        pins=tuple(_pin(text) for text in dict.fromkeys(pin)),
        cuts=tuple(_cut(text) for text in dict.fromkeys(cut)),
        packages=tuple(_package(text) for text in dict.fromkeys(stub)),
        words=tuple(f"--{option} {text}" for option, texts in given.items() for text in dict.fromkeys(texts)),
    )
    _each_once("limit", [f"{one.kind.value} {one.group or ''}".strip() for one in change.limits])
    _each_once("pin", [one.name for one in change.pins])
    _each_once("stub", [one.name for one in change.packages])
    return change


def _requirement(option: str, text: str) -> Dependency:
    try:
        return parse_requirement(text)
    except RequirementSyntaxError as error:
        raise ChangeSyntaxError(option, text, error.expected) from error


def _added(text: str) -> Dependency | CompsGroup:
    group = GROUP.fullmatch(text.strip())
    return CompsGroup(group[1]) if group is not None else _requirement("add", text)


def _feature_name(text: str) -> str:
    """Return a feature's name as the Instance spells it, whatever the blanks."""
    group = GROUP.fullmatch(text.strip())
    if group is not None:
        return str(CompsGroup(group[1]))
    try:
        return str(parse_requirement(text))
    except RequirementSyntaxError:  # a member of a group: `bash (group: core)`
        return " ".join(text.split())


def _limit(text: str) -> LimitChange:
    name, sign, bound = (part.strip() for part in text.partition("="))
    said = f"--limit {text}"
    if name.startswith(_GROUP_LIMIT) and sign:
        return _group_limit(text, name.removeprefix(_GROUP_LIMIT), bound, said)
    kinds = {kind.value: kind for kind in COUNTED}
    if name not in kinds or not bound:
        known = ", ".join((*kinds, f"{_GROUP_LIMIT}NAME"))
        raise ChangeSyntaxError("limit", text, f"LIMIT=BOUND, or LIMIT={NONE} to lift it; limits are {known}")
    kind = kinds[name]
    if bound == NONE:
        return LimitChange(kind, where=said)
    if kind in _SIZES:
        return LimitChange(kind, maximum=_size("limit", text, bound), where=said)
    if not bound.isdecimal() or len(bound) > 18:
        raise ChangeSyntaxError("limit", text, f"a whole number, or {NONE}")
    return LimitChange(kind, maximum=int(bound), where=said)


def _group_limit(text: str, group: str, bound: str, said: str) -> LimitChange:
    match = _BOUNDS.fullmatch(bound)
    if bound == NONE:
        return LimitChange(LimitKind.FEATURE_GROUP, group=group, where=said)
    if match is None or not (match["least"] or match["most"]):
        raise ChangeSyntaxError("limit", text, f"{_GROUP_LIMIT}NAME=LEAST..MOST, either may be left out, or {NONE}")
    least, most = (int(match[key]) if match[key] else None for key in ("least", "most"))
    if least is not None and most is not None and least > most:
        raise ChangeSyntaxError("limit", text, "a least bound that is at most the other")
    return LimitChange(LimitKind.FEATURE_GROUP, least, most, group, said)


def _size(option: str, text: str, size: str) -> int:
    try:
        return parse_size(size)
    except SizeSyntaxError as error:
        raise ChangeSyntaxError(option, text, error.expected) from error


def _pin(text: str) -> PinChange:
    match = _PIN.fullmatch(text.strip())
    if match is None:
        raise ChangeSyntaxError("pin", text, f"NAME=VERSION, another comparison, or NAME={NONE} for no pin")
    if match["evr"] == NONE and match["sign"] == "=":
        return PinChange(match["name"], None, f"--pin {text}")
    relation = _requirement("pin", f"{match['name']} {match['sign']} {match['evr']}")
    assert isinstance(relation, Capability)
    return PinChange(match["name"], relation, f"--pin {text}")


def _cut(text: str) -> Cut:
    package, colon, dependency = text.partition(": " if ": " in text else ":")
    if not (colon and package.strip() and dependency.strip()):
        raise ChangeSyntaxError("cut", text, '"PACKAGE: DEPENDENCY", where PACKAGE may be * for every package')
    return Cut(package.strip(), dependency.strip())


def _package(text: str) -> SupposedPackage:
    name, size, requires = (*_split(text, ":", 2), "", "")[:3]
    supposed = _requirement("stub", name)
    if not isinstance(supposed, Capability) or supposed.comparison is not None:
        raise ChangeSyntaxError("stub", text, "a bare name before the first colon: NAME:SIZE:REQUIRES")
    installed, _, download = size.partition("/")
    sizes = [_size("stub", text, one.strip()) if one.strip() else None for one in (installed, download)]
    asked = tuple(_requirement("stub", part) for part in _split(requires, ",") if part)
    return SupposedPackage(supposed.name, sizes[0], sizes[1], asked)


def _split(text: str, divider: str, most: int = -1) -> list[str]:
    """Return what stands between dividers outside parentheses, blanks taken off; at most so many are divided at."""
    parts: list[str] = []
    depth = start = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == divider and not depth and len(parts) != most:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def _each_once(option: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ChangeSyntaxError(option, name, "to be given once")
