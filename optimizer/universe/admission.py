"""Which packages of a repository may be chosen, by architecture, module streams and version alone.

Where only the newest can be candidates this is known before any problem asks, so the process that reads a repository
(`reader`) leaves the others out of what it writes. It pays for each import, and imports no more than it must.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from optimizer.repository.module_selection import ModuleSelection

# Solvables of SUSE repositories that are no packages one could install.
_NO_PACKAGES = ("patch:", "srcpackage:", "application:")

Eligible = list[tuple[int, int, "Any"]]
"""Name id and arch id of solvables, and these themselves: asking libsolv for one costs more than to keep it."""


def eligible_packages(
    pool: Any, solvables: Iterable[Any], architectures: Iterable[str], modules: ModuleSelection
) -> Eligible:
    """Return the solvables of one pool that architecture and module streams admit, in their order."""
    arch_ids = {pool.str2id(arch) for arch in architectures}
    suspects = _suspect_names(pool, modules)
    names: dict[int, bool] = {}
    found = []
    for solvable in solvables:
        arch_id = solvable.archid
        if arch_id not in arch_ids:
            continue
        name_id = solvable.nameid
        if name_id not in names:
            names[name_id] = not solvable.name.startswith(_NO_PACKAGES)
        if not names[name_id]:
            continue
        if (name_id in suspects or modules.active_names) and _masked(pool, solvable, modules):
            continue
        found.append((name_id, arch_id, solvable))
    return found


def newest_packages(eligible: Eligible) -> list[int]:
    """Return the ids of the newest of each name and architecture, the first of equals."""
    best: dict[tuple[int, int], Any] = {}
    for name_id, arch_id, solvable in eligible:
        key = (name_id, arch_id)
        held = best.get(key)
        if held is None or held.evrcmp(solvable) < 0:
            best[key] = solvable
    return [solvable.id for solvable in best.values()]


def versions_by_name(pool: Any, eligible: Eligible) -> dict[str, list[str]]:
    """Return every eligible `[epoch:]version-release` by `name.arch`, sorted, each once."""
    found: dict[tuple[int, int], set[int]] = {}
    for name_id, arch_id, solvable in eligible:
        found.setdefault((name_id, arch_id), set()).add(solvable.evrid)
    texts = {held: pool.id2str(held) for held in {arch for _, arch in found}.union(*found.values())}
    named = {
        f"{pool.id2str(name)}.{texts[arch]}": sorted(texts[evr_id] for evr_id in held)
        for (name, arch), held in found.items()
    }
    return {name: named[name] for name in sorted(named)}


def _suspect_names(pool: Any, modules: ModuleSelection) -> frozenset[int]:
    """Return the ids of the names that a package of a module stream bears: no other can be masked by NEVRA."""
    artifacts = modules.excluded_artifacts | modules.active_artifacts
    return frozenset(pool.str2id(artifact.rsplit("-", 2)[0]) for artifact in artifacts)


def _masked(pool: Any, solvable: Any, modules: ModuleSelection) -> bool:
    evr = solvable.evr if ":" in solvable.evr else f"0:{solvable.evr}"
    provided: Iterable[str] = ()
    if modules.active_names:
        import solv

        identifiers = solvable.lookup_idarray(solv.SOLVABLE_PROVIDES, 0)
        kept = (held for held in identifiers if held != solv.SOLVABLE_FILEMARKER)
        provided = (pool.dep2str(held).partition(" ")[0] for held in kept)
    return modules.excludes(f"{solvable.name}-{evr}.{solvable.arch}", solvable.name, provided)
