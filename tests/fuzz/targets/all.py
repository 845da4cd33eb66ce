"""Every target by name."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import certificates, imports, planted, problems, repositories, results

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (repositories, problems, results, certificates, imports)
    for target in module.TARGETS
}


def find(name: str) -> Target:
    """Return a target by name, the planted one too."""
    return planted.TARGET if name == planted.TARGET.name else TARGETS[name]
