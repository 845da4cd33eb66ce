"""Every format by name: an explicit table, each module imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from optimizer.export.format import Format, SolverFormat

#: Name to module, which has its description as `FORMAT`; in the order in which `pkgset export --list` shows them.
FORMATS = {
    "rpm-package-manifest": "optimizer.export.rpm_package_manifest",
}

#: Formats for other solvers: the question, not the answer.
SOLVER_FORMATS = {
    "cudf": "optimizer.export.cudf_file",
}


class UnknownFormatError(ValueError):
    """A name that no format bears."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.known = (*FORMATS, *SOLVER_FORMATS)

    def __str__(self) -> str:
        return f"there is no format {self.name!r}"


def load_format(name: str) -> Format | SolverFormat:
    """Return the format of a name; raises UnknownFormatError."""
    module = FORMATS.get(name) or SOLVER_FORMATS.get(name)
    if module is None:
        raise UnknownFormatError(name)
    found: Format | SolverFormat = import_module(module).FORMAT
    return found
