"""A libsolv testcase: the question as repositories in testtags, the full list as jobs, the answer as the result.

`testsolv FILE` solves it again and is silent where it finds the same. Capabilities bear the text they are asked by
and the number they have in the Instance, so that libsolv finds just the providers that the Instance has: versions
were compared when it was made. Obsoletes are written as conflicts: nothing is installed that could be obsoleted.
Source: libsolv's `ext/testcase.c` and `ext/repo_testcase.c`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from optimizer.export.answer_graph import answer_graph
from optimizer.export.exported import Exported, plain
from optimizer.export.format import FILES, CannotHoldError, Expresses, Format
from optimizer.universe.instance import Formula, Instance, Package, RequirementKind

_TARGET = "a testcase"
_WORD = re.compile(r"[^\s\x00-\x20@\\#()\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_REPOSITORY = re.compile(r"@?[A-Za-z0-9_.:][A-Za-z0-9_.:-]*")
_ARCH = re.compile(r"[a-z0-9_]+")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-~^/")
_NOBODY = "nobody"
_TAGS = {
    RequirementKind.REQUIRES: "Req",
    RequirementKind.PREREQUIRES: "Req",
    RequirementKind.RECOMMENDS: "Rec",
    RequirementKind.SUPPLEMENTS: "Sup",
}


def write(exported: Exported) -> bytes:
    """Return the testcase; raises CannotHoldError of names that libsolv would split or read in another way."""
    instance, chosen = exported.instance, answer_graph(exported).chosen
    apart = {tuple(sorted(pair)) for one in instance.unique_names for pair in combinations(one.packages, 2)}
    several = _several(instance, apart)
    lines = [f"# {line}" for line in exported.header()]
    lines += [f"# {plain(one.source)} is {one.origin}: {plain(one.reason)}" for one in exported.divergence.entries]
    lines += list(_repositories(instance, apart, several))
    lines += [f"system {_checked(_ARCH, instance.arch)} rpm", "solverflags ignorerecommended"]
    lines += [f"job multiversion name {_escaped(name)}" for name in sorted(several)]
    excluded = sorted({package for pin in instance.pins for package in pin.excluded})
    lines += [f"job erase pkg {_solvable(instance.packages[index])}" for index in excluded]
    for forbidden in instance.forbidden:
        simple = isinstance(forbidden.formula, int)
        job = "erase provides" if simple else "install provides"
        lines.append(
            f"job {job} {_dependency(instance, forbidden.formula if simple else ('not', forbidden.formula))}"
        )
    lines += [
        f"job install provides {_dependency(instance, one.formula)}"
        for one in instance.features
        if one.required and one.formula != ("all",)
    ]
    names = [_solvable(instance.packages[index]) for index in sorted(chosen)]
    lines += [f"job install pkg {name}" for name in names]
    lines += ["result transaction,problems <inline>", *(f"#>install {name}" for name in sorted(names))]
    return ("\n".join(lines) + "\n").encode()


def _repositories(instance: Instance, apart: set[tuple[int, ...]], several: set[str]) -> Iterator[str]:
    held: dict[str, list[int]] = defaultdict(list)
    for index, package in enumerate(instance.packages):
        held[_checked(_REPOSITORY, package.repository)].append(index)
    tags = _tags(instance, apart, several)
    for repository, members in sorted(held.items()):
        yield f"repo {repository} 0 testtags <inline>"
        yield "#>=Ver: 3.0"
        for index in members:
            package = instance.packages[index]
            version = package.version if not package.epoch else f"{package.epoch}:{package.version}"
            words = (package.name, version, package.release or "-")
            yield f"#>=Pkg: {' '.join(_checked(_WORD, word) for word in words)} {_checked(_ARCH, package.arch)}"
            yield f"#>=Prv: {_escaped(package.name)} = {_escaped(package.evr)}"
            yield from (f"#>={line}" for line in tags[index])


def _tags(instance: Instance, apart: set[tuple[int, ...]], several: set[str]) -> dict[int, list[str]]:
    tags: dict[int, list[str]] = defaultdict(list)
    for number, capability in enumerate(instance.capabilities):
        for index in capability.providers:
            tags[index].append(f"Prv: {_dependency(instance, number)}")
    for requirement in instance.requirements:
        if requirement.formula != ("all",):
            tags[requirement.package].append(
                f"{_TAGS[requirement.kind]}: {_dependency(instance, requirement.formula)}"
            )
    for exclusion in instance.exclusions:
        if isinstance(exclusion.formula, int):
            tags[exclusion.package].append(f"Con: {_dependency(instance, exclusion.formula)}")
        else:
            tags[exclusion.package].append(f"Req: {_dependency(instance, ('not', exclusion.formula))}")
    for first, second in sorted(apart):
        names = instance.packages[first].name, instance.packages[second].name
        if names[0] != names[1] or names[0] in several:
            tags[first].append(f"Con: package#{second}")
            tags[second].append(f"Prv: package#{second}")
    return tags


def _several(instance: Instance, apart: set[tuple[int, ...]]) -> set[str]:
    """Return the names of which some packages may be in together: libsolv would take one of each name."""
    held: dict[str, list[int]] = defaultdict(list)
    for index, package in enumerate(instance.packages):
        held[package.name].append(index)
    return {name for name, members in held.items() if any(pair not in apart for pair in combinations(members, 2))}


def _dependency(instance: Instance, formula: Formula) -> str:
    """Return a formula as testtags spell it: a negation is a condition that nobody meets."""
    if isinstance(formula, int):
        return f"{_escaped(instance.capabilities[formula].text)}#{formula}"
    operator, *parts = formula
    if operator == "not":
        return f"({_NOBODY} <IF> {_dependency(instance, parts[0])})"
    if not parts:
        return _NOBODY if operator == "any" else f"({_NOBODY} <IF> {_NOBODY})"
    *before, last = (_dependency(instance, part) for part in parts)
    sign = " & " if operator == "all" else " | "
    return "".join(f"({part}{sign}" for part in before) + last + ")" * len(before)


def _escaped(text: str) -> str:
    """Return text as one word, what has a meaning to the parser as a backslash and two hexadecimal digits."""
    spelt = "".join(chr(byte) if byte in _PLAIN else f"\\{byte:02x}" for byte in text.encode())
    return f"\\2f{spelt[1:]}" if spelt.startswith("/") else spelt


def _solvable(package: Package) -> str:
    return f"{_checked(_WORD, package.nevra)}@{_checked(_REPOSITORY, package.repository)}"


def _checked(pattern: re.Pattern[str], word: str) -> str:
    if not pattern.fullmatch(word):
        raise CannotHoldError(_TARGET, "word", word)
    return word


FORMAT = Format(
    title="libsolv testcase (testsolv)",
    file_name="answer.t",
    media_type="text/plain",
    expresses=(FILES - {Expresses.CHECKSUMS}) | {Expresses.DIVERGENCE, Expresses.STUBS, Expresses.REASONS},
    write=write,
)
