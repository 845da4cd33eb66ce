"""RPM's version order, written from rpm-version(7): segments, tilde, caret, epochs, and ranges that meet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from optimizer.problem.dependency import Comparison

_SEGMENT = re.compile(r"[0-9]+|[a-zA-Z]+|~|\^")
_ASKED = {
    Comparison.LT: {-1},
    Comparison.LE: {-1, 0},
    Comparison.EQ: {0},
    Comparison.GE: {0, 1},
    Comparison.GT: {1},
}


@dataclass(frozen=True, slots=True)
class Evr:
    """Epoch, version and release; the release is None where a dependency leaves it open."""

    epoch: int
    version: str
    release: str | None

    def __str__(self) -> str:
        text = f"{self.epoch}:{self.version}" if self.epoch else self.version
        return text if self.release is None else f"{text}-{self.release}"


def parse_evr(text: str) -> Evr:
    """Return the parts of `[epoch:]version[-release]`."""
    epoch, colon, rest = text.partition(":")
    if not colon:
        epoch, rest = "0", text
    version, dash, release = rest.rpartition("-")
    return Evr(int(epoch), version, release) if dash else Evr(int(epoch), rest, None)


def compare_versions(one: str, other: str) -> int:
    """Return -1, 0 or 1: a tilde sorts before the end, a caret after it but before more, numbers after letters."""
    return _compare_segments(_SEGMENT.findall(one), _SEGMENT.findall(other))


def _compare_segments(one: list[str], other: list[str]) -> int:
    for mine, yours in zip([*one, ""], [*other, ""], strict=False):
        if _rank(mine) != _rank(yours):
            return 1 if _rank(mine) > _rank(yours) else -1
        if mine.isdigit() and int(mine) != int(yours):
            return 1 if int(mine) > int(yours) else -1
        if mine.isalpha() and mine != yours:
            return 1 if mine > yours else -1
    return 0


def _rank(segment: str) -> int:
    """Return the order of kinds: tilde, end, caret, letters, digits."""
    if segment.isdigit():
        return 4
    return {"~": 0, "": 1, "^": 2}.get(segment, 3)


def compare_evr(one: Evr, other: Evr) -> int:
    """Return -1, 0 or 1; a release that one side leaves open is not compared."""
    if one.epoch != other.epoch:
        return 1 if one.epoch > other.epoch else -1
    order = compare_versions(one.version, other.version)
    if order or one.release is None or other.release is None:
        return order
    return compare_versions(one.release, other.release)


def ranges_meet(provided: tuple[Comparison, Evr], asked: tuple[Comparison, Evr]) -> bool:
    """Return whether a provided range and an asked one have a version in common.

    An open release stands for every release, so `1` and `1-2` are neither older nor newer than each other: they meet
    where the side without a release includes its bound, whatever the other side's comparison. There libsolv
    (src/pool.c, pool_intersect_evrs) is wider than rpm, whose rpmdsCompare also wants the other's bound included.
    """
    (has, held), (wants, bound) = (_ASKED[provided[0]], provided[1]), (_ASKED[asked[0]], asked[1])
    if {-1, 1} & has & wants:
        return True
    order = compare_evr(held, bound)
    if order:
        return order in wants or -order in has
    if held.release is None and bound.release is not None:
        return 0 in has
    if held.release is not None and bound.release is None:
        return 0 in wants
    return 0 in has and 0 in wants
