"""Every format by name: an explicit table, each module imported when it is asked for."""

from __future__ import annotations

from importlib import import_module

from optimizer.export.format import Format, SolverFormat

#: Name to module, which has its description as `FORMAT`; in the order in which `pkgset export --list` shows them.
FORMATS = {
    "rpm-package-manifest": "optimizer.export.rpm_package_manifest",
    "rpms-lock": "optimizer.export.rpms_lock",
    "kickstart": "optimizer.export.kickstart",
    "rpm-ostree-treefile": "optimizer.export.treefile",
    "rpm-ostree-lockfile": "optimizer.export.ostree_lock",
    "osbuild-blueprint": "optimizer.export.blueprint",
    "osbuild-manifest": "optimizer.export.osbuild_manifest",
    "mkosi": "optimizer.export.mkosi",
    "kiwi": "optimizer.export.kiwi",
    "photon-installer": "optimizer.export.photon",
    "photon-packages": "optimizer.export.photon_packages",
    "image-customizer": "optimizer.export.image_customizer",
    "bazeldnf": "optimizer.export.bazeldnf",
    "containerfile": "optimizer.export.containerfile",
    "containerfile-bootc": "optimizer.export.containerfile_bootc",
    "dnf-arguments": "optimizer.export.dnf_arguments",
    "dnf-transaction": "optimizer.export.dnf_transaction",
    "repository-file": "optimizer.export.repository_file",
    "comps-group": "optimizer.export.comps_group",
    "content-resolver-workload": "optimizer.export.content_resolver",
    "content-resolver-unwanted": "optimizer.export.content_resolver_unwanted",
    "cyclonedx": "optimizer.export.cyclonedx",
    "spdx": "optimizer.export.spdx",
    "dot": "optimizer.export.dot",
    "libsolv-testcase": "optimizer.export.testcase",
    "koji": "optimizer.export.koji",
    "copr": "optimizer.export.copr",
}

#: Formats for other solvers: the question, not the answer.
SOLVER_FORMATS = {
    "cudf": "optimizer.export.cudf_file",
    "opb": "optimizer.export.opb",
    "wcnf": "optimizer.export.wcnf",
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
