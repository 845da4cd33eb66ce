"""Kickstart files: %packages sections, repositories, modules.

Read here and not by pykickstart, which opens whatever a %include names, over the network too, keeps no line of a
package, and gives up at the first command that its version does not know. The tests hold the two against each other.
Nothing of a script is run or read. Source: pykickstart's docs/kickstart-docs.rst, chapters 3 and 12.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from optimizer.imports.error import BadImportError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.source import Source

_SCRIPTS = frozenset(("%pre", "%pre-install", "%post", "%preun", "%traceback", "%onerror"))
_SECTION = re.compile(r"%[a-z][a-z-]*")
_WEAK = frozenset(("--exclude-weakdeps", "--excludeWeakdeps"))
_CARRIED = frozenset(("--nocore", "--ignoremissing", "--multilib", *_WEAK))
_OTHER_SOURCES = frozenset(("cdrom", "harddrive", "hmc", "nfs", "liveimg", "ostreesetup", "ostreecontainer"))


def _recognise(probe: Probe) -> bool:
    words = {line.split()[0] for line in probe.lines}
    return "%packages" in words or ("%end" in words and bool(words & {"url", "repo", "rootpw", "lang"}))


@dataclass(slots=True)
class _Packages:
    """The %packages sections together: a later line overrules an earlier, the last header decides the options."""

    seen: At | None = None
    options: frozenset[str] = frozenset()
    included: dict[str, At] = field(default_factory=dict)
    excluded: dict[str, At] = field(default_factory=dict)
    groups: dict[str, At] = field(default_factory=dict)
    environment: tuple[str, At] | None = None

    def include(self, name: str, at: At) -> None:
        self.excluded.pop(name, None)
        self.included.setdefault(name, at)

    def exclude(self, name: str, at: At) -> None:
        self.included.pop(name, None)
        self.excluded.setdefault(name, at)


@dataclass(slots=True)
class _Reader:
    terms: Terms
    request: Request
    packages: _Packages = field(default_factory=_Packages)
    unrelated: list[tuple[str, At]] = field(default_factory=list)

    def read(self, source: Source) -> None:
        lines = _Lines(source)
        for at, line in lines:
            word = line.split()[0]
            if word in ("%include", "%ksappend"):
                included = self._included(line, at)
                if included is not None:
                    self.read(included)
            elif word == "%packages":
                self._section(lines, line, at)
            elif word in _SCRIPTS:
                lines.skip()
                self.request.lose(word, "scripts are not run; packages they install are not seen", at)
            elif _SECTION.fullmatch(word):
                lines.skip()
                self.unrelated.append((word, at))
            else:
                self._command(word, line, at)

    def _included(self, line: str, at: At) -> Source | None:
        """Return what a line includes, None after saying why it is not read."""
        name = line.partition(" ")[2].strip()
        if "://" in name or name.startswith("/"):
            # Scripts write such files while the installer runs, so that the rest can be read is of use.
            self.request.lose(line, "not read: it is not beside this file", at)
            return None
        return self.terms.includes.read(name, at.file, at.line)

    def _section(self, lines: _Lines, header: str, at: At) -> None:
        self.packages.seen = self.packages.seen or at
        options = frozenset("--exclude-weakdeps" if word in _WEAK else word for word in _words(header, at)[1:])
        for option in sorted(self.packages.options - options):
            self.request.lose(f"%packages {option}", "a later section goes without, and the last one decides", at)
        for option in sorted(options - _CARRIED):
            self.request.lose(f"%packages {option}", "not about which packages are in", at)
        self.packages.options = options & _CARRIED
        self._entries(lines)

    def _entries(self, lines: _Lines) -> None:
        for at, line in lines.section():
            if line.split()[0] == "%include":
                source = self._included(line, at)
                if source is not None:
                    self._entries(_Lines(source))
            elif line.startswith(("@", "-@")):
                self._group(line, at)
            elif line.startswith("-"):
                self.packages.exclude(line[1:].strip(), at)
            else:
                self.packages.include(line, at)

    def _group(self, line: str, at: At) -> None:
        if line.startswith("-@"):
            name = line[2:].strip()
            if self.packages.environment is not None and name == f"^{self.packages.environment[0]}":
                self.packages.environment = None
            elif self.packages.groups.pop(name, None) is None:
                self.request.lose(line, "a group is not kept out, only not asked for", at)
            return
        words = line[1:].split()
        options = [word for word in words if word.startswith("--")]
        name = " ".join(word for word in words if not word.startswith("--"))
        if name.startswith("^"):
            if self.packages.environment is not None:
                old, place = self.packages.environment
                self.request.lose(f"@^{old}", "another environment follows, and there is one at most", place)
            self.packages.environment = (name[1:], at)
        else:
            self.packages.groups.setdefault(name, at)
        for option in options:
            what = "optional packages of the group are not asked for" if option == "--optional" else ""
            what = "default packages of the group are asked for too" if option == "--nodefaults" else what
            self.request.lose(line, what or "an option that is not known", at)

    def _command(self, word: str, line: str, at: At) -> None:
        if word in ("repo", "url"):
            self._repository(word, _options(line, at), at)
        elif word == "module":
            options = _options(line, at)
            stream = f"{options.get('--name', '')}:{options.get('--stream', '')}"
            if "--disable" in options:
                self.request.lose(line, "a module that is turned off", at)
            elif stream.endswith(":"):
                self.request.lose(line, "a module without a stream: the default one is taken anyway", at)
            else:
                self.request.modules.append((stream, at))
        elif word in _OTHER_SOURCES:
            self.request.lose(line, "packages from a place that is no repository of URLs", at)
        else:
            self.unrelated.append((word, at))

    def _repository(self, word: str, options: dict[str, str], at: At) -> None:
        name = options.get("--name", "install" if word == "url" else "")
        url = options.get("--baseurl") or options.get("--url")
        instead = " ".join(f"{key}={options[key]}" for key in ("--metalink", "--mirrorlist") if options.get(key))
        self.request.repositories.append(AskedRepository(name, at, (url,) if url else (), instead))
        for key in ("--excludepkgs", "--includepkgs"):
            if options.get(key):
                what = f"{key}={options[key]} of the repository {name}"
                self.request.lose(what, "a problem takes a repository as it is", at)


class _Lines:
    """The lines of a file that hold something, taken one by one or by section."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines()
        self._next = 0

    def __iter__(self) -> Iterator[tuple[At, str]]:
        while self._next < len(self._lines):
            number, text = self._lines[self._next]
            self._next += 1
            line = text.partition("#")[0].strip() if not text.lstrip().startswith("%") else text.strip()
            if line:
                yield At(self._source.path, number), line

    def section(self) -> Iterator[tuple[At, str]]:
        """Yield the lines up to %end, or to the next section, as it was before there was an %end."""
        for at, line in self:
            word = line.split()[0]
            if word == "%end":
                return
            if word != "%include" and _SECTION.fullmatch(word):
                self._next -= 1
                return
            yield at, line

    def skip(self) -> None:
        """Pass over a section whose lines are not ours to understand."""
        while self._next < len(self._lines):
            self._next += 1
            if self._lines[self._next - 1][1].split()[:1] == ["%end"]:
                return


def _words(line: str, at: At) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as error:
        raise BadImportError(at.file, f"expected quotes that are closed: {error}", at.line) from error


def _options(line: str, at: At) -> dict[str, str]:
    """Return the options of a command, `--name=value` or `--name value`."""
    found: dict[str, str] = {}
    last = ""
    for word in _words(line, at)[1:]:
        if word.startswith("--"):
            last, _, value = word.partition("=")
            found[last] = value
        elif last and not found[last]:
            found[last] = word
    return found


def _read(source: Source, terms: Terms) -> Request:
    request = Request("kickstart", source.path, arch=terms.arch)
    reader = _Reader(terms, request)
    reader.read(source)
    packages = reader.packages
    if packages.seen is not None and "--nocore" not in packages.options:
        request.want("core", packages.seen, group=True, note="%packages has no --nocore")
    if packages.environment is not None:
        request.want(packages.environment[0], packages.environment[1], group=True, note="an environment")
    for name, at in packages.groups.items():
        # A stream is written like a group: @nodejs:18.
        request.want(f"@{name}", at)
    for name, at in packages.included.items():
        request.want(name, at, optional="--ignoremissing" in packages.options)
    for name, at in packages.excluded.items():
        request.forbid(name, at)
    request.multilib = "--multilib" in packages.options
    request.weak = "--exclude-weakdeps" not in packages.options
    request.weak_note = "" if request.weak else "--exclude-weakdeps"
    request.unrelated(reader.unrelated)
    return request


FORMAT = Format("kickstart file (%packages)", _recognise, _read)
