"""mkosi.conf, with mkosi.conf.d, profiles and what it includes.

Source: mkosi(1), "Configuration Settings": later single values prevail, lists grow, an empty assignment empties a
list; a file whose [Match] sections do not hold is not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from optimizer.imports.error import BadImportError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source

_SECTIONS = frozenset(
    (
        *("Match", "TriggerMatch", "Config", "Include", "Distribution", "Output", "Content", "Packages"),
        *("Validation", "Build", "Host", "Runtime", "UKIProfile"),
    )
)
_ARCHITECTURES = {"x86-64": "x86_64", "arm64": "aarch64", "ppc64-le": "ppc64le", "x86": "i686", "arm": "armv7hl"}
_TRUE = frozenset(("1", "yes", "true", "on", "y", "t"))
_LISTS = ("Packages", "RemovePackages", "Repositories")
_NOT_IN = {
    "BuildPackages": "only for the build, not in the image",
    "VolatilePackages": "installed in an overlay after the image",
    "PackageDirectories": "package files; put them into a repository",
    "VolatilePackageDirectories": "package files; put them into a repository",
    "BaseTrees": "content that is no package",
    "SkeletonTrees": "content that is no package",
    "ExtraTrees": "content that is no package",
    "PrepareScripts": "scripts are not run; packages they install are not seen",
    "BuildScripts": "scripts are not run; packages they install are not seen",
    "PostInstallationScripts": "scripts are not run; packages they install are not seen",
    "FinalizeScripts": "scripts are not run; packages they install are not seen",
    "Mirror": "a prefix to which mkosi adds each repository's path",
    "Dependencies": "other images",
}
_SPLIT = re.compile(r"""(?:"[^"]*"|'[^']*'|\([^()]*(?:\([^()]*\)[^()]*)*\)|[^\s,"'()])+""")


@dataclass(frozen=True, slots=True)
class _Setting:
    section: str
    name: str
    value: str
    at: At


def _recognise(probe: Probe) -> bool:
    sections = [line[1:-1] for line in probe.lines if re.fullmatch(r"\[[A-Za-z]+\]", line)]
    return bool(sections) and set(sections) <= _SECTIONS and any("=" in line for line in probe.lines)


def _settings(source: Source) -> list[_Setting]:
    """Return the assignments of a file; lines that begin with blanks go on with the one before."""
    section, found = "", list[_Setting]()
    for number, line in source.lines():
        text = re.sub(r"(^|\s)[#;].*", "", line).rstrip()
        if not text.strip():
            continue
        header = re.fullmatch(r"\[([^\[\]]+)\]", text.strip())
        if header is not None and not line[:1].isspace():
            section = header[1]
        elif line[:1].isspace() and found:
            # A list may begin on the line after its name: that is no empty assignment.
            last = found.pop() if not found[-1].value else found[-1]
            found.append(_Setting(last.section, f"+{last.name.lstrip('+')}", text.strip(), At(source.path, number)))
        elif "=" in text and section:
            name, _, value = text.partition("=")
            found.append(_Setting(section, name.strip(), value.strip(), At(source.path, number)))
        else:
            raise BadImportError(source.path, f"expected [Section] or Setting=value, found {text[:60]!r}", number)
    return found


@dataclass(slots=True)
class _Reader:
    terms: Terms
    request: Request
    lists: dict[str, list[tuple[str, At]]] = field(default_factory=lambda: {name: [] for name in _LISTS})
    values: dict[str, str] = field(default_factory=dict)
    unrelated: list[tuple[str, At]] = field(default_factory=list)

    def read(self, source: Source, *, main: bool) -> None:
        """Read a file; beside a `main` one, its mkosi.conf.d and the chosen profiles too."""
        settings = _settings(source)
        if not self._matches(settings):
            return
        for setting in settings:
            self._take(setting)
        if main:
            self._directory(source.path, "mkosi.conf.d")
            for profile in self.terms.profiles:
                self._one(source.path, f"mkosi.profiles/{profile}")

    def _directory(self, at: Path, name: str) -> None:
        siblings = self.terms.includes.siblings
        for path in sorted((*siblings(at, f"{name}/*.conf"), *siblings(at, f"{name}/*/mkosi.conf"))):
            relative = path.relative_to(at.parent).as_posix()
            self.read(self.terms.includes.read(relative, at, None), main=path.name == "mkosi.conf")

    def _one(self, at: Path, name: str) -> None:
        """Read `name`.conf, or `name`/mkosi.conf, whichever is there."""
        for pattern in (f"{name}.conf", f"{name}/mkosi.conf", name):
            if (at.parent / pattern).is_file():
                main = Path(pattern).name == "mkosi.conf"
                self.request.profiles.add(Path(name).name)
                self.read(self.terms.includes.read(pattern, at, None), main=main)
                return

    def _take(self, setting: _Setting) -> None:
        name, value = setting.name.lstrip("+"), setting.value
        if setting.section in ("Match", "TriggerMatch"):
            return
        if name in self.lists:
            if not value:
                self.lists[name].clear()
            self.lists[name] += [(word.strip("\"'"), setting.at) for word in _SPLIT.findall(value)]
        elif name == "Include":
            for word in _SPLIT.findall(value):
                self._include(word.strip("\"'"), setting.at)
        elif name in ("Distribution", "Release", "Architecture", "WithRecommends", "ImageId", "LocalMirror"):
            self.values[name] = value
        elif name == "Profiles":
            self.request.lose(f"Profiles={value}", "profiles are chosen with --profile", setting.at)
        elif name in _NOT_IN:
            self.request.lose(f"{name}={value}", _NOT_IN[name], setting.at)
        else:
            self.unrelated.append((name, setting.at))

    def _include(self, name: str, at: At) -> None:
        beside = at.file.parent / name
        if not re.search(r"[./]", name) and not beside.exists():
            self.request.lose(f"Include={name}", "a configuration that comes with mkosi", at)
        elif beside.is_dir() and not self.terms.includes.outside(name, at.file):
            self.read(self.terms.includes.read(f"{name}/mkosi.conf", at.file, at.line), main=True)
        else:
            self.read(self.terms.includes.read(name, at.file, at.line), main=False)

    def _matches(self, settings: list[_Setting]) -> bool:
        """Return whether the file's conditions hold; one that cannot be decided leaves the file out, and says so."""
        conditions = [setting for setting in settings if setting.section in ("Match", "TriggerMatch")]
        if not conditions:
            return True
        unknown = next((one for one in conditions if self._holds(one) is None), None)
        if unknown is not None or any(one.section == "TriggerMatch" for one in conditions):
            decided = unknown or conditions[0]
            what = f"[{decided.section}] {decided.name}={decided.value}"
            why = "whether it applies is not decided here; the file is not read"
            self.request.lose(what, why, decided.at)
            return False
        plain = all(self._holds(one) for one in conditions if not one.value.startswith("|"))
        triggers = [bool(self._holds(one)) for one in conditions if one.value.startswith("|")]
        return plain and (not triggers or any(triggers))

    def _holds(self, condition: _Setting) -> bool | None:
        value = condition.value.removeprefix("|")
        wanted = value.removeprefix("!")
        if condition.name == "Profiles":
            self.request.profiles.add(wanted)
            found = wanted in self.terms.profiles
        elif condition.name == "Architecture":
            found = _ARCHITECTURES.get(wanted, wanted) == self._arch()
        elif condition.name in ("Distribution", "Release") and condition.name in self.values:
            if re.match(r"[<>=]", wanted):
                return None
            found = wanted == self.values[condition.name]
        else:
            return None
        return found != value.startswith("!")

    def _arch(self) -> str:
        named = self.values.get("Architecture", "")
        return self.terms.arch or _ARCHITECTURES.get(named, named) or self.request.default_arch

    def finish(self, source: Source) -> None:
        for name, at in self.lists["Packages"]:
            self.request.want(name, at)
        for name, at in self.lists["RemovePackages"]:
            self.request.forbid(name, at, note="RemovePackages takes it out after all is installed")
        recommends = self.values.get("WithRecommends", "")
        self.request.weak = recommends.lower() in _TRUE
        self.request.weak_note = f"WithRecommends={recommends}" if recommends else "WithRecommends is off by default"
        self.request.arch = self.terms.arch or (self._arch() if "Architecture" in self.values else None)
        self.request.releasever = self.values.get("Release") or None
        self.request.name = self.values.get("ImageId") or None
        self._repositories(source)
        self.request.unrelated(self.unrelated)

    def _repositories(self, source: Source) -> None:
        distribution = "-".join(filter(None, (self.values.get("Distribution"), self.values.get("Release"))))
        mirror, at = self.values.get("LocalMirror"), At(source.path)
        name = distribution or "distribution"
        own = "the distribution's own, which mkosi knows"
        if distribution or mirror or not self.lists["Repositories"]:
            self.request.repositories.append(AskedRepository(name, at, (mirror,) if mirror else (), own, named=False))
        for name, place in self.lists["Repositories"]:
            self.request.repositories.append(AskedRepository(name, place, (), "an id that mkosi knows"))


def _read(source: Source, terms: Terms) -> Request:
    reader = _Reader(terms, Request("mkosi", source.path, arch=terms.arch))
    reader.read(source, main=True)
    reader.finish(source)
    return reader.request


FORMAT = Format("mkosi.conf", _recognise, _read)
