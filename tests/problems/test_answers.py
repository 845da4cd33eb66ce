"""Problems over real repositories have proven answers that both judges accept, or none for the reason they give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from optimizer.pipeline import Settings, solve_file, solve_problem
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Limits, Problem
from tests.problems.files import PROBLEMS, infeasible_files, real_files, relative

pytestmark = pytest.mark.data

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


@pytest.fixture
def settings(data_directory: Path) -> Settings:
    return Settings(mirror=data_directory, divergence=False)


@pytest.mark.parametrize("path", real_files(), ids=relative)
def test_real_problem_has_a_proven_answer_that_its_judges_accept(path: Path, settings: Settings) -> None:
    result = solve_file(path, settings)

    assert result.record.status == "proven"
    assert {judgement.verdict for judgement in result.record.judges} == {"accepted"}
    assert result.solution.packages


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


@pytest.mark.parametrize("path", infeasible_files(), ids=relative)
def test_infeasible_problem_has_no_answer_but_for_what_it_blames(path: Path, settings: Settings) -> None:
    problem = load_problem(path)

    assert solve_problem(problem, settings).record.status == "infeasible"
    assert solve_problem(_without_culprit(problem), settings).record.status == "proven"


def _without_culprit(problem: Problem) -> Problem:
    """The same question without the one demand that the file's comment says cannot be met."""
    culprits = {
        "c7-docker-missing": "docker",
        "cs9-gcc-ahead-of-base": "gcc",
        "cs9-host-too-small": "a limit",
        "cs9-two-sound-servers": "pulseaudio",
    }
    culprit = culprits[problem.name]
    if culprit == "a limit":
        return replace(problem, limits=Limits())
    kept = tuple(feature for feature in problem.features if str(feature.require) != culprit)
    assert len(kept) == len(problem.features) - 1
    return replace(problem, features=kept)
