"""What a choice of module streams leaves available; in a module of its own, as it is asked where start-up counts."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class ModuleSelection:
    """What the active streams (`module:stream`, sorted) leave available, as libdnf filters.

    `active_artifacts` stay; `excluded_artifacts` belong to other streams only; `active_names` are the names of
    active binary artifacts, whose other packages are out, and so are packages that provide such a name.
    """

    # Written out: the process that reads a repository has no site-packages, and `dataclasses` costs it 10 ms.
    __slots__ = ("active", "active_artifacts", "active_names", "excluded_artifacts")

    def __init__(
        self,
        active: tuple[str, ...] = (),
        active_artifacts: frozenset[str] = frozenset(),
        excluded_artifacts: frozenset[str] = frozenset(),
        active_names: frozenset[str] = frozenset(),
    ) -> None:
        self.active = active
        self.active_artifacts = active_artifacts
        self.excluded_artifacts = excluded_artifacts
        self.active_names = active_names

    def excludes(self, nevra: str, name: str, provided_names: Iterable[str] = ()) -> bool:
        """Return whether a package, its NEVRA with the epoch written, is out; repositories do not matter to this."""
        if nevra in self.active_artifacts:
            return False
        out = nevra in self.excluded_artifacts or name in self.active_names
        return out or any(provided in self.active_names for provided in provided_names)


def artifact_name(artifact: str) -> str:
    """Return the package name of `name-epoch:version-release.arch`."""
    return artifact.rsplit("-", 2)[0]
