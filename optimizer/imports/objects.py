"""Package lists in JSON: objects that describe packages, under whatever keys the tool that wrote them has."""

from __future__ import annotations

import json
from dataclasses import dataclass

from optimizer.answer.listing import ListedPackage
from optimizer.imports.columns import KEYS, known_arch
from optimizer.imports.error import BadImportError
from optimizer.imports.nevra import ARCHITECTURES, is_evr, is_package_name, spell_evr, tidy_evr
from optimizer.imports.source import Source
from optimizer.imports.tree import line_of, parse_json, read_json
from optimizer.problem.document import Document, KeyPath, Tree, show


@dataclass(frozen=True, slots=True)
class Entries:
    """The packages of a file being read: where each lies, and how a wrong one is blamed."""

    source: Source
    document: Document

    def bad(self, path: KeyPath, expected: str, found: Tree) -> BadImportError:
        """Return the exception for a value of another kind."""
        return BadImportError(
            self.source.path, f"expected {expected}, found {show(found)}", line_of(self.document, path)
        )

    def items(self) -> list[tuple[KeyPath, Tree]]:
        """Return the items of the list under `packages`; raises BadImportError."""
        value = self.document.value
        packages = value.get("packages") if isinstance(value, dict) else None
        if not isinstance(packages, list):
            raise self.bad(("packages",), "a list of packages", packages)
        return [(("packages", index), item) for index, item in enumerate(packages)]

    def package(self, path: KeyPath, item: Tree) -> ListedPackage | None:
        """Return the package that an object describes, whatever the case of its keys; None for a public key."""
        if not isinstance(item, dict):
            raise self.bad(path, "a package, an object with a name", item)
        keys = {key.lower(): value for key, value in item.items()}

        def text(*names: str) -> str | None:
            value = next((keys[name] for name in names if keys.get(name) is not None), None)
            if value is not None and not isinstance(value, str):
                raise self.bad(path, f"text as {names[0]}", value)
            return value

        name = text("name")
        if name is None or not is_package_name(name):
            raise self.bad(path, "a package name", name)
        if name == KEYS:
            return None
        arch = text("arch", "architecture")
        if arch is not None and arch not in ARCHITECTURES:
            raise self.bad(path, "an architecture", arch)
        return ListedPackage(
            name=name,
            evr=self._evr(path, keys, text("evr"), text("version"), text("release")),
            arch=known_arch(arch),
            installed_size=self._size(path, keys),
            source=text("source", "sourcerpm") or None,
            repository=text("repository", "repo_id", "repoid"),
        )

    def _evr(
        self, path: KeyPath, keys: dict[str, Tree], evr: str | None, version: str | None, release: str | None
    ) -> str | None:
        epoch = keys.get("epoch")
        if isinstance(epoch, bool) or not isinstance(epoch, int | str | None):
            raise self.bad(path, "a number as epoch", epoch)
        if isinstance(epoch, str) and not (epoch.isascii() and epoch.isdecimal()) and epoch not in ("", "(none)"):
            raise self.bad(path, "a number as epoch", epoch)
        spelt = tidy_evr(evr) if evr else None
        if spelt is None and version:
            spelt = tidy_evr(version) if ":" in version else spell_evr(epoch, version, release)
        if spelt is not None and not is_evr(spelt):
            raise self.bad(path, "[EPOCH:]VERSION[-RELEASE]", spelt)
        return spelt

    def _size(self, path: KeyPath, keys: dict[str, Tree]) -> int | None:
        names = ("installed_size", "installedsize", "longsize", "size")
        value = next((keys[name] for name in names if keys.get(name) is not None), None)
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 18:
            value = int(value)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**18):
            raise self.bad(path, "a size in bytes", value)
        return value


def read_objects(source: Source) -> list[ListedPackage]:
    """Return the packages of JSON objects: in a list, under `packages`, or one after another.

    Raises BadImportError.
    """
    try:
        value = json.loads(source.text)
    except ValueError:
        return _read_stream(source)
    except RecursionError:
        value = parse_json(source)
    if isinstance(value, dict) and "packages" not in value:
        return _read_stream(source)
    entries = Entries(source, read_json(source))
    if isinstance(value, list):
        items: list[tuple[KeyPath, Tree]] = [((index,), item) for index, item in enumerate(value)]
    else:
        items = entries.items()
    return _packages(entries, items)


def _read_stream(source: Source) -> list[ListedPackage]:
    decoder, position = json.JSONDecoder(), 0
    found: list[ListedPackage] = []
    blank = " \t\r\n,"
    text = source.text
    while (position := _skip(text, position, blank)) < len(text):
        line = text.count("\n", 0, position) + 1
        try:
            item, position = decoder.raw_decode(text, position)
        except RecursionError as error:
            raise BadImportError(source.path, "expected an object, found deeper nesting", line) from error
        except json.JSONDecodeError as error:
            raise BadImportError(source.path, f"expected JSON, found: {error.msg}", error.lineno) from error
        except ValueError as error:
            raise BadImportError(source.path, "expected JSON, found a number of too many digits", line) from error
        package = Entries(source, Document(str(source.path), item, {(): line})).package((), item)
        if package is not None:
            found.append(package)
    return found


def _skip(text: str, position: int, blank: str) -> int:
    while position < len(text) and text[position] in blank:
        position += 1
    return position


def read_photon(source: Source) -> list[ListedPackage]:
    """Return the packages of `{"packages": [...]}`: names, or objects that have versions too.

    Raises BadImportError.
    """
    entries = Entries(source, read_json(source))
    named: list[ListedPackage] = []
    described: list[tuple[KeyPath, Tree]] = []
    for path, item in entries.items():
        if not isinstance(item, str):
            described.append((path, item))
        elif not is_package_name(item):
            raise entries.bad(path, "a package name", item)
        else:
            named.append(ListedPackage(name=item))
    return named + _packages(entries, described)


def read_described(source: Source) -> list[ListedPackage]:
    """Return the packages that are objects under `packages`, of type rpm where they have one.

    Raises BadImportError.
    """
    entries = Entries(source, read_json(source))
    for path, item in entries.items():
        kind = item.get("type", "rpm") if isinstance(item, dict) else "rpm"
        if kind != "rpm":
            raise entries.bad((*path, "type"), "packages of type rpm", kind)
    return _packages(entries, entries.items())


def _packages(entries: Entries, items: list[tuple[KeyPath, Tree]]) -> list[ListedPackage]:
    found = (entries.package(path, item) for path, item in items)
    return [package for package in found if package is not None]
