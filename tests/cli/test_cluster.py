"""`--scheduler`: a real Dask cluster of processes gives what this machine gives; workers that die cost nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from optimizer.universe.snapshot import encode_instance
from tests.cli.conftest import Run
from tests.cli.instances import weighted_cover
from tests.cli.test_family import IMAGES
from tests.demo.recipes import DEMO
from tests.requirements import missing

_CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        print(cluster.scheduler_address, *(held.pid for held in cluster.workers.values()), flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """The address of a scheduler, and the processes that watch over its two workers."""
    if find_spec("distributed") is None:
        missing("pip install distributed")
    directory = tmp_path_factory.mktemp("cluster")
    script = directory / "cluster.py"
    script.write_text(_CLUSTER)
    process = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    address, *workers = process.stdout.readline().split()
    yield address, [int(worker) for worker in workers]
    process.communicate(timeout=60)


def _files(directory: Path) -> dict[str, bytes]:
    found = sorted(path for path in directory.rglob("*") if path.is_file() and path.name != "run.json")
    return {str(path.relative_to(directory)): path.read_bytes() for path in found}


def test_the_cluster_gives_what_this_machine_gives(run: Run, cluster: tuple[str, list[int]], tmp_path: Path) -> None:
    files = [DEMO / f"{name}.yaml" for name in ("weights", "objective", "infeasible", "infeasible-limit", "limits")]
    here = run("solve", *files, "-o", tmp_path / "here", "--jobs", "2")
    there = run("solve", *files, "-o", tmp_path / "there", "--jobs", "2", "--scheduler", cluster[0])
    assert (there.exit_code, there.err) == (here.exit_code, here.err) == (1, "")
    assert there.out.replace(str(tmp_path / "there"), "") == here.out.replace(str(tmp_path / "here"), "")
    assert _files(tmp_path / "there") == _files(tmp_path / "here")
    record = json.loads((tmp_path / "there" / "demo-weights" / "run.json").read_bytes())
    assert [(held["judge"], held["verdict"]) for held in record["judges"]] == [
        ("verify", "accepted"),
        ("libsolv", "accepted"),
    ]


def test_a_family_on_the_cluster_is_what_it_is_here(run: Run, cluster: tuple[str, list[int]], tmp_path: Path) -> None:
    clashing = IMAGES + "    limits: {packages: 1}\n"
    files = []
    for name, images in (("fleet", IMAGES), ("without", clashing)):
        files.append(tmp_path / f"{name}.yaml")
        files[-1].write_text(f"format: 1\n{images}", encoding="utf-8")
    files.append(DEMO / "weights.yaml")
    here = run("solve", *files, "-o", tmp_path / "here")
    there = run("solve", *files, "-o", tmp_path / "there", "--scheduler", cluster[0])
    assert (there.exit_code, there.err) == (here.exit_code, here.err) == (1, "")
    assert there.out.replace(str(tmp_path / "there"), "") == here.out.replace(str(tmp_path / "here"), "")
    assert _files(tmp_path / "there") == _files(tmp_path / "here")
    assert {Path(name).parts[0] for name in _files(tmp_path / "there")} == {"fleet", "without", "demo-weights"}


def test_a_sweep_on_the_cluster(
    run: Run, cluster: tuple[str, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outs = []
    for place, options in (("here", ()), ("there", ("--scheduler", cluster[0]))):
        monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / f"cache-{place}"))
        varied = ("--set", "limits.packages=null,1,many", "--set", "policy.downstream=shipped,rebuilt")
        printed = run("sweep", DEMO / "weights.yaml", *varied, "-o", tmp_path / place, "--csv", "-", *options)
        outs.append((printed.exit_code, printed.out, _files(tmp_path / place)))
    assert outs[0] == outs[1]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks into /proc for the worker that is busy")
def test_a_worker_that_dies_loses_nothing(cluster: tuple[str, list[int]], tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        hard = weighted_cover(name, packages=150, features=200, providers=8)
        (tmp_path / f"{name}.instance").write_bytes(encode_instance(hard))
    files = [str(tmp_path / f"{name}.instance") for name in ("first", "second", "third")]
    command = [sys.executable, "-m", "optimizer", "solve", *files, "--time-limit", "4", "--json"]
    process = subprocess.Popen(
        [*command, "-o", str(tmp_path / "out"), "--scheduler", cluster[0]], stdout=subprocess.PIPE, text=True
    )
    busy = _busiest(_children_of(cluster[1]))
    os.kill(busy, signal.SIGKILL)
    out, _ = process.communicate(timeout=120)
    told = json.loads(out)
    assert [held["status"] for held in told] == ["not proven"] * 3
    assert [held["problem"] for held in told] == ["first", "second", "third"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["first", "second", "third"]
    assert process.returncode == 3


@pytest.mark.parametrize("command", [["solve"], ["sweep", "--set", "limits.packages=60"]])
def test_a_scheduler_that_is_not_there_is_told(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch, cluster: tuple[str, list[int]]
) -> None:
    monkeypatch.setattr("optimizer.batch.cluster.CONNECT_TIMEOUT_S", 1)
    printed = run(*command, DEMO / "weights.yaml", "--no-write", "--scheduler", "tcp://127.0.0.1:9")
    assert (printed.exit_code, printed.out) == (2, "")
    assert printed.err.startswith("pkgset: --scheduler tcp://127.0.0.1:9: ")


def _children_of(processes: list[int]) -> Callable[[], list[int]]:
    return lambda: [held for held in processes if Path(f"/proc/{held}").is_dir()]


def _busiest(alive: Callable[[], list[int]]) -> int:
    """Return the process that has used half a second of processor time since this was asked, once there is one."""
    before = {held: _ticks(held) for held in alive()}
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for held in alive():
            if _ticks(held) - before.get(held, 0) > os.sysconf("SC_CLK_TCK") // 2:
                return held
        time.sleep(0.05)
    raise AssertionError("no worker was busy within a minute")


def _ticks(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
