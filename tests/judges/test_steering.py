"""The shortest request for real answers: dnf itself, asked anew, installs exactly the answer and needs every word."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.answer.judges.dnf import Dnf
from optimizer.answer.steering import Steered
from optimizer.inquiry import steer_answer
from optimizer.pipeline import Settings
from optimizer.problem.load import load_problem
from optimizer.universe.steer import SteeringRequest
from tests.demo.recipes import DEMO
from tests.judges.answers import answer, peers
from tests.peers.dnf import DnfAnswer, run_dnf
from tests.problems.files import PROBLEMS

pytestmark = [pytest.mark.data, pytest.mark.tool("dnf")]

PEERS = {peer.path: peer for peer in peers()}
SHORT = {  # words and packages; CentOS 7.2 answers what is asked of it with little steering
    PROBLEMS / "real" / "cs9-host.yaml": (8, 180),
    PROBLEMS / "real" / "c7-atomic-host.yaml": (27, 266),
    DEMO / "upstream-only.yaml": (19, 81),
}


def steered(path: Path, data: Path) -> tuple[Steered, Dnf]:
    manifest = answer(path).manifest
    assert manifest is not None
    return steer_answer(manifest, load_problem(path), Settings(mirror=data, time_limit_s=1))


def asked(path: Path, request: SteeringRequest, data: Path, scratch: Path) -> DnfAnswer:
    """Return what dnf makes of a request that excludes nothing."""
    assert request.excludes == ()
    peer = PEERS[path]
    return run_dnf(
        peer.directories(data),
        [*request.names, *request.pins],
        scratch,
        releasever=peer.release.version,
        platform=peer.release.platform,
    )


@pytest.mark.parametrize("path", SHORT, ids=lambda path: path.stem)
def test_dnf_installs_the_answer_for_the_short_request(path: Path, data_directory: Path, tmp_path: Path) -> None:
    found, dnf = steered(path, data_directory)
    result = answer(path)
    wanted = {result.instance.packages[index].nevra for index in result.solution.packages}
    assert found.request is not None
    assert (found.request.size, len(wanted)) == SHORT[path]
    assert (dnf.unable, dnf.version.partition(".")[0]) == ("", "4")
    said = asked(path, found.request, data_directory, tmp_path)
    assert said.problem is None
    assert set(said.nevras) == wanted


def test_dnf_needs_every_word(data_directory: Path, tmp_path: Path) -> None:
    path = PROBLEMS / "real" / "cs9-host.yaml"
    request = steered(path, data_directory)[0].request
    assert request is not None
    whole = asked(path, request, data_directory, tmp_path)
    for name in request.names:
        fewer = SteeringRequest(names=tuple(other for other in request.names if other != name))
        assert asked(path, fewer, data_directory, tmp_path) != whole


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (PROBLEMS / "photon-1.0-tp1-minimal.yaml", "python2 = 2.7.9-1"),
        (DEMO / "demo.yaml", "no repository has stub:attestation-agent-0.noarch"),
    ],
    ids=lambda held: getattr(held, "stem", None),
)
def test_what_must_be_rebuilt_or_made_cannot_be_asked_for(path: Path, why: str, data_directory: Path) -> None:
    found, _ = steered(path, data_directory)
    assert found.request is None
    assert why in "\n".join(found.why)
