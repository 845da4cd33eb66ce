"""Results of small Instances made by hand, written as `pkgset solve` writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from optimizer.export.results import write_results
from optimizer.pipeline import Settings, solve_instance
from optimizer.universe.instance import Instance, LimitKind, PackageOrigin
from optimizer.universe.instance import Limit as Bound
from tests.model.making import make, package


def hardly_small(**changes: Any) -> Instance:
    """An Instance with two ways to have `top`, of which one diverges, and something of most rules."""
    held = [
        package("top", installed_bytes=10),
        package("slim", installed_bytes=7, origin=PackageOrigin.DOWNSTREAM),
        package("wide", installed_bytes=30),
        package("more", installed_bytes=40),
        package("bonus", installed_bytes=5),
        package("nice", installed_bytes=3),
    ]
    fields: dict[str, Any] = {
        "provides": {"core": ["slim", "wide"]},
        "requires": [("top", "core"), ("wide", ("any", "more", ("all", "bonus", ("not", "nice"))))],
        "recommends": [("top", "nice")],
        "conflicts": [("slim", "bonus")],
        "required": ["top"],
        "optional": [("bonus", 4)],
        "limits": [Bound(kind=LimitKind.PACKAGES, maximum=5)],
        "objectives": ["divergence", "features", "weak", "installed_size", "packages"],
    }
    return make(held, **(fields | changes))


def written(instance: Instance, directory: Path) -> Path:
    """Solve an Instance and return its result's directory."""
    return write_results(solve_instance(instance, Settings()), directory)
