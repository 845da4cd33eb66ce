"""rpm-ostree treefiles, YAML or JSON, with what they include.

Source: rpm-ostree's docs/treefile.md and rust/src/treefile.rs: a file's own scalars prevail over those of what it
includes, its lists come after theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from optimizer.imports.error import BadImportError
from optimizer.imports.fields import Fields
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.repo_files import asked_of, repositories_beside
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source
from optimizer.imports.tree import read_json, read_yaml
from optimizer.problem.document import show

_MARKS = frozenset(
    (
        *("ref", "releasever", "repos", "recommends", "exclude-packages", "repo-packages", "edition", "units"),
        *("include", "arch-include", "conditional-include", "ostree-layers", "install-langs", "mutate-os-release"),
        *("boot-location", "boot_location", "automatic-version-prefix", "automatic_version_prefix"),
        *("postprocess", "postprocess-script"),
    )
)
_READ = (
    "include",
    "arch-include",
    "conditional-include",
    "packages",
    "bootstrap_packages",
    "exclude-packages",
    "repo-packages",
    "repos",
    "lockfile-repos",
    "recommends",
    "releasever",
    "variables",
    "modules",
    "ref",
    "edition",
)
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_QUERY = re.compile(r"'([^']*)'")


def _recognise(probe: Probe) -> bool:
    marks = probe.keys & _MARKS
    named = "packages" in probe.keys or any(key.startswith("packages-") for key in probe.keys)
    return len(marks) >= 2 or (named and bool(marks)) or ("packages" in probe.keys and not probe.is_json)


@dataclass(slots=True)
class _Reader:
    terms: Terms
    request: Request
    variables: dict[str, str] = field(default_factory=dict)
    repos: dict[str, At] = field(default_factory=dict)
    unrelated: list[tuple[str, At]] = field(default_factory=list)

    def read(self, source: Source) -> None:
        probe = Probe(source)
        fields = Fields.of(source, read_json(source) if probe.is_json else read_yaml(source))
        self._variables(fields)
        for name, at in self._included(fields):
            self.read(self.terms.includes.read(self._substituted(name), at.file, at.line))
        # What is included may have set them otherwise; the including file prevails.
        self._variables(fields)
        self._packages(fields)
        recommends = fields.truth("recommends")
        if recommends is not None:
            self.request.weak, self.request.weak_note = recommends, f"recommends: {str(recommends).lower()}"
        for name, at in (*fields.texts("repos"), *fields.texts("lockfile-repos")):
            self.repos.setdefault(name, at)
        self._modules(fields)
        self._leave(fields)

    def _variables(self, fields: Fields) -> None:
        given = fields.mapping("variables")
        for name in given.values if given is not None else ():
            assert given is not None
            value = given.values[name]
            if isinstance(value, str | int) and not isinstance(value, bool):
                self.variables[name] = str(value)
        release = fields.text("releasever")
        if release is not None:
            self.variables["releasever"] = self.request.releasever = self._substituted(release)

    def _substituted(self, text: str) -> str:
        return _VARIABLE.sub(lambda match: self.variables.get(match[1], match[0]), text)

    def _included(self, fields: Fields) -> list[tuple[str, At]]:
        found = list(fields.texts("include"))
        by_arch = fields.mapping("arch-include")
        for arch in by_arch.values if by_arch is not None else ():
            assert by_arch is not None
            if arch == self.request.target:
                found += by_arch.texts(arch)
        for conditional in fields.mappings("conditional-include"):
            names = ", ".join(name for name, _ in conditional.texts("include"))
            why = f"not read: its condition is not decided here: {show(conditional.values.get('if'))}"
            self.request.lose(f"conditional-include {names}", why, conditional.at())
        return found

    def _packages(self, fields: Fields) -> None:
        arch = self.request.target
        for key in ("bootstrap_packages", "packages", f"packages-{arch}"):
            for text, at in fields.texts(key):
                self._entry(text, at)
        for key, at in fields.others(*_READ):
            if key.startswith("packages-") and key != f"packages-{arch}":
                count = len(list(fields.texts(key)))
                self.request.lose(key, f"{count} for another architecture than {arch}", at)
        for text, at in fields.texts("exclude-packages"):
            self.request.forbid(self._substituted(text), at)
        for bound in fields.mappings("repo-packages"):
            repo = bound.text("repo") or ""
            for text, at in bound.texts("packages"):
                for name in text.split():
                    self.request.want(name, at)
                    self.request.from_repository.append((name, repo, at))
            self.repos.setdefault(repo, bound.at())

    def _entry(self, text: str, at: At) -> None:
        """An entry is split at blanks, but for one in quotes of its own, which is a version query."""
        text = self._substituted(text).strip()
        query = _QUERY.fullmatch(text)
        for name in (query[1],) if query else text.split():
            self.request.want(name, at)

    def _modules(self, fields: Fields) -> None:
        modules = fields.mapping("modules")
        if modules is None:
            return
        for key in ("enable", "install"):
            for text, at in modules.texts(key):
                stream, _, profile = text.partition("/")
                self.request.modules.append((stream, at))
                if key == "install":
                    why = f"the packages of its profile {profile or 'default'} are not named here"
                    self.request.lose(text, why, at)
        for key, at in modules.others("enable", "install"):
            self.request.lose(f"modules.{key}", "streams that are turned off", at)

    def _leave(self, fields: Fields) -> None:
        for key, at in fields.others(*_READ):
            if key in ("postprocess", "postprocess-script", "finalize.d"):
                self.request.lose(key, "scripts are not run; what they change is not seen", at)
            elif key in ("remove-from-packages", "remove-files"):
                self.request.lose(key, "files taken out of packages; sizes count whole packages", at)
            elif key in ("ostree-layers", "ostree-override-layers"):
                self.request.lose(key, "content that is no package", at)
            elif not key.startswith("packages-"):
                self.unrelated.append((key, at))


def _read(source: Source, terms: Terms) -> Request:
    request = Request(
        "rpm-ostree-treefile", source.path, arch=terms.arch, weak=True, weak_note="recommends is true by default"
    )
    reader = _Reader(terms, request)
    reader.variables["basearch"] = reader.variables["arch"] = request.target
    reader.read(source)
    beside = repositories_beside(terms.includes, source.path)
    for name, at in reader.repos.items():
        known = asked_of(beside[name]) if name in beside else AskedRepository(name, at, (), "only its id is known")
        request.repositories.append(known)
    request.unrelated(reader.unrelated)
    if not request.wanted and not request.lost:
        raise BadImportError(source.path, "expected packages, found none")
    return request


FORMAT = Format("rpm-ostree treefile (YAML or JSON)", _recognise, _read)
