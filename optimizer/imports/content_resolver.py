"""Content Resolver's workloads, environments, lists of unwanted packages and repositories.

Source: content_resolver/config_manager.py. It installs without weak dependencies unless `include-weak-deps` is set,
and counts a workload's placeholders as installed, with all that they depend on.
"""

from __future__ import annotations

from optimizer.imports.error import BadImportError
from optimizer.imports.fields import Fields
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.request import AskedRepository, Request
from optimizer.imports.source import Source
from optimizer.imports.tree import read_yaml

_PREFIX = "feedback-pipeline-"
_KINDS = ("workload", "environment", "unwanted", "repository")
_READ = ("name", "packages", "arch_packages", "groups", "options", "package_placeholders", "repositories")
_UNWANTED = ("unwanted_packages", "unwanted_arch_packages", "unwanted_source_packages")
_WORDS = ("description", "maintainer", "labels")


def _format(kind: str) -> Format:
    def recognise(probe: Probe) -> bool:
        value = probe.document.value if probe.document is not None and not probe.is_json else None
        return isinstance(value, dict) and value.get("document") == f"{_PREFIX}{kind}"

    return Format(f"Content Resolver {kind} (YAML)", recognise, _read)


def _read(source: Source, terms: Terms) -> Request:
    document = Fields.of(source, read_yaml(source))
    kind, data = (document.text("document") or "").removeprefix(_PREFIX), document.mapping("data")
    if kind not in _KINDS or data is None:
        raise BadImportError(
            source.path, f"expected document: {_PREFIX}workload (or {', '.join(_KINDS[1:])}) and data"
        )
    request = Request(f"content-resolver-{kind}", source.path, arch=terms.arch)
    request.weak_note = "options has no include-weak-deps"
    for name, at in data.texts("packages"):
        request.want(name, at)
    _arch_packages(request, data)
    for name, at in data.texts("groups"):
        request.want(name, at, group=True)
    _options(request, data)
    _placeholders(request, data)
    for name, at in data.texts("repositories"):
        request.repositories.append(AskedRepository(name, at, (), "the id of a repository document"))
    if kind == "unwanted":
        _unwanted(request, data)
    if kind == "repository":
        _repository(request, data)
    request.unrelated(data.others(*_READ, *_UNWANTED, *_WORDS, "source"))
    return request


def _arch_packages(request: Request, data: Fields) -> None:
    by_arch = data.mapping("arch_packages")
    for arch in by_arch.values if by_arch is not None else ():
        assert by_arch is not None
        names = list(by_arch.texts(arch))
        if arch == request.target:
            for name, at in names:
                request.want(name, at, note=f"only on {arch}")
        elif names:
            why = f"{len(names)} for another architecture than {request.target}"
            request.lose(f"arch_packages.{arch}", why, by_arch.at(arch))


def _options(request: Request, data: Fields) -> None:
    for option, at in data.texts("options"):
        if option == "include-weak-deps":
            request.weak, request.weak_note = True, option
        elif option == "strict":
            # Every package must be there: that is what a required feature means.
            continue
        else:
            request.lose(f"option {option}", "not about which packages are in", at)


def _placeholders(request: Request, data: Fields) -> None:
    for source_package in data.mappings("package_placeholders"):
        request.stubs = True
        name = source_package.text("srpm_name") or ""
        builds = [text for text, _ in source_package.texts("build_dependencies")]
        if builds:
            request.lose(
                f"build_dependencies of {name}: {', '.join(builds)}", "a problem has none", source_package.at()
            )
        for package in source_package.mappings("rpms"):
            if not (_for_arch(request, source_package) and _for_arch(request, package)):
                why = f"for another architecture than {request.target}"
                request.lose(package.text("rpm_name") or name, why, package.at())
                continue
            request.want(package.text("rpm_name") or "", package.at("rpm_name"), note=f"a placeholder, of {name}")
            for needed, at in package.texts("dependencies"):
                request.want(needed, at, note=f"the placeholder {package.text('rpm_name')} needs it")


def _for_arch(request: Request, fields: Fields) -> bool:
    named = [arch for arch, _ in fields.texts("limit_arches")]
    return not named or request.target in named


def _unwanted(request: Request, data: Fields) -> None:
    for name, at in data.texts("unwanted_packages"):
        request.forbid(name, at)
    by_arch = data.mapping("unwanted_arch_packages")
    for arch in by_arch.values if by_arch is not None else ():
        assert by_arch is not None
        for name, at in by_arch.texts(arch):
            if arch == request.target:
                request.forbid(name, at)
            else:
                request.lose(f"to keep out {name}", f"for another architecture than {request.target}", at)
    for name, at in data.texts("unwanted_source_packages"):
        request.lose(f"to keep out the source {name}", "a problem keeps out what packages provide", at)


def _repository(request: Request, data: Fields) -> None:
    origin = data.mapping("source")
    if origin is None:
        return
    request.releasever = origin.text("releasever")
    repos = origin.mapping("repos")
    for name in repos.values if repos is not None else ():
        assert repos is not None
        entry = repos.mapping(name)
        if entry is not None:
            urls = tuple(url for url, _ in entry.texts("baseurl"))
            request.repositories.append(AskedRepository(name, repos.at(name), urls))
            for text, at in entry.texts("exclude"):
                request.lose(f"exclude {text} of {name}", "a problem takes a repository as it is", at)


FORMATS = {f"content-resolver-{kind}": _format(kind) for kind in _KINDS}
