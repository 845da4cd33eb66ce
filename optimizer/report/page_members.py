"""What an answer's packages and features are called on a page, and which features lead to which package."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.answer.manifest import Manifest, ManifestPackage
from optimizer.answer.stored import StoredResult, identity
from optimizer.model.solution import Solution
from optimizer.report.anchor import package_anchors, unique_anchors
from optimizer.report.attribution import attribute
from optimizer.universe.instance import Instance


@dataclass(frozen=True, slots=True)
class Member:
    """A package of the manifest: the id of its row, and the features that lead to it."""

    package: ManifestPackage
    anchor: str
    features: tuple[int, ...]

    @property
    def size(self) -> int:
        """Installed bytes, 0 where nobody knows."""
        return self.package.installed_size or 0


@dataclass(frozen=True, slots=True)
class Members:
    """An answer's packages in the manifest's order; `feature_anchors` has an id for each feature of the Instance."""

    instance: Instance
    manifest: Manifest
    prefix: str
    packages: tuple[Member, ...]
    feature_anchors: tuple[str, ...]


def name_members(stored: StoredResult, instance: Instance, solution: Solution, prefix: str) -> Members:
    """Return the packages of an answer with the ids of a page whose ids begin with `prefix`."""
    manifest = stored.manifest
    indices = {(instance.packages[i].nevra, instance.packages[i].repository): i for i in solution.packages}
    leading = attribute(instance, frozenset(solution.packages))
    anchors = package_anchors(manifest.packages, manifest.arch, prefix)
    return Members(
        instance,
        manifest,
        prefix,
        tuple(
            Member(package, anchor, leading[indices[identity(package)]])
            for package, anchor in zip(manifest.packages, anchors, strict=True)
        ),
        tuple(unique_anchors("feature", [feature.text for feature in instance.features], prefix)),
    )
