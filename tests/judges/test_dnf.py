"""dnf 4, given every package of an answer by its full name, installs exactly these."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.judges.answers import Peer, answer, peers, problem_id
from tests.peers.dnf import run_dnf

pytestmark = [pytest.mark.data, pytest.mark.tool("dnf")]

PEERS = peers()


@pytest.fixture(scope="session")
def dnf_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of dnf's for all questions of a process."""
    return tmp_path_factory.mktemp("dnf")


def test_dnf_is_asked_about_every_real_repository_it_can_read() -> None:
    assert {identifier for peer in PEERS for identifier, _ in peer.repositories} >= {
        "centos-7.2.1511",
        "centos-8-subset",
        "centos-stream-9-appstream",
        "centos-stream-9-baseos",
        "fedora-32-subset",
        "openstack-mitaka-el7",
    }
    assert sum(peer.path.parent.name == "real" for peer in PEERS) >= 50


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: problem_id(peer.path))
def test_the_answer_resolves_to_itself(peer: Peer, data_directory: Path, dnf_root: Path) -> None:
    result = answer(peer.path)
    assert result.manifest is not None
    wanted = {result.instance.packages[index].nevra for index in result.solution.packages}
    said = run_dnf(
        peer.directories(data_directory),
        sorted(wanted),
        dnf_root,
        releasever=peer.release.version,
        platform=peer.release.platform,
        modules=peer.modules,
    )
    assert said.problem is None
    assert set(said.nevras) == wanted
