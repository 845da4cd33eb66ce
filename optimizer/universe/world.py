"""The libsolv pool of one problem, and the questions the rest of the room asks it.

The pool is set up as dnf and zypper set up theirs for RPM: same-name packages of different colours may live side
by side (POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, libsolv src/rules.c), obsoletes match names, not provides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import solv

from optimizer.problem.dependency import Capability, Comparison, Dependency
from optimizer.problem.problem import Origin

_FLAGS = {
    Comparison.LT: solv.REL_LT,
    Comparison.LE: solv.REL_LT | solv.REL_EQ,
    Comparison.EQ: solv.REL_EQ,
    Comparison.GE: solv.REL_GT | solv.REL_EQ,
    Comparison.GT: solv.REL_GT,
}

PREREQUISITE_MARKER: int = solv.SOLVABLE_PREREQMARKER
FILE_MARKER: int = solv.SOLVABLE_FILEMARKER
#: libsolv's dividers between kinds of dependencies, which are no dependencies.
MARKERS = frozenset((PREREQUISITE_MARKER, FILE_MARKER))


class Texts(dict[int, str]):
    """The dependencies of a pool in RPM syntax, by libsolv's ids, each spelt when it is first asked for."""

    def __init__(self, pool: Any) -> None:
        super().__init__()
        self._pool = pool

    def __missing__(self, dependency_id: int) -> str:
        text = self[dependency_id] = self._pool.dep2str(dependency_id)
        return str(text)


class World(msgspec.Struct):
    """A pool, its considered solvables, and what is known of each repository in it.

    `origins` maps a libsolv repository id to the origin of its packages; repositories made by us are not in it.
    `scratch` are two solvables that are no candidates, to compare versions with; they exist from the start because
    libsolv's map of considered solvables does not grow.
    `admitted` keeps what was already chosen of the repositories' packages, by what that depends on. `only` are all
    packages that were loaded, where none but candidates were, and `versions` what stands beside each repository then.
    """

    pool: Any
    origins: dict[int, Origin] = msgspec.field(default_factory=dict)
    considered: list[int] = msgspec.field(default_factory=list)
    scratch: tuple[int, int] = (0, 0)
    admitted: dict[Any, Any] = msgspec.field(default_factory=dict)
    only: tuple[int, ...] | None = None
    versions: dict[int, bytes] = msgspec.field(default_factory=dict)
    _ids: dict[Dependency, int] = msgspec.field(default_factory=dict)
    _solvables: dict[int, Any] = msgspec.field(default_factory=dict)
    _origins: dict[int, Origin | None] = msgspec.field(default_factory=dict)
    texts: Texts = msgspec.UNSET  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.texts = Texts(self.pool)

    def solvable(self, solvable_id: int) -> Any:
        """Return libsolv's solvable, which stays the same object: making one costs more than most questions to it."""
        solvable = self._solvables.get(solvable_id)
        if solvable is None:
            solvable = self._solvables[solvable_id] = self.pool.id2solvable(solvable_id)
        return solvable

    def text(self, dependency_id: int) -> str:
        """Return a dependency in RPM syntax."""
        return self.texts[dependency_id]

    def providers(self, dependency_id: int) -> list[int]:
        """Return the ids of the considered solvables that provide a dependency, ascending."""
        return [solvable.id for solvable in self.pool.whatprovides(dependency_id)]

    def dependency_id(self, dependency: Dependency) -> int:
        """Return libsolv's id of a parsed dependency, made where it does not exist.

        Ids are kept: building its index libsolv forgets where they are, and the next question costs milliseconds
        (libsolv src/pool.c, pool_createwhatprovides calls pool_freeidhashes).
        """
        identifier = self._ids.get(dependency)
        if identifier is None:
            identifier = self._ids[dependency] = self._dependency_id(dependency)
        return identifier

    def _dependency_id(self, dependency: Dependency) -> int:
        if not isinstance(dependency, Capability):
            return int(self.pool.parserpmrichdep(str(dependency)).id)
        name = self.pool.str2id(dependency.name)
        if dependency.comparison is None:
            return int(name)
        return int(self.pool.rel2id(name, self.pool.str2id(dependency.evr), _FLAGS[dependency.comparison]))

    def look_up(self, capabilities: Iterable[str]) -> None:
        """Find the ids of capabilities that may be asked for once the index is built, where libsolv has them."""
        for text in capabilities:
            name, *bound = text.split(" ")
            name_id = self.pool.str2id(name, False)
            if not name_id:
                continue
            if not bound:
                self._ids[Capability(name)] = name_id
            elif len(bound) == 2 and bound[0] in Comparison.__members__.values():
                comparison, evr_id = Comparison(bound[0]), self.pool.str2id(bound[1], False)
                identifier = evr_id and self.pool.rel2id(name_id, evr_id, _FLAGS[comparison], False)
                if identifier:
                    self._ids[Capability(name, comparison, bound[1])] = identifier

    def dependencies(self, solvable: Any, key: int) -> list[int]:
        """Return the ids of a solvable's dependencies under a tag, markers left out."""
        found: list[int] = solvable.lookup_idarray(key, 0)
        return found if MARKERS.isdisjoint(found) else [one for one in found if one not in MARKERS]

    def bearers(self, name: str) -> list[Any]:
        """Return the considered solvables of a name, ascending by id: all that have a name provide it.

        Source: libsolv src/selection.c, selection_name, which rests on the same.
        """
        name_id = self._ids.get(Capability(name)) or self.pool.str2id(name, False)
        found = map(self.solvable, self.providers(name_id)) if name_id else ()
        return [solvable for solvable in found if solvable.nameid == name_id]

    def set_dependencies(self, solvable: Any, key: int, identifiers: Iterable[int]) -> None:
        """Give a solvable just these dependencies under a tag; a marker divides Requires from Requires(pre)."""
        solvable.unset(key)
        marker = -1 if key == solv.SOLVABLE_REQUIRES else 0
        for identifier in identifiers:
            if self.is_marker(identifier):
                marker = 1
                continue
            solvable.add_deparray(key, identifier, marker)

    @staticmethod
    def is_marker(identifier: int) -> bool:
        """Return whether an id is libsolv's divider between kinds of dependencies, not a dependency."""
        return identifier in MARKERS

    def origin(self, solvable: Any) -> Origin | None:
        """Return the origin of a solvable's repository, None for repositories made by us."""
        identifier = solvable.id
        if identifier not in self._origins:
            self._origins[identifier] = self.origins.get(solvable.repo.id)
        return self._origins[identifier]

    def admit_only(self, identifiers: Iterable[int], versions: dict[int, bytes]) -> None:
        """Note that nothing but candidates was loaded; `versions` is JSON by the repository's id (`reader`)."""
        self.only, self.versions = tuple(identifiers), versions

    def consider(self, solvable_ids: Iterable[int]) -> None:
        """Make these solvables the whole world: no other provides anything from now on."""
        self.considered = sorted(solvable_ids)
        self.pool.set_considered_list(self.considered)

    def index_paths(self) -> None:
        """Give the packages that have a file path any dependency names a Provides of that path."""
        self.pool.addfileprovides()

    def index(self) -> None:
        """(Re)build the index of providers among the considered solvables."""
        self.pool.createwhatprovides()

    def considered_solvables(self) -> Iterator[Any]:
        """Yield the considered solvables in ascending order of their ids."""
        return map(self.pool.id2solvable, self.considered)


def libsolv_version() -> str:
    """Return the version of the installed `solv` distribution, empty where it is not to be told.

    The bindings do not say; the name of the metadata directory beside them does, at a hundredth of the cost of
    importlib.metadata.
    """
    found = Path(solv.__file__).parent.parent.glob("solv-*.dist-info")
    return next((path.name.removeprefix("solv-").removesuffix(".dist-info") for path in sorted(found)), "")


def new_world(arch: str) -> World:
    """Return an empty world for an RPM architecture."""
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch(arch)
    pool.set_flag(solv.Pool.POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1)
    repository = pool.add_repo("@scratch")
    return World(pool, scratch=(repository.add_solvable().id, repository.add_solvable().id))
