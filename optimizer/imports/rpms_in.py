"""rpms.in.yaml of rpm-lockfile-prototype. Source: its README and rpm_lockfile/schema.py."""

from __future__ import annotations

from optimizer.imports.fields import Fields
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.repo_files import asked_of, read_repo_file
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source
from optimizer.imports.tree import read_yaml
from optimizer.problem.document import Tree, show

_KEYS = frozenset(
    (
        *("packages", "reinstallPackages", "upgradePackages", "moduleEnable", "moduleDisable", "arches"),
        *("contentOrigin", "context", "allowerasing", "noSources", "installWeakDeps"),
    )
)
_REPO = ("repoid", "baseurl", "metalink", "mirrorlist", "name", "enabled", "gpgcheck", "gpgkey", "sslverify")


def _recognise(probe: Probe) -> bool:
    return "contentOrigin" in probe.keys or (bool(probe.keys & {"reinstallPackages"}) and probe.keys <= _KEYS)


def _read(source: Source, terms: Terms) -> Request:
    fields = Fields.of(source, read_yaml(source))
    arches = list(fields.texts("arches"))
    request = Request("rpms-in", source.path, arch=terms.arch or (arches[0][0] if arches else None))
    for arch, at in arches:
        if arch != request.target:
            request.lose(f"the architecture {arch}", "a problem is about one; --arch chooses it", at)
    for key in ("packages", "reinstallPackages"):
        for name, at in _named(request, fields, key):
            request.want(name, at, note="" if key == "packages" else key)
    for name, at in _named(request, fields, "upgradePackages"):
        request.lose(f"upgradePackages {name}", "only where the base image has it", at)
    for name, at in _named(request, fields, "moduleEnable"):
        request.modules.append((name, at))
    for name, at in _named(request, fields, "moduleDisable"):
        request.lose(f"moduleDisable {name}", "a module that is turned off", at)
    weak = fields.truth("installWeakDeps")
    request.weak = weak is not False
    request.weak_note = "dnf follows them by default" if weak is None else f"installWeakDeps: {str(weak).lower()}"
    if fields.truth("allowerasing"):
        request.lose(
            "allowerasing", "nothing is installed before, so nothing can be erased", fields.at("allowerasing")
        )
    _context(request, fields)
    origin = fields.mapping("contentOrigin")
    if origin is not None:
        _repositories(request, origin, terms)
    request.unrelated(fields.others(*_KEYS))
    return request


def _named(request: Request, fields: Fields, key: str) -> list[tuple[str, At]]:
    found = []
    for item, at in fields.items(key):
        if isinstance(item, dict):
            name, arches = item.get("name"), item.get("arches")
            if not isinstance(name, str) or not isinstance(arches, dict | None):
                raise fields.bad("a package, or one with its arches", show(item), key)
            if arches is None or _for_arch(arches, request.target):
                found.append((name, at))
            else:
                request.lose(name, f"for another architecture than {request.target}", at)
        elif isinstance(item, str):
            found.append((item, at))
        else:
            raise fields.bad("a package, or one with its arches", show(item), key)
    return found


def _for_arch(arches: dict[str, Tree], arch: str) -> bool:
    def names(key: str) -> list[Tree]:
        value = arches.get(key)
        return value if isinstance(value, list) else [value]

    return arch in names("only") if "only" in arches else arch not in names("not")


def _context(request: Request, fields: Fields) -> None:
    context = fields.mapping("context")
    for key, at in context.others("bare") if context is not None else ():
        why = "what a base image holds is not known here; import its `rpm -qa` output for that"
        request.lose(f"context.{key}", why, at)


def _repositories(request: Request, origin: Fields, terms: Terms) -> None:
    for entry in origin.mappings("repos"):
        name = entry.text("repoid") or ""
        urls = tuple(url for url, _ in entry.texts("baseurl"))
        instead = " ".join(f"{key}={entry.text(key)}" for key in ("metalink", "mirrorlist") if entry.text(key))
        request.repositories.append(AskedRepository(name, entry.at(), urls, instead))
        for key, at in entry.others(*_REPO):
            request.lose(f"{key} of the repository {name}", "a problem takes a repository as it is", at)
    for item, at in origin.items("repofiles"):
        _repo_file(request, item, at, terms)
    for _, at in origin.items("composes"):
        request.lose("contentOrigin.composes", "looked up in a compose tracking service", at)


def _repo_file(request: Request, item: Tree, at: At, terms: Terms) -> None:
    place = item.get("location") or item.get("giturl") if isinstance(item, dict) else item
    name = place if isinstance(place, str) else show(place)
    if not isinstance(item, str) or "://" in item:
        request.lose(f"repofile {name}", "not fetched; give its repositories with --repository", at)
        return
    for section in read_repo_file(terms.includes.read(item, at.file, at.line)):
        if section.enabled:
            request.repositories.append(asked_of(section))


FORMAT = Format("rpms.in.yaml of rpm-lockfile-prototype", _recognise, _read)
