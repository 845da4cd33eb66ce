"""Every target by name."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import imports, planted, problems, repositories, results

TARGETS: dict[str, Target] = {
    target.name: target for target in (*repositories.TARGETS, *problems.TARGETS, *results.TARGETS, *imports.TARGETS)
}


def find(name: str) -> Target:
    """Return a target by name, the planted one too."""
    return planted.TARGET if name == planted.TARGET.name else TARGETS[name]
