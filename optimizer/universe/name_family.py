"""What a package's name says: its language, its role beside the main package, the rest of it.

Distributions spell one project in many ways: python-foo, python3-foo, foo; libfoo, foo; glib, glib2; foo-dev,
foo-devel. A name is taken apart by these habits, so that two names can be compared part by part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache


class Difference(StrEnum):
    """In what two names that have the same stem and the same role differ."""

    SPELLING = "spelling"
    LANGUAGE = "its language"
    LIBRARY = "a lib in front"
    VERSION = "a version at its end"


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its parts: `python3-foo-devel` has language `python3`, stem `foo` and role `devel`.

    `stem` is in lower case, without separators; `version` are the digits at its end; `role` is empty for what is
    no known part of something else.
    """

    language: str
    library: bool
    stem: str
    version: str
    role: str


_LANGUAGES = r"python3\.?\d*|python2\.?\d*|python|perl|rubygem|nodejs|ghc|lua|php|golang|ocaml|java"
_PREFIX = re.compile(rf"^(?P<language>{_LANGUAGES})-(?P<rest>.+)$")
_SUFFIX = re.compile(r"^(?P<rest>.+)-(?P<language>python3|python2|python|perl)$")
_ROLES = {
    "dev": "devel",
    "devel": "devel",
    "headers": "headers",
    "doc": "doc",
    "docs": "doc",
    "manual": "doc",
    "lang": "lang",
    "locale": "lang",
    "libs": "libs",
    "lib": "libs",
    "static": "static",
    "debuginfo": "debuginfo",
    "debugsource": "debugsource",
    "tests": "tests",
    "test": "tests",
}
_PARTS = ("devel", "headers", "static", "debuginfo", "debugsource", "doc", "lang", "tests")


@cache
def parse_name(name: str) -> Name:
    """Return the parts of a package's name."""
    rest, role = _split_role(name)
    language = ""
    match = _PREFIX.match(rest) or _SUFFIX.match(rest)
    if match is not None:
        language, rest = _language(match["language"]), match["rest"]
    stem = squeeze(rest)
    version = re.search(r"\d*$", stem)
    assert version is not None
    digits = version.group() if version.start() > 1 else ""
    bare = stem.removesuffix(digits) if digits else stem
    library = bare.startswith("lib") and len(bare) > 4
    return Name(language, library, bare.removeprefix("lib") if library else bare, digits, role)


def squeeze(name: str) -> str:
    """Return a name in lower case without separators."""
    return re.sub(r"[-_.]", "", name.lower())


def differences(one: Name, other: Name) -> frozenset[Difference] | None:
    """Return in what two different names differ; None where their stems, roles or languages are not of one family.

    Two languages never are: what python2 can load, python3 cannot. A bare name and one with a language may be.
    """
    if one.stem != other.stem or one.role != other.role:
        return None
    if one.language and other.language and one.language != other.language:
        return None
    if one.version and other.version and one.version != other.version:
        return None
    found = set()
    if one.language != other.language:
        found.add(Difference.LANGUAGE)
    if one.library != other.library:
        found.add(Difference.LIBRARY)
    if one.version != other.version:
        found.add(Difference.VERSION)
    return frozenset(found or {Difference.SPELLING})


@cache
def role_in(name: str, source: str) -> str:
    """Return what a package is beside the main one of its source: `devel` for git-devel of git, empty for git itself.

    A package whose name says nothing of its source is known by its own name in front of a colon.
    """
    own, origin = parse_name(name), parse_name(source)
    text, base = name.lower(), source.lower()
    if own.stem == origin.stem and own.role == origin.role:
        if own.library and not origin.library:
            return "libs"
        return own.language if own.language != origin.language else ""
    for beginning in (f"{base}-", f"lib{base}-"):
        if text.startswith(beginning):
            words = text.removeprefix(beginning).split("-")
            return "-".join(_ROLES.get(word, word) for word in words)
    if own.stem == origin.stem:
        return own.role
    return f":{text}"


def fits_version(digits: str, version: str, *, series: bool = False) -> bool:
    """Return whether digits in a name can be of a version: 3 of 3.2.21, 24 of 2.42; as a series 20 and 24 of 2.66."""
    if squeeze(version).startswith(digits):
        return True
    return series and len(digits) == 2 and digits[0] == version.partition(".")[0]


def is_part(role: str) -> str:
    """Return the kind of part that a role ends in (headers, translations, documentation), empty for none of them."""
    last = role.rpartition("-")[2]
    return last if last in _PARTS else ""


def _split_role(name: str) -> tuple[str, str]:
    rest, dash, last = name.rpartition("-")
    role = _ROLES.get(last.lower(), "") if dash else ""
    return (rest, role) if role else (name, "")


def _language(text: str) -> str:
    """python2 was plain python for long; python3.11 beside python3 is another interpreter."""
    return "python" if text == "python2" else text
