"""`pkgset certify`: what it certifies is true, what it cannot it refuses, and a changed certificate is refused."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from optimizer.certify import make as making
from optimizer.certify.certificate import CERTIFICATE, SUMS, Certificate, sums
from optimizer.certify.prover import prover_version
from optimizer.certify.questions import Questions
from optimizer.cli.main import main
from optimizer.export.results import write_results
from optimizer.pipeline import Settings, solve_file
from optimizer.universe.snapshot import compress_instance, read_instance
from tests.certify.results import hardly_small, written
from tests.model.making import make
from tests.requirements import PROJECT_ROOT, require_tool

if prover_version() is None:
    pytest.skip("pip install 'pkgset[certify]'", allow_module_level=True)


def run(*words: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result directory with its certificate."""
    result = written(hardly_small(), tmp_path_factory.mktemp("certified"))
    assert run("certify", "-q", result) == 0
    return result


@pytest.fixture
def copy(certified: Path, tmp_path: Path) -> Path:
    """A certificate of one's own, to change."""
    return Path(shutil.copytree(certified / "certificate", tmp_path / "copy"))


def sign(directory: Path) -> None:
    """Make the digests right again, as whoever changes a certificate on purpose would."""
    files = {path.name: path.read_bytes() for path in directory.iterdir() if path.name != SUMS}
    (directory / SUMS).write_bytes(sums(files))


def change_json(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")


def test_a_certificate_holds_by_itself_and_beside_its_result(
    certified: Path, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("certify", "--check", certified) == 0
    assert run("certify", "--check", copy) == 0
    said = capsys.readouterr().out
    assert "nothing is better; proof checked" in said
    assert "checked by pkgset and Exact" in said
    document = json.loads((copy / CERTIFICATE).read_bytes())
    assert [(one["objective"], one["value"]) for one in document["refutations"]] == [
        ("divergence", 0), ("features", 4), ("weak", 0), ("installed_size", 88), ("packages", 5)
    ]  # fmt: skip


def test_the_same_result_gives_the_same_certificate(certified: Path, tmp_path: Path) -> None:
    assert run("certify", "-q", certified, "-o", tmp_path / "again") == 0
    for path in (certified / "certificate").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


def test_one_byte_anywhere_is_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = Random(7)
    for path in sorted(copy.iterdir()):
        content = path.read_bytes()
        for place in {0, len(content) - 1, *(random.randrange(len(content)) for _ in range(4))}:
            changed = bytearray(content)
            changed[place] ^= 1 << random.randrange(8)
            path.write_bytes(changed)
            assert run("certify", "--check", copy) == 4, (path.name, place)
            if path.name not in (CERTIFICATE, SUMS):  # and where the digests have been made to fit
                digests = (copy / SUMS).read_bytes()
                sign(copy)
                again = run("certify", "--check", copy)
                equal = path.suffix == ".pbp" or path.name in ("manifest.json", "problem.instance")
                assert again == 4 or equal, (path.name, place)
                (copy / SUMS).write_bytes(digests)
        path.write_bytes(content)
    assert run("certify", "--check", copy) == 0
    assert "something was changed" in capsys.readouterr().err


@pytest.mark.parametrize("step", [-1, 1])
@pytest.mark.parametrize("place", range(5))
def test_another_optimum_is_refused_however_well_it_is_dressed(copy: Path, place: int, step: int) -> None:
    """The forger makes every file fit the value that is claimed, but has no proof of it."""

    def claim(document: Any) -> None:
        document["refutations"][place]["value"] += step

    change_json(copy / CERTIFICATE, claim)
    dress(copy)
    assert run("certify", "--check", copy) == 4


def dress(directory: Path) -> None:
    """Make every file that follows from certificate.json and the Instance anew."""
    certificate = msgspec.json.decode((directory / CERTIFICATE).read_bytes(), type=Certificate)
    instance = read_instance(directory / "problem.instance")
    values = [one.value for one in certificate.refutations if one.value is not None]
    questions = Questions.about(instance, values)
    lines = (directory / "answer.tsv").read_text().splitlines()
    chosen = frozenset(index for index in range(len(instance.packages)) if "\t1\t" in lines[index])
    certificate = msgspec.structs.replace(certificate, instance=making.digest(instance))
    files = {f"{one.name}.opb": one.content for one in questions.better()}
    files |= making.answer_files(questions, chosen) | making.described(certificate)
    for name, content in files.items():
        (directory / name).write_bytes(content)
    sign(directory)


def leave_out_the_last_stage(document: Any, where: Path) -> None:
    document["refutations"].pop()
    for path in where.glob("5-packages.*"):
        path.unlink()


def leave_proofs_out(document: Any, where: Path) -> None:
    document["level"] = "solvers agree"
    document["accepted_by"] = ["pkgset"]
    for held in document["refutations"]:
        (where / held.pop("proof")).unlink()
        held.update(agreed_by=["clasp", "clasp"], steps=0)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (leave_out_the_last_stage, "what is not certified"),
        (lambda document, _where: document.update(not_certified=[]), "what is not certified"),
        (lambda document, _where: document.update(accepted_by=["VeriPB"]), "who checked the answer"),
        (leave_proofs_out, "claims 'solvers agree'"),
    ],
    ids=["a stage less", "nothing left out", "another checker", "one solver twice"],
)
def test_a_certificate_that_claims_more_than_it_shows_is_refused(
    copy: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Any, Path], None], complaint: str
) -> None:
    """The forger makes every file fit a certificate that is right but for one word about itself."""
    change_json(copy / CERTIFICATE, lambda document: change(document, copy))
    dress(copy)
    assert run("certify", "--check", copy) == 4
    assert complaint in capsys.readouterr().err


def test_dressing_alone_changes_nothing(copy: Path) -> None:
    dress(copy)
    assert run("certify", "--check", copy) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"requires": [("top", "core")]},  # a cheaper answer is allowed
        {"conflicts": [("slim", "bonus"), ("wide", "bonus")]},  # the answer is not
        {"limits": []},  # what is best stays best, and the proof is still of another formula
    ],
)
def test_another_instance_is_refused(copy: Path, changed: dict[str, Any]) -> None:
    (copy / "problem.instance").write_bytes(compress_instance(hardly_small(**changed)))
    sign(copy)
    assert run("certify", "--check", copy) == 4
    dress(copy)
    assert run("certify", "--check", copy) == 4


def changed_files() -> Iterator[tuple[str, Callable[[Path], object]]]:
    yield "a file more", lambda where: (where / "more").write_bytes(b"")
    yield "a file less", lambda where: (where / "README.md").unlink()
    yield "a name that is no text", lambda where: Path(os.fsdecode(os.fsencode(where) + b"/\xff")).touch()
    yield "a directory", lambda where: (where / "more").mkdir()
    yield "a link", lambda where: (where / "more").symlink_to("README.md")
    yield "a proof less", lambda where: (where / "5-packages.pbp").unlink()
    yield "a proof of something else", lambda where: shutil.copy(where / "1-divergence.pbp", where / "5-packages.pbp")
    yield (
        "no steps",
        lambda where: change_json(where / CERTIFICATE, lambda held: held["refutations"][4].update(steps=1)),
    )
    yield "a stage less", lambda where: change_json(where / CERTIFICATE, lambda held: held["refutations"].pop())
    yield "no stage", lambda where: change_json(where / CERTIFICATE, lambda held: held["refutations"].clear())
    yield (
        "another claim",
        lambda where: change_json(where / CERTIFICATE, lambda held: held.update(claim="infeasible")),
    )
    yield (
        "another level",
        lambda where: change_json(where / CERTIFICATE, lambda held: held.update(level="solvers agree")),
    )
    yield "another problem", lambda where: change_json(where / CERTIFICATE, lambda held: held.update(problem="other"))
    yield "no proof", lambda where: change_json(where / CERTIFICATE, lambda held: held["refutations"][0].pop("proof"))
    yield (
        "another file",
        lambda where: change_json(
            where / CERTIFICATE, lambda held: held["refutations"][0].update(proof="../1-divergence.pbp")
        ),
    )
    yield "no JSON", lambda where: (where / CERTIFICATE).write_bytes(b"{")
    yield "no Instance", lambda where: (where / "problem.instance").write_bytes(b"{}")
    yield "no manifest", lambda where: (where / "manifest.json").write_bytes(b"{}")
    yield "another manifest", lambda where: change_json(where / "manifest.json", lambda held: held["packages"].pop())
    yield (
        "another checksum",
        lambda where: change_json(
            where / "manifest.json", lambda held: held["packages"][0].update(checksum="sha256:0")
        ),
    )
    yield (
        "other totals",
        lambda where: change_json(where / "manifest.json", lambda held: held["totals"].update(packages=1)),
    )
    yield (
        "another answer",
        lambda where: (where / "answer.tsv").write_bytes(
            (where / "answer.tsv").read_bytes().replace(b"\t1\t", b"\t0\t", 1)
        ),
    )


@pytest.mark.parametrize(("_what", "change"), list(changed_files()), ids=[what for what, _ in changed_files()])
@pytest.mark.parametrize("signed", [False, True])
def test_changed_files_are_refused(copy: Path, _what: str, change: Callable[[Path], object], signed: bool) -> None:
    change(copy)
    if signed and all(path.is_file() and path.name.isascii() for path in copy.iterdir()):
        sign(copy)
    assert run("certify", "--check", copy) == 4


def test_a_proof_may_come_compressed(copy: Path) -> None:
    plain = copy / "4-installed_size.pbp"
    (copy / "4-installed_size.pbp.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    change_json(copy / CERTIFICATE, lambda held: held["refutations"][3].update(proof="4-installed_size.pbp.gz"))
    dress(copy)
    assert run("certify", "--check", copy) == 0
    (copy / "4-installed_size.pbp.gz").write_bytes(gzip.compress(b"nothing") + b"x")
    sign(copy)
    assert run("certify", "--check", copy) == 4


def test_a_certificate_of_another_version_says_so(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "README.md").write_text("other words")
    sign(copy)
    assert run("certify", "--check", copy) == 4
    assert "made it, " not in capsys.readouterr().err
    change_json(copy / CERTIFICATE, lambda held: held["versions"].update(pkgset="9.9"))
    sign(copy)
    assert run("certify", "--check", copy) == 4
    assert "README.md is not what" in (said := capsys.readouterr().err)
    assert "; pkgset 9.9 made it, " in said


def test_a_certificate_of_another_answer_is_refused_beside_a_result(certified: Path, tmp_path: Path) -> None:
    other = written(hardly_small(optional=[("bonus", 5)]), tmp_path)
    shutil.copytree(certified / "certificate", other / "certificate")
    assert run("certify", "--check", other / "certificate") == 0
    assert run("certify", "--check", other) == 4


def test_an_infeasible_problem_is_certified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = written(hardly_small(forbidden=["slim", "bonus", "nice", "more"]), tmp_path)
    assert run("certify", "-q", result) == 0
    assert run("certify", "--check", result) == 0
    assert "there is no answer; proof checked" in capsys.readouterr().out
    assert not (result / "certificate" / "manifest.json").exists()


def test_a_result_that_lies_is_not_certified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An optimum that is too high: Exact finds better, and no certificate is written."""
    instance = make("ab", provides={"either": "ab"}, required=["either"], objectives=["packages"])
    result = written(instance, tmp_path)
    manifest = json.loads((result / "manifest.json").read_bytes())
    first = manifest["packages"][0]
    manifest["packages"] = [first | {"name": name} for name in "ab"]
    (result / "manifest.json").write_text(json.dumps(manifest))
    record = json.loads((result / "run.json").read_bytes())
    record["stages"][0] |= {"value": 2, "bound": 2}
    (result / "run.json").write_text(json.dumps(record))
    assert run("certify", "-q", result) == 4
    assert "Exact contradicts the result: 1-packages.opb" in capsys.readouterr().err
    assert not (result / "certificate").exists()


def test_a_manifest_that_lies_of_its_packages_is_not_certified(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = Path(shutil.copytree(certified, tmp_path / "made"))
    change_json(result / "manifest.json", lambda held: held["packages"][0].update(location="elsewhere.rpm"))
    assert run("certify", "-q", result, "-o", tmp_path / "none") == 2
    assert "says other things of its packages" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def change_record(result: Path, **changes: Any) -> None:
    change_json(result / "run.json", lambda record: record.update(changes))


def test_only_what_is_proven_is_certified(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = Path(shutil.copytree(certified, tmp_path / "made"))

    def unproven(record: Any) -> None:
        record["status"] = "not proven"
        for stage in record["stages"][3:]:
            stage |= {"status": "feasible", "bound": None}

    change_json(result / "run.json", unproven)
    assert run("certify", "-q", result) == 3
    said = capsys.readouterr().out
    assert "weak" in said
    assert "not certified: installed_size" in said
    assert run("certify", "--check", result) == 3

    def nothing(record: Any) -> None:
        for stage in record["stages"]:
            stage |= {"status": "feasible", "bound": None}

    change_json(result / "run.json", nothing)
    assert run("certify", "-q", result, "-o", tmp_path / "none") == 3
    assert "no proven stage" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"family": "all"}, "an image of all"),
        ({"status": "rejected"}, "'rejected'"),
        ({"status": "unknown"}, "'unknown'"),
    ],
)
def test_what_cannot_be_certified_is_refused(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, str], why: str
) -> None:
    result = Path(shutil.copytree(certified, tmp_path / "made"))
    change_record(result, **changes)
    assert run("certify", result, "-o", tmp_path / "none") == 3
    assert why in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_no_time_leaves_nothing(certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("certify", certified, "-o", tmp_path / "none", "--time-limit", "1e-9") == 3
    assert "the time was up" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_certificate_is_neither_checked_nor_replaced(
    certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("certify", "--check", tmp_path) == 2
    (tmp_path / "letter").write_text("dear")
    assert run("certify", "-q", certified, "-o", tmp_path) == 2
    assert "holds something else" in capsys.readouterr().err
    assert run("certify", "--check", certified, "-o", tmp_path) == 2


def test_json_says_the_same(certified: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("certify", "-q", "--json", certified, "-o", tmp_path / "made") == 0
    made = json.loads(capsys.readouterr().out)
    assert run("certify", "--json", "--check", tmp_path / "made") == 0
    checked = json.loads(capsys.readouterr().out)
    assert made["status"] == checked["status"] == "proof checked"
    assert made["certificate"] == checked["certificate"]
    (tmp_path / "made" / "more").touch()
    assert run("certify", "--json", "--check", tmp_path / "made") == 4
    assert json.loads(capsys.readouterr().out)["status"] == "refused"


@pytest.mark.tool("clasp")
@pytest.mark.tool("aspcud")
@pytest.mark.tool("mccs")
def test_other_solvers_agree_where_there_is_no_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("clasp", "aspcud", "mccs"):
        require_tool(name)
    result = written(hardly_small(limits=[]), tmp_path)
    assert run("certify", "-q", "--by", "solvers", result) == 0
    assert run("certify", "--check", result) == 0
    assert "solvers agree" in capsys.readouterr().out
    document = json.loads((result / "certificate" / CERTIFICATE).read_bytes())
    assert all({"clasp", "aspcud"} <= set(one["agreed_by"]) for one in document["refutations"])
    assert {one["name"]: one["version"] for one in document["programs"]}.keys() >= {"clasp", "aspcud"}
    limited = written(hardly_small(), tmp_path / "limited")  # CUDF knows no limits: only clasp is asked
    assert run("certify", "-q", "--by", "solvers", limited) == 0
    assert "one solver agrees" in capsys.readouterr().out
    change_json(
        result / "certificate" / CERTIFICATE, lambda held: held["refutations"][0].update(agreed_by=["x", "y"])
    )
    dress(result / "certificate")
    assert run("certify", "--check", result) == 3


def test_nobody_to_ask(certified: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "installed_solvers", tuple)
    assert run("certify", certified, "-o", tmp_path / "none", "--by", "solvers") == 3
    monkeypatch.setattr(making, "prover_version", lambda: None)
    assert run("certify", certified, "-o", tmp_path / "none", "--by", "proof") == 3


def test_the_script_hands_every_question_to_veripb(certified: Path, copy: Path, tmp_path: Path) -> None:
    """VeriPB is in no registry that tests reach: one that writes down what it is given stands in for it."""
    tools = tmp_path / "tools"
    tools.mkdir()
    veripb = tools / "veripb"
    veripb.write_text(
        f'#!/bin/sh\ntest -s "$1" && head -1 "$2" | grep -q "proof version 3.0" && echo "$1" >> {tools}/asked\n'
    )
    veripb.chmod(0o755)
    environment = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}"}
    subprocess.run(["sh", str(copy / "check.sh")], check=True, env=environment)
    assert (tools / "asked").read_text().split() == [
        "1-divergence.opb", "2-features.opb", "3-weak.opb", "4-installed_size.opb", "5-packages.opb", "answer.opb"
    ]  # fmt: skip
    (copy / "README.md").write_text("other")
    assert subprocess.run(
        ["sh", str(copy / "check.sh")], check=False, env=environment, capture_output=True
    ).returncode


def test_the_schema_describes_what_is_written(certified: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    assert run("schema", "--certificate") == 0
    schema = json.loads(capsys.readouterr().out)
    document = json.loads((certified / "certificate" / CERTIFICATE).read_bytes())
    jsonschema.Draft202012Validator(schema).validate(document)
    assert run("schema", "--certificate", "--family") == 2


def test_the_demo_is_certified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = write_results(solve_file(PROJECT_ROOT / "problems" / "demo" / "demo.yaml", Settings()), tmp_path)
    assert run("certify", "-q", result) == 0
    assert run("certify", "--check", result) == 0
    assert "features 46 points, no answer has more: proof of" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="Linux tells a process's children")
def test_ctrl_c_leaves_neither_files_nor_processes(certified: Path, tmp_path: Path) -> None:
    """Exact is made to wait, so that the signal comes while it runs."""
    (tmp_path / "exact.py").write_text("import time\nopen('began', 'w').close()\ntime.sleep(60)\n")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{PROJECT_ROOT}", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "optimizer", "certify", "-q", str(certified), "-o", str(tmp_path / "none")]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        waiting = next(_children(process.pid))
        while not list(tmp_path.glob("pkgset-certify-*/began")):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.strip() == "pkgset: interrupted"
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__") == ["exact.py"]
    assert not Path(f"/proc/{waiting}").exists()


def _children(parent: int) -> Iterator[str]:
    """Wait for the first child of a process."""
    while True:
        yield from Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        time.sleep(0.01)
