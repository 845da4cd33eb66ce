"""Which packages a choice of module streams leaves available."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from optimizer.repository.error import BadRepositoryData, NoSuchModule
from optimizer.repository.module_selection import ModuleSelection, artifact_name
from optimizer.repository.modulemd import DefaultStream, Requires, Stream, read_documents

#: Comparisons of streams in one choice: some seconds, and room for thousands of modules.
MOST_STEPS = 5_000_000

_PLATFORM = "platform"
_SOURCE_ARCHITECTURES = (".src", ".nosrc")


@dataclass(frozen=True, slots=True)
class Modules:
    """The module metadata of one repository, or of several united."""

    streams: tuple[Stream, ...] = ()
    defaults: tuple[DefaultStream, ...] = ()

    def united(self, other: Modules) -> Modules:
        """Return the metadata of both."""
        return Modules(self.streams + other.streams, self.defaults + other.defaults)

    def select(self, named: tuple[str, ...]) -> ModuleSelection:
        """Return what is available when the streams `named` (`module:stream`) are enabled.

        Each other module has its default stream active, if it has one, and streams that active ones require
        are active where only one fits. Raises NoSuchModule. Source: dnf.modularity(7), libdnf's modular filter.
        """
        active = _Resolution(self.streams, default_streams(self.defaults), _named(self.streams, named)).resolve()
        chosen = [stream for stream in self.streams if active.get(stream.module) == (stream.stream, stream.context)]
        others = [stream for stream in self.streams if active.get(stream.module) != (stream.stream, stream.context)]
        included = frozenset(artifact for stream in chosen for artifact in stream.artifacts)
        excluded = frozenset(artifact for stream in others for artifact in stream.artifacts)
        latest: dict[str, Stream] = {}
        for stream in chosen:
            if stream.module not in latest or stream.version > latest[stream.module].version:
                latest[stream.module] = stream
        names = frozenset(name for stream in chosen for name in _filtering_names(stream, latest[stream.module]))
        return ModuleSelection(
            tuple(sorted({str(stream) for stream in chosen})), included, excluded - included, names
        )


def default_streams(defaults: Iterable[DefaultStream]) -> dict[str, str]:
    """Return each module's default stream; two equally new documents that disagree leave it without one."""
    newest: dict[str, int] = {}
    streams: dict[str, set[str]] = {}
    for default in defaults:
        if default.modified > newest.get(default.module, -1):
            newest[default.module], streams[default.module] = default.modified, set()
        if default.modified == newest[default.module]:
            streams[default.module].add(default.stream)
    return {module: next(iter(names)) for module, names in streams.items() if len(names) == 1}


def read_modules(file: BinaryIO, repository: str = "") -> Modules:
    """Return the streams and default streams of a modules file; raises BadRepositoryData."""
    return Modules(*read_documents(file, repository))


def _filtering_names(stream: Stream, latest: Stream) -> Iterator[str]:
    """Demodularized names count as the latest version of an active stream has them."""
    demodularized = frozenset(latest.demodularized)
    for artifact in stream.artifacts:
        name = artifact_name(artifact)
        # Source packages provide nothing and must not take binary packages of their name away.
        if not artifact.endswith(_SOURCE_ARCHITECTURES) and name not in demodularized:
            yield name


def _named(streams: tuple[Stream, ...], named: tuple[str, ...]) -> dict[str, str]:
    known = sorted({str(stream) for stream in streams})
    chosen: dict[str, str] = {}
    for text in named:
        module, _, stream = text.partition(":")
        if text not in known:
            import difflib

            of_module = [name for name in known if name.startswith(f"{module}:")]
            nearest = of_module or difflib.get_close_matches(text, known, n=3, cutoff=0.5)
            raise NoSuchModule(text, "no repository has this module stream", tuple(nearest))
        if chosen.setdefault(module, stream) != stream:
            raise NoSuchModule(text, f"{module}:{chosen[module]} is named too, one stream of a module can be active")
    return chosen


class _Resolution:
    """Active streams grow by what they require; a default stream that cannot have it gives way, a named one not."""

    def __init__(self, streams: tuple[Stream, ...], defaults: dict[str, str], named: dict[str, str]) -> None:
        self._by_module: dict[str, list[Stream]] = {}
        # Of a stream's contexts that fit, dnf takes the first by name, however new the others are.
        for stream in sorted(streams, key=lambda stream: (stream.context, -stream.version)):
            self._by_module.setdefault(stream.module, []).append(stream)
        known = {module: {stream.stream for stream in group} for module, group in self._by_module.items()}
        possible = {module: stream for module, stream in defaults.items() if stream in known.get(module, ())}
        self._active = possible | named
        self._firm = set(named)
        self._refused: set[tuple[str, str]] = set()
        self._contexts: dict[str, tuple[str, str]] = {}
        self._steps = 0

    def resolve(self) -> dict[str, tuple[str, str]]:
        """Return the active stream and context of each module that has one."""
        while self._step():
            pass
        return self._contexts

    def _count(self, steps: int) -> None:
        """Each round may settle every module again: what a distribution never needs would take days."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise BadRepositoryData("", "", "streams that require too much of each other", file="modules")

    def _step(self) -> bool:
        before = dict(self._active)
        self._contexts = {}
        for module in sorted(self._active, key=lambda module: (module not in self._firm, module)):
            self._settle(module)
        return before != self._active

    def _settle(self, module: str) -> None:
        firm = module in self._firm
        self._count(1 + len(self._by_module[module]))
        candidates = [stream for stream in self._by_module[module] if stream.stream == self._active[module]]
        # What leaves the defaults as they are comes first.
        for overriding in (False, True) if firm else (False,):
            for stream in candidates:
                missing = self._missing_of_any(stream, overriding=overriding)
                if missing is not None:
                    self._active |= missing
                    self._firm |= set(missing) if firm else set()
                    self._contexts[module] = (stream.stream, stream.context)
                    return
        if firm:
            needs = " or ".join(_words(requires) for stream in candidates for requires in stream.requires)
            raise NoSuchModule(f"{module}:{self._active[module]}", f"needs one stream of {needs}: name it as well")
        self._refused.add((module, self._active.pop(module)))

    def _missing_of_any(self, stream: Stream, *, overriding: bool) -> dict[str, str] | None:
        found = (self._missing(requires, overriding=overriding) for requires in stream.requires or ((),))
        return next((missing for missing in found if missing is not None), None)

    def _missing(self, requires: Requires, *, overriding: bool) -> dict[str, str] | None:
        """Return the streams to activate so that `requires` holds, None where that cannot be or is a choice.

        `overriding` lets them come before another module's default.
        """
        added: dict[str, str] = {}
        for module, fitting in requires:
            self._count(1 + len(fitting))
            active = self._active.get(module)
            if module == _PLATFORM or (active is not None and _fits(active, fitting)):
                continue
            if active is not None and (module in self._firm or not overriding):
                return None
            candidates = self._by_module.get(module, ())
            self._count(len(candidates) * (1 + len(fitting)))
            streams = {stream.stream for stream in candidates if _fits(stream.stream, fitting)}
            possible = [stream for stream in streams if (module, stream) not in self._refused]
            if len(possible) != 1:
                return None
            added[module] = possible[0]
        return added


def _fits(stream: str, fitting: tuple[str, ...]) -> bool:
    wanted = [name for name in fitting if not name.startswith("-")]
    return f"-{stream}" not in fitting and (not wanted or stream in wanted)


def _words(requires: Requires) -> str:
    return ", ".join(f"{module}[{', '.join(streams)}]" for module, streams in requires if module != _PLATFORM)
