"""Problems over real repositories have proven answers that both judges accept, or none for the reason they give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.pipeline import Settings, solve_file, solve_problem
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Limits, Problem
from tests.problems.files import (
    PROBLEMS,
    infeasible_files,
    library_files,
    library_infeasible_files,
    real_files,
    relative,
)

pytestmark = pytest.mark.data

INFEASIBLE = [*infeasible_files(), *library_infeasible_files()]

# Photon sources that CentOS 7.2 has no counterpart of; each list's own, beyond those of the one before.
DIVERGENT = {
    "micro": {"tdnf"},
    "minimal": {"cloud-init", "docker", "python-jsonpatch", "python-prettytable", "xml-security-c"},
    "full": {
        "dparted",
        "etcd",
        "haveged",
        "kubernetes",
        "libgsystem",
        "ostree",
        "perl-Config-IniFiles",
        "perl-Exporter-Tiny",
        "perl-JSON-XS",
        "perl-Types-Serialiser",
        "perl-common-sense",
        "rocket",
        "rpm-ostree",
        "rpm-ostree-toolbox",
        "stub:busybox",
    },
}

# How many sources each list of the library has to keep of its own, stubs included; the first objective, so unique.
DIVERGENCE = {
    "photon-1.0-tp1-micro": 1,
    "photon-1.0-tp1-minimal": 6,
    "photon-1.0-tp1-minimal-strict": 9,
    "photon-1.0-tp1-optional": 17,
    "photon-1.0-tp1-full": 21,
    "photon-1.0-tp1-micro-opensuse": 12,
    "photon-1.0-tp1-minimal-opensuse": 22,
    "photon-1.0-tp1-full-opensuse": 79,
    "photon-1.0-container": 1,
    "photon-1.0-ga-ami": 5,
    "photon-1.0-ga-appliance": 2,
    "photon-1.0-ga-azure": 6,
    "photon-1.0-ga-extra": 39,
    "photon-1.0-ga-full": 41,
    "photon-1.0-ga-gce": 9,
    "photon-1.0-ga-micro": 1,
    "photon-1.0-ga-minimal": 5,
    "photon-1.0-ga-minimal-ova": 5,
    "photon-1.0-ga-minimal-strict": 9,
    "photon-1.0-ga-ostree-host": 6,
    "photon-1.0-ga-ostree-server": 5,
    "photon-1.0-ga-ovs": 4,
    "photon-1.0-ga-uefi": 5,
    "photon-5.0-ami": 34,
    "photon-5.0-ami-in-step": 1,
    "photon-5.0-appliance": 4,
    "photon-5.0-appliance-in-step": 3,
    "photon-5.0-azure": 36,
    "photon-5.0-azure-in-step": 1,
    "photon-5.0-container": 2,
    "photon-5.0-developer": 140,
    "photon-5.0-developer-in-step": 2,
    "photon-5.0-gce": 54,
    "photon-5.0-gce-in-step": 8,
    "photon-5.0-metapackage-minimal": 31,
    "photon-5.0-metapackage-minimal-in-step": 1,
    "photon-5.0-minimal": 34,
    "photon-5.0-minimal-in-step": 1,
    "photon-5.0-minimal-strict": 38,
    "photon-5.0-ova": 32,
    "photon-5.0-ova-in-step": 1,
    "photon-5.0-rt": 168,
    "photon-5.0-rt-in-step": 4,
    "centos-atomic-host-2015-04": 13,
    "fedora-atomic-host-2015-04": 16,
    "container-host-2015": 2,
    "container-host-2015-least": 1,
    "container-host-2025": 0,
    "cs9-container-base-limited": 0,
    "cs9-small-host": 0,
    "fedora-32-remix": 1,
    "opensuse-microos-host": 0,
}

# What makes each problem without an answer one, nothing where it is a limit.
_ATOMIC = frozenset(
    (
        "atomic",
        "cloud-init",
        "cloud-utils-growpart",
        "docker",
        "etcd",
        "flannel",
        "kubernetes",
        "nss-altfiles",
        "ostree-grub2",
        "rpm-ostree",
    )
)
CULPRITS: dict[str, frozenset[str]] = {
    "c7-docker-missing": frozenset(("docker",)),
    "cs9-gcc-ahead-of-base": frozenset(("gcc",)),
    "cs9-host-too-small": frozenset(),
    "cs9-two-sound-servers": frozenset(("pulseaudio",)),
    "centos-atomic-host-2015-04-as-is": _ATOMIC | {"cadvisor", "centos-release-atomic", "cockpit"},
    "fedora-atomic-host-2015-04-as-is": _ATOMIC
    | {
        "cockpit-bridge",
        "cockpit-docker",
        "cockpit-shell",
        "docker-storage-setup",
        "fedora-release",
        "python-docker-py",
    },
    "container-host-2025-rkt": frozenset(("(rkt or rocket)",)),
    "cs9-small-host-in-256-mib": frozenset(),
    "fedora-32-remix-with-edition": frozenset(("fedora-release-container",)),
    "opensuse-microos-host-whole": frozenset(
        (
            "btrfsprogs",
            "ca-certificates",
            "ca-certificates-mozilla",
            "NetworkManager-wifi",
            "libnss_usrfiles2",
            "rebootmgr",
            "systemd",
            "group(nobody)",
            "user(nobody)",
            "btrfsmaintenance",
            "busybox",
            "chrony",
            "MicroOS-release",
            "glibc-locale-base",
            "health-checker",
            "health-checker-plugins-MicroOS",
            "issue-generator",
            "microos-tools",
            "snapper",
            "vim-small",
            "systemd-presets-branding-MicroOS",
            "yast2-logs",
            "grub2",
            "grub2-x86_64-efi",
            "mokutil",
            "shim",
            "transactional-update",
            "transactional-update-zypp-config",
            "zypper-needs-restarting",
            "systemd-logger",
            "fcoe-utils",
            "(grub2-branding-openSUSE if branding-openSUSE)",
        )
    ),
}


@pytest.fixture
def settings(data_directory: Path) -> Settings:
    return Settings(mirror=data_directory, divergence=False)


@pytest.mark.parametrize("path", real_files(), ids=relative)
def test_real_problem_has_a_proven_answer_that_its_judges_accept(path: Path, settings: Settings) -> None:
    result = solve_file(path, settings)

    assert result.record.status == "proven"
    assert {judgement.verdict for judgement in result.record.judges} == {"accepted"}
    assert result.solution.packages


@pytest.mark.parametrize("path", library_files(), ids=relative)
def test_library_problem_is_proven_accepted_and_diverges_as_much_as_it_must(path: Path, settings: Settings) -> None:
    result = solve_file(path, settings)

    instance = result.instance
    kept = {instance.packages[package].source for package in result.solution.packages}
    own = [number for number in kept if number is not None and instance.sources[number].origin != "upstream"]
    assert result.record.status == "proven"
    assert {judgement.verdict for judgement in result.record.judges} == {"accepted"}
    assert len(own) == DIVERGENCE[path.stem]


@pytest.mark.parametrize(
    ("name", "lists"),
    [("micro", ["micro"]), ("minimal", ["micro", "minimal"]), ("full", ["micro", "minimal", "full"])],
)
def test_photon_diverges_where_centos_has_no_counterpart_and_nowhere_else(
    name: str, lists: list[str], settings: Settings
) -> None:
    result = solve_file(PROBLEMS / f"photon-1.0-tp1-{name}.yaml", replace(settings, divergence=True))

    assert result.record.status == "proven"
    assert result.divergence is not None
    assert {entry.reason for entry in result.divergence.entries} == {"absent"}
    assert {entry.source for entry in result.divergence.entries} == set().union(*(DIVERGENT[part] for part in lists))


def test_without_stand_ins_their_photon_sources_diverge_as_well(settings: Settings) -> None:
    result = solve_file(PROBLEMS / "photon-1.0-tp1-minimal-strict.yaml", replace(settings, divergence=True))

    stand_ins = {"iana-etc", "inetutils", "photon-release"}
    assert result.record.status == "proven"
    assert result.divergence is not None
    assert {entry.source for entry in result.divergence.entries} == (
        DIVERGENT["micro"] | DIVERGENT["minimal"] | stand_ins
    )


@pytest.mark.parametrize("path", INFEASIBLE, ids=relative)
def test_infeasible_problem_has_no_answer_but_for_what_it_blames(path: Path, settings: Settings) -> None:
    problem = load_problem(path)

    assert solve_problem(problem, settings).record.status == "infeasible"
    assert solve_problem(_without_culprit(problem), settings).record.status == "proven"


def _without_culprit(problem: Problem) -> Problem:
    """The same question without the demands that the file's comment says cannot be met."""
    culprits = CULPRITS[problem.name]
    if not culprits:
        return replace(problem, limits=Limits())
    kept = tuple(feature for feature in problem.features if str(feature.require) not in culprits)
    assert len(kept) == len(problem.features) - len(culprits)
    return replace(problem, features=kept)


@pytest.mark.parametrize("name", [path.stem for path in INFEASIBLE])
def test_the_comment_of_an_infeasible_problem_names_what_it_blames(name: str) -> None:
    (path,) = PROBLEMS.glob(f"*/infeasible/{name}.yaml")
    comment = path.read_text(encoding="utf-8").partition("\nformat:")[0].replace("\n# ", " ").lower()

    assert comment.startswith("# infeasible: ")
    assert [culprit for culprit in CULPRITS[name] if _plain(culprit) not in comment] == []


def _plain(culprit: str) -> str:
    return culprit.strip("()").partition(" ")[0].partition("-pulseaudio")[0].lower()


@pytest.mark.parametrize("name", ["centos-atomic-host-2015-04-as-is", "fedora-atomic-host-2015-04-as-is"])
def test_nobody_provides_what_an_atomic_host_is_said_to_lack(name: str, settings: Settings) -> None:
    instance = solve_file(PROBLEMS / "atomic-hosts" / "infeasible" / f"{name}.yaml", settings).instance

    lacking = {
        feature.text
        for feature in instance.features
        if isinstance(feature.formula, int) and not instance.capabilities[feature.formula].providers
    }
    assert lacking == CULPRITS[name]
