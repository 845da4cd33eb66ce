"""A steering request as what a format writes: the packages it names, as narrowly as it names them."""

from __future__ import annotations

from optimizer.answer.manifest import Manifest
from optimizer.export.request import Request, Wanted, evr_of, nevra_of
from optimizer.universe.steer import SteeringRequest


def steering_request(found: SteeringRequest, manifest: Manifest) -> Request:
    """Return a request for a format out of the one found for a manifest's packages."""
    by_nevra = {nevra_of(package): package for package in manifest.packages}
    pinned = (by_nevra[nevra] for nevra in found.pins)
    wanted = [
        *(Wanted(name) for name in found.names),
        *(Wanted(package.name, package.arch, evr_of(package)) for package in pinned),
    ]
    ordered = sorted(wanted, key=lambda one: (one.name, one.arch or "", one.evr or ""))
    return Request(tuple(ordered), found.excludes, weak=found.weak, full=False)
