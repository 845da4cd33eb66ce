"""What a choice of module streams leaves available; in a module of its own, as it is asked where start-up counts."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec


class ModuleSelection(msgspec.Struct, frozen=True):
    """What the active streams (`module:stream`, sorted) leave available, as libdnf filters.

    `active_artifacts` stay; `excluded_artifacts` belong to other streams only; `active_names` are the names of
    active binary artifacts, whose other packages are out, and so are packages that provide such a name.
    """

    active: tuple[str, ...] = ()
    active_artifacts: frozenset[str] = frozenset()
    excluded_artifacts: frozenset[str] = frozenset()
    active_names: frozenset[str] = frozenset()

    def excludes(self, nevra: str, name: str, provided_names: Iterable[str] = ()) -> bool:
        """Return whether a package, its NEVRA with the epoch written, is out; repositories do not matter to this."""
        if nevra in self.active_artifacts:
            return False
        out = nevra in self.excluded_artifacts or name in self.active_names
        return out or any(provided in self.active_names for provided in provided_names)


def artifact_name(artifact: str) -> str:
    """Return the package name of `name-epoch:version-release.arch`."""
    return artifact.rsplit("-", 2)[0]
