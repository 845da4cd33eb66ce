"""osbuild blueprints (TOML). Source: the `blueprint` package of osbuild/images, and its reference at osbuild.org."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from optimizer.imports.error import BadImportError
from optimizer.imports.fields import Fields
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.nevra import parse_argument
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source
from optimizer.problem.document import Document, Tree

_READ = ("name", "description", "version", "packages", "modules", "groups", "enabled_modules", "distro")
_CUSTOMIZATIONS = ("kernel", "repositories")
_DEEPEST = 32


def _recognise(probe: Probe) -> bool:
    try:
        value = tomllib.loads(probe.source.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    tables = isinstance(value.get("packages"), list) or isinstance(value.get("modules"), list)
    return tables or isinstance(value.get("groups"), list) or "customizations" in value or "distro" in value


def _document(source: Source) -> Document:
    try:
        value = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise BadImportError(source.path, f"expected TOML, found: {error}") from error
    except RecursionError as error:
        raise BadImportError(source.path, "expected TOML, found too deep nesting") from error
    return Document(str(source.path), _plain(source, value, 0), {})


def _plain(source: Source, value: object, depth: int) -> Tree:
    """Return a value with dates as their text: nothing about packages is one."""
    if depth > _DEEPEST:
        raise BadImportError(source.path, "expected TOML, found too deep nesting")
    if isinstance(value, dict):
        return {key: _plain(source, item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(source, item, depth + 1) for item in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _line(source: Source, text: str) -> int | None:
    """Return the line on which a string is written; the TOML reader of the standard library keeps none."""
    quoted = (f'"{text}"', f"'{text}'")
    return next((number for number, line in source.lines() if any(word in line for word in quoted)), None)


def _named(source: Source, fields: Fields, key: str) -> Iterator[tuple[str, Fields, At]]:
    for entry in fields.mappings(key):
        name = entry.text("name")
        if not name:
            raise entry.bad("a name", name, "name")
        yield name, entry, At(source.path, _line(source, name))


def _read(source: Source, terms: Terms) -> Request:
    fields = Fields.of(source, _document(source))
    request = Request("osbuild-blueprint", source.path, name=fields.text("name"), arch=terms.arch)
    request.weak, request.weak_note = True, "a blueprint does not say; the image type decides"
    for key in ("packages", "modules"):
        for name, entry, at in _named(source, fields, key):
            _package(request, name, entry.text("version") or "", at)
    for name, _, at in _named(source, fields, "groups"):
        request.want(name, at, group=True)
    for name, entry, at in _named(source, fields, "enabled_modules"):
        request.modules.append((f"{name}:{entry.text('stream') or ''}", at))
    distro = fields.text("distro") or ""
    if distro:
        release = distro.rpartition("-")[2]
        request.releasever = release if release[:1].isdigit() else None
    own = "the distribution's own, which a blueprint does not name"
    request.repositories.append(AskedRepository(distro or "distribution", At(source.path), (), own, named=False))
    customizations = fields.mapping("customizations")
    if customizations is not None:
        _customizations(request, source, customizations)
    left = fields.others(*_READ, "customizations")
    request.unrelated([(key, At(source.path, _line(source, key))) for key, _ in left])
    return request


def _package(request: Request, name: str, version: str, at: At) -> None:
    """Note a package; a version stands behind its name and a dash when it is installed, so it may hold an arch."""
    whole = f"{name}-{version}"
    package = parse_argument(whole)
    if package is not None and package.name == name:
        request.want(whole, at)
        return
    request.want(name, at)
    if "*" in version.strip("*") or "?" in version or version.endswith(".*"):
        request.lose(f"{name} {version}", "a pattern of versions cannot be pinned", at)
    elif version.strip("*"):
        request.pins.append((name, version, at))


def _customizations(request: Request, source: Source, customizations: Fields) -> None:
    kernel = customizations.mapping("kernel")
    if kernel is not None:
        name = kernel.text("name")
        if name:
            request.want(name, At(source.path, _line(source, name)), note="customizations.kernel")
    for entry in customizations.mappings("repositories"):
        name = entry.text("id") or entry.text("name") or ""
        urls = tuple(url for url, _ in (*entry.texts("baseurls"), *entry.texts("baseurl")))
        instead = " ".join(f"{key}={entry.text(key)}" for key in ("metalink", "mirrorlist") if entry.text(key))
        at = At(source.path, _line(source, name))
        if entry.truth("install_from") is not True:
            request.lose(f"the repository {name}", "it is written into the image; nothing is installed from it", at)
        else:
            request.repositories.append(AskedRepository(name, at, urls, instead))
    left = customizations.others(*_CUSTOMIZATIONS)
    request.unrelated([(f"customizations.{key}", At(source.path, _line(source, key))) for key, _ in left])


FORMAT = Format("osbuild blueprint (TOML)", _recognise, _read)
