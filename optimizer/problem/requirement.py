"""Dependency text as people write it in a problem: RPM's syntax, held more strictly than package metadata is."""

from __future__ import annotations

import re

from optimizer.problem.dependency import Capability, Dependency, DependencySyntaxError, leaves, parse_dependency
from optimizer.problem.document import KeyPath, show
from optimizer.problem.reading import Reading

_EVR = re.compile(r"([0-9]+:)?[A-Za-z0-9._+~^]+(-[A-Za-z0-9._+~^]+)?")
_RELATION = re.compile(r"[<>=]+")


class RequirementSyntaxError(ValueError):
    """Text that is no requirement a person would write: what was expected, and what was found instead."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(expected, found)
        self.expected, self.found = expected, found

    def __str__(self) -> str:
        return f"expected {self.expected}, found {self.found}"


def parse_requirement(text: str) -> Dependency:
    """Return the dependency that `text` spells; raises RequirementSyntaxError.

    Stricter than `parse_dependency`: `bash>=5` is one odd but legal name to RPM (rpm-dependencies(7)), and hardly
    ever what a person meant.
    """
    glued = next((word for word in text.split() if _is_glued(word)), None)
    if glued is not None:
        raise RequirementSyntaxError(f"blanks around {_RELATION.findall(glued)[-1]}", show(text))
    try:
        dependency = parse_dependency(text)
    except DependencySyntaxError as error:
        raise RequirementSyntaxError(f"{error.expected} in column {error.column}", show(text)) from error
    for leaf in leaves(dependency):
        if leaf.name.startswith("@"):
            raise RequirementSyntaxError(f"{{group: {leaf.name[1:]}}} for a comps group", show(text))
        if leaf.evr is not None and not _EVR.fullmatch(leaf.evr):
            raise RequirementSyntaxError("a version, [EPOCH:]VERSION[-RELEASE]", show(leaf.evr))
    return dependency


def read_dependency(reading: Reading, path: KeyPath, text: str) -> Dependency | None:
    """Return the dependency that `text` spells, or note the mistake at `path` and return None."""
    try:
        return parse_requirement(text)
    except RequirementSyntaxError as error:
        reading.add(path, error.expected, error.found)
        return None


def read_relation(reading: Reading, path: KeyPath, text: str) -> Capability | None:
    """Return the single capability with a version bound that `text` spells, or note the mistake at `path`."""
    dependency = read_dependency(reading, path, text)
    if dependency is None:
        return None
    if not isinstance(dependency, Capability) or dependency.comparison is None:
        reading.add(path, "NAME = VERSION, or another comparison", show(text))
        return None
    return dependency


def _is_glued(word: str) -> bool:
    """Return whether a comparison sign stands inside or at the end of a word, outside its parentheses."""
    depth = 0
    bare = word.lstrip("(")
    for index, character in enumerate(bare):
        if character in "<>=" and depth <= 0 and index > 0 and bare[index - 1] not in "<>=":
            return True
        depth += (character == "(") - (character == ")")
    return False
