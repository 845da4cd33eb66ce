"""Names of a page's elements, so that links survive being pasted, and texts of metadata made safe to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote

from optimizer.answer.manifest import ManifestPackage

#: What a fragment may hold besides letters and digits (RFC 3986, `fragment`), less what this page gives a meaning.
_PLAIN = "!$()*+,;:@._~-"


def anchor(kind: str, name: str, prefix: str = "") -> str:
    """Return an element's id, which is its fragment letter for letter: no browser needs to decode it."""
    return f"{prefix}{kind}-{quote(_well_formed(name), safe=_PLAIN)}"


def unique_anchors(kind: str, names: Iterable[str], prefix: str = "") -> list[str]:
    """Return an id for each name in its order, told apart by a number where names are the same."""
    seen: dict[str, int] = defaultdict(int)
    anchors = []
    for name in names:
        seen[name] += 1
        anchors.append(anchor(kind, name, prefix) + (f"~{seen[name]}" if seen[name] > 1 else ""))
    return anchors


def package_anchors(packages: Iterable[ManifestPackage], arch: str, prefix: str = "") -> list[str]:
    """Return an id for each package: `package-<name>` for the first of a name, of the problem's architecture if any.

    Others of the name bear their architecture too, as in `package-glibc.i686`.
    """
    listed = list(packages)
    first: dict[str, int] = {}
    for index in sorted(range(len(listed)), key=lambda i: (listed[i].arch not in (arch, "noarch"), i)):
        first.setdefault(listed[index].name, index)
    names = [
        package.name if first[package.name] == index else f"{package.name}.{package.arch}"
        for index, package in enumerate(listed)
    ]
    return unique_anchors("package", names, prefix)


def visible(text: str) -> str:
    """Return a text with what cannot be seen (controls, bidirectional marks, lone surrogates) spelt as `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(_spelt(letter) for letter in text)


def _spelt(letter: str) -> str:
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _well_formed(text: str) -> str:
    return "".join(_spelt(letter) if "\ud800" <= letter <= "\udfff" else letter for letter in text)
