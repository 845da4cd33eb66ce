"""Whether the sizes a problem bounds or minimises are known (policy `unknown_size: error`)."""

from __future__ import annotations

from optimizer.problem.problem import ObjectiveKind
from optimizer.universe.instance import Instance


class UnknownSizeError(ValueError):
    """A candidate whose size nobody knows, in a problem that counts sizes: which size, and whose."""

    def __init__(self, problem: str, kind: str, nevras: tuple[str, ...]) -> None:
        super().__init__(problem, kind, nevras)
        self.problem, self.kind, self.nevras = problem, kind, nevras

    def __str__(self) -> str:
        named = ", ".join(self.nevras[:5]) + (f" and {len(self.nevras) - 5} more" if len(self.nevras) > 5 else "")
        return (
            f"{self.problem}: policy.unknown_size is `error`, and the {self.kind} of {len(self.nevras)} candidates "
            f"is unknown: {named}; say `zero` or a size"
        )


def check_known_sizes(instance: Instance) -> None:
    """Raise UnknownSizeError if the Instance counts a size that is unknown of a candidate and allows no stand-in."""
    if instance.unknown_bytes is not None:
        return
    counted = {objective.value for objective in instance.objectives} | {limit.kind.value for limit in instance.limits}
    for kind, attribute in (
        (ObjectiveKind.INSTALLED_SIZE, "installed_bytes"),
        (ObjectiveKind.DOWNLOAD_SIZE, "download_bytes"),
    ):
        unknown = tuple(package.nevra for package in instance.packages if getattr(package, attribute) is None)
        if unknown and kind.value in counted:
            raise UnknownSizeError(instance.problem, kind.value, unknown)
