"""Which packages a pin admits."""

from __future__ import annotations

from typing import Any

import solv

from optimizer.problem.problem import Origin, Pin
from optimizer.universe.virtual import equivalent_name
from optimizer.universe.world import World


def admits(world: World, pin: Pin, solvable: Any) -> bool:
    """Return whether a pin lets a solvable be in; what upstream has for a name is no downstream package of it."""
    if solvable.name == equivalent_name(pin.name):
        return pin.origin is not Origin.DOWNSTREAM and pin.repository is None
    if solvable.name != pin.name:
        return True
    if pin.relation is not None:
        relation = world.dependency_id(pin.relation)
        if not solvable.matchesdep(solv.SOLVABLE_NAME, relation):
            return False
    if pin.origin is not None and world.origin(solvable) is not pin.origin:
        return False
    return pin.repository is None or solvable.repo.name == pin.repository
