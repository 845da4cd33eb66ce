"""`pkgset verify --strict`: what solve writes is derived anew, and what is changed, of inputs or files, is named."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Printed, Run
from tests.demo.recipes import DEMO, PROBLEMS
from tests.repository.making import create_repository
from tests.repository.signing import SIGNATURE, Signer, signer
from tests.requirements import PROJECT_ROOT

IMAGE = """\
format: 1
name: image
extends: shared/base.yaml
lock: manifests/yesterday.json
previous: manifests/before.json
policy: {candidates: all, downstream: rebuilt}
modules: ["nodejs:22"]
objectives: [divergence, changes, installed_size, packages]
"""
BASE = """\
format: 1
name: base
arch: x86_64
repositories:
  - {repo_file: harbour.repo, origin: upstream}
  - {id: skiff, origin: downstream, baseurl: ../skiff}
equivalents: equivalents.yaml
features:
  required: [{group: core}, mail-transfer-agent, tmux, jq, "nodejs(engine) >= 22"]
"""


@dataclass(frozen=True)
class Made:
    """A problem of many files, and the result it has."""

    problem: Path
    result: Path

    @property
    def folder(self) -> Path:
        return self.problem.parent


@pytest.fixture
def made(run: Run, tmp_path: Path) -> Made:
    for name in ("harbour", "skiff"):
        shutil.copytree(DEMO / "repositories" / name, tmp_path / name)
    (tmp_path / "shared").mkdir()
    shutil.copy(DEMO / "equivalents.yaml", tmp_path / "shared")
    shutil.copytree(DEMO / "manifests", tmp_path / "manifests")
    shutil.copy(DEMO / "manifests" / "yesterday.json", tmp_path / "manifests" / "before.json")
    (tmp_path / "shared" / "harbour.repo").write_text(f"[harbour]\nbaseurl=file://{tmp_path}/harbour\n")
    (tmp_path / "shared" / "base.yaml").write_text(BASE)
    (tmp_path / "image.yaml").write_text(IMAGE)
    solved = run("solve", tmp_path / "image.yaml", "-o", tmp_path / "results", "-q")
    assert solved.exit_code == 0, solved.err
    return Made(tmp_path / "image.yaml", tmp_path / "results" / "image")


def strictly(run: Run, made: Made, *more: str | Path) -> Printed:
    return run("verify", "--strict", made.result, "--problem", made.problem, *more)


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def renew(folder: Path, part: str, text: str) -> None:
    """Append to a part of a repository, and let its repomd.xml say so."""
    path, repomd = folder / "repodata" / part, folder / "repodata" / "repomd.xml"
    before = path.read_bytes()
    append(path, text)
    after = path.read_bytes()
    listed = repomd.read_text()
    assert hashlib.sha256(before).hexdigest() in listed
    listed = listed.replace(hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    repomd.write_text(listed.replace(f"<size>{len(before)}</size>", f"<size>{len(after)}</size>"))


def test_every_input_is_recorded(made: Made) -> None:
    record = json.loads((made.result / "run.json").read_bytes())
    recorded = {file["name"]: file["checksum"] for file in record["files"]}
    expected = [
        *("image.yaml", "shared/base.yaml", "shared/harbour.repo", "shared/equivalents.yaml"),
        *("manifests/yesterday.json", "manifests/before.json"),
    ]
    assert sorted(recorded) == sorted(expected)
    for name, checksum in recorded.items():
        assert checksum == f"sha256:{hashlib.sha256((made.folder / name).read_bytes()).hexdigest()}"
    for given in record["inputs"]:
        data = made.folder / given["repository"] / "repodata"
        assert given["checksum"] == f"sha256:{hashlib.sha256((data / 'repomd.xml').read_bytes()).hexdigest()}"
        parts = {part["name"]: part["checksum"] for part in given["parts"]}
        files = {
            "primary": "primary.xml",
            "filelists": "filelists.xml",
            "group": "comps.xml",
            "modules": "modules.yaml",
        }
        there = {name: file for name, file in files.items() if (data / file).exists()}
        assert parts == {
            name: f"sha256:{hashlib.sha256((data / file).read_bytes()).hexdigest()}" for name, file in there.items()
        }


def test_the_same(run: Run, made: Made) -> None:
    told = strictly(run, made)
    assert (told.exit_code, told.err) == (0, "")
    assert told.out == f"{made.result}: the same, byte for byte, derived anew; every input read again\n"


def test_moved_elsewhere_with_its_inputs_it_is_the_same(run: Run, made: Made, tmp_path: Path) -> None:
    there = tmp_path / "elsewhere"
    there.mkdir()
    for path in made.folder.iterdir():
        if path != there:
            shutil.move(path, there / path.name)
    (tmp_path / "mirror").mkdir()
    (there / "harbour").rename(tmp_path / "mirror" / "harbour")
    moved = Made(there / "image.yaml", there / "results" / "image")
    told = strictly(run, moved, "--mirror", tmp_path / "mirror")
    assert (told.exit_code, told.err) == (0, "")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("image.yaml", "# another word\n"),
        ("shared/base.yaml", "# another word\n"),
        ("shared/equivalents.yaml", "# another word\n"),
        ("shared/harbour.repo", "# another word\n"),
        ("manifests/yesterday.json", "\n"),
        ("manifests/before.json", "\n"),
    ],
)
def test_a_file_of_the_problem_that_is_not_what_it_was_is_named(run: Run, made: Made, file: str, text: str) -> None:
    append(made.folder / file, text)
    told = strictly(run, made)
    assert (told.exit_code, told.out) == (4, "")
    digest = hashlib.sha256((made.folder / file).read_bytes()).hexdigest()
    assert told.err.startswith(f"{made.result}: file {file} is sha256:{digest}, run.json has sha256:")
    assert len(told.err.splitlines()) == 1


def test_a_file_that_comes_or_goes_is_named(run: Run, made: Made) -> None:
    text = made.problem.read_text()
    made.problem.write_text(text.replace("previous: manifests/before.json\n", "").replace("changes, ", ""))
    told = strictly(run, made)
    assert told.exit_code == 4
    assert "file manifests/before.json is not there any more, run.json has sha256:" in told.err


@pytest.mark.parametrize(
    ("part", "name"),
    [("primary.xml", "primary"), ("filelists.xml", "filelists"), ("comps.xml", "group"), ("modules.yaml", "modules")],
)
def test_a_part_of_a_repository_is_named(run: Run, made: Made, part: str, name: str) -> None:
    text = "# another word\n" if part.endswith("yaml") else "<!-- another word -->\n"
    renew(made.folder / "harbour", part, text)
    told = strictly(run, made)
    assert told.exit_code == 4
    one, other = told.err.splitlines()
    assert one.startswith(f"{made.result}: repository harbour is sha256:")
    assert other.startswith(f"{made.result}: repository harbour: {name} is sha256:")


@pytest.mark.parametrize("part", ["primary.xml", "filelists.xml", "comps.xml", "modules.yaml"])
def test_a_part_that_is_not_what_repomd_says_is_bad_data_whether_it_was_needed_or_not(
    run: Run, made: Made, part: str
) -> None:
    path = made.folder / "harbour" / "repodata" / part
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b" " + content[-1:])  # as long as it was
    told = strictly(run, made)
    assert told.exit_code == 65
    assert "wrong checksum" in told.err
    assert f"repodata/{part}" in told.err


def test_repomd_alone(run: Run, made: Made) -> None:
    append(made.folder / "skiff" / "repodata" / "repomd.xml", "<!-- another word -->\n")
    told = strictly(run, made)
    assert told.exit_code == 4
    (line,) = told.err.splitlines()
    assert line.startswith(f"{made.result}: repository skiff is sha256:")


def test_the_cache_is_not_believed(run: Run, made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was parsed of one repository lies in the cache for the other, whole and with its check sum."""
    monkeypatch.setenv("PKGSET_CACHE", str(tmp_path / "own"))
    assert run("solve", made.problem, "--no-write", "-q").exit_code == 0
    kept = sorted((tmp_path / "own").rglob("*.solv"), key=lambda path: path.stat().st_size)
    assert len(kept) > 1
    for path in kept[1:]:
        shutil.copyfile(kept[0], path)
    assert run("verify", made.result, "--problem", made.problem).exit_code != 0
    assert strictly(run, made).exit_code == 0


Change = Callable[[Any], None]


def _first_version(document: Any) -> None:
    document["packages"][0]["version"] = "99"


def _required_by(document: Any) -> None:
    document["packages"][-1]["required_by"].append("nobody")


def _price(document: Any) -> None:
    document["entries"][0]["price"] = None


def _bound(document: Any) -> None:
    document["stages"][0]["bound"] -= 1


def _size(document: Any) -> None:
    document["size_of_instance"]["packages"] += 1


def _status(document: Any) -> None:
    document["status"] = "infeasible"


@pytest.mark.parametrize(
    ("file", "change", "told"),
    [
        ("manifest.json", _first_version, 'manifest.json: packages[0].version is "99", derived anew "'),
        ("manifest.json", _required_by, ".required_by is "),
        ("run.json", _bound, "run.json: stages[0].bound is -1, derived anew 0"),
        ("run.json", _size, "run.json: size_of_instance.packages is "),
        ("run.json", _status, 'run.json: status is "infeasible", derived anew "proven"'),
    ],
)
def test_a_changed_value_is_named(run: Run, made: Made, file: str, change: Change, told: str) -> None:
    path = made.result / file
    document = json.loads(path.read_bytes())
    change(document)
    path.write_text(json.dumps(document, indent=2) + "\n")
    for printed in (strictly(run, made), run("verify", "--strict", made.result)):
        assert (printed.exit_code, printed.out) == (4, "")
        assert told in printed.err


def test_a_changed_reason_is_named(run: Run, tmp_path: Path) -> None:
    run("solve", DEMO / "demo.yaml", "-o", tmp_path)
    path = tmp_path / "demo" / "divergence.json"
    document = json.loads(path.read_bytes())
    _price(document)
    path.write_text(json.dumps(document, indent=2) + "\n")
    printed = run("verify", "--strict", tmp_path / "demo", "--problem", DEMO / "demo.yaml")
    assert printed.exit_code == 4
    assert "divergence.json: entries[0].price is null, derived anew {" in printed.err


def test_a_byte_that_changes_no_value_is_named(run: Run, made: Made) -> None:
    path = made.result / "manifest.json"
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"arch"', b' "arch"', 1))
    printed = strictly(run, made)
    assert printed.exit_code == 4
    place = content.index(b'"arch"') + 1
    assert f"manifest.json: byte {place} is not what is derived anew, though the values are" in printed.err


def test_a_file_that_is_gone_is_named(run: Run, made: Made) -> None:
    (made.result / "divergence.json").unlink()
    printed = strictly(run, made)
    assert printed.exit_code == 4
    assert printed.err == f"{made.result}: divergence.json: is not there\n"


def test_the_question_beside_it_is_held_to_its_inputs(run: Run, made: Made) -> None:
    run("solve", DEMO / "weights.yaml", "-o", made.folder)
    shutil.copy(made.folder / "demo-weights" / "problem.instance", made.result)
    printed = strictly(run, made)
    assert printed.exit_code == 4
    assert 'problem.instance: problem is "demo-weights", derived anew "image"' in printed.err


def test_timings_versions_and_places_may_differ(run: Run, made: Made) -> None:
    path = made.result / "run.json"
    document = json.loads(path.read_bytes())
    document["timings"] = {"solve": 1e9}
    document["versions"]["ortools"] = "9.0.1"
    path.write_text(json.dumps(document, indent=2) + "\n")
    printed = strictly(run, made)
    assert printed.exit_code == 0, printed.err
    assert "made with ortools 9.0.1, derived anew with " in printed.err


@pytest.mark.parametrize("name", sorted(path.stem for path in PROBLEMS))
def test_every_demo_problem_is_derived_anew(run: Run, tmp_path: Path, name: str) -> None:
    problem = DEMO / f"{name}.yaml"
    run("solve", problem, "-o", tmp_path)
    (directory,) = tmp_path.iterdir()
    told = run("verify", "--strict", directory, "--problem", problem, "--workers", "2")
    assert (told.exit_code, told.err) == (0, "")
    told = run("verify", "--strict", directory)
    assert (told.exit_code, told.out) == (
        0,
        f"{directory}: the same, byte for byte, derived anew; repositories not asked\n",
    )


def test_what_is_not_proven_need_not_come_again(run: Run, made: Made) -> None:
    path = made.result / "run.json"
    document = json.loads(path.read_bytes())
    document["status"] = "not proven"
    path.write_text(json.dumps(document))
    printed = strictly(run, made)
    assert printed.exit_code == 3
    assert "only what is proven is the same each time" in printed.err


@pytest.fixture
def family(run: Run, tmp_path: Path) -> Made:
    shutil.copytree(DEMO / "repositories", tmp_path / "repositories")
    own = "arch: x86_64, repositories: [{id: harbour, origin: upstream, baseurl: repositories/harbour}]"
    images = (("one", "[bash, tmux]"), ("two", "[bash, jq]"))
    lines = [f"  - {{name: {name}, {own}, features: {{required: {features}}}}}" for name, features in images]
    problem = tmp_path / "pair.yaml"
    problem.write_text("\n".join(["format: 1", "name: pair", "images:", *lines]) + "\n")
    solved = run("solve", problem, "-o", tmp_path / "results", "-q")
    assert solved.exit_code == 0, solved.err
    return Made(problem, tmp_path / "results" / "pair")


def test_a_family(run: Run, family: Made) -> None:
    told = strictly(run, family)
    assert (told.exit_code, told.err) == (0, "")
    path = family.result / "family.json"
    document = json.loads(path.read_bytes())
    document["totals"] = {name: value + 1 for name, value in document["totals"].items()}
    path.write_text(json.dumps(document, indent=2) + "\n")
    told = strictly(run, family)
    assert told.exit_code == 4
    assert "family.json: totals." in told.err
    assert run("verify", "--strict", family.result).exit_code == 2
    append(family.problem, "# another word\n")
    told = strictly(run, family)
    assert told.exit_code == 4
    assert "one: file pair.yaml is sha256:" in told.err
    assert "two: file pair.yaml is sha256:" in told.err


@pytest.fixture(scope="module")
def gpg() -> Iterator[Signer]:
    home = Path(f"/tmp/pkgset-strict-gpg-{os.getpid()}")
    with signer(home) as made:
        made.make("mine")
        made.make("theirs")
        yield made
    shutil.rmtree(home)


@pytest.mark.tool("gpg")
def test_the_keys_are_held_to_their_digests_and_the_signer_to_his_name(run: Run, tmp_path: Path, gpg: Signer) -> None:
    create_repository(tmp_path / "base", [("bash-0:5.2-1.x86_64", ())], {})
    problem = tmp_path / "signed.yaml"
    repository = "{id: base, origin: upstream, baseurl: base, gpgkey: key.asc}"
    problem.write_text(f"format: 1\narch: x86_64\nrepositories: [{repository}]\nfeatures: {{required: [bash]}}\n")
    (tmp_path / "key.asc").write_bytes(gpg.export("mine"))
    repomd = (tmp_path / "base" / "repodata" / "repomd.xml").read_bytes()
    (tmp_path / "base" / SIGNATURE).write_bytes(gpg.sign(repomd, "mine"))
    assert run("solve", problem, "-o", tmp_path, "-q").exit_code == 0
    made = Made(problem, tmp_path / "signed")
    assert strictly(run, made).exit_code == 0
    (tmp_path / "key.asc").write_bytes(gpg.export("mine", "theirs"))
    told = strictly(run, made)
    assert told.exit_code == 4
    assert "repository base: key 1 is sha256:" in told.err
    (tmp_path / "base" / SIGNATURE).write_bytes(gpg.sign(repomd, "theirs"))
    told = strictly(run, made)
    assert f"repository base: signed by is {gpg.fingerprints('theirs')[0]}, run.json has " in told.err
    (tmp_path / "base" / SIGNATURE).unlink()
    assert strictly(run, made).exit_code == 65


@pytest.mark.data
def test_a_solv_file(run: Run, tmp_path: Path, data_directory: Path) -> None:
    shutil.copy(data_directory / "sles-10" / "x86_64.solv", tmp_path)
    problem = tmp_path / "old.yaml"
    repository = "{id: sles, origin: upstream, baseurl: x86_64.solv}"
    problem.write_text(f"format: 1\narch: x86_64\nrepositories: [{repository}]\nfeatures: {{required: [bash]}}\n")
    assert run("solve", problem, "-o", tmp_path, "-q").exit_code == 0
    made = Made(problem, tmp_path / "old")
    assert strictly(run, made).exit_code == 0
    append(tmp_path / "x86_64.solv", "x")
    told = strictly(run, made)
    assert told.exit_code == 4
    assert "repository sles is sha256:" in told.err


@pytest.mark.data
def test_a_real_problem_from_a_mirror_without_a_network(run: Run, tmp_path: Path, data_directory: Path) -> None:
    problem = PROJECT_ROOT / "problems" / "photon-1.0-tp1-micro.yaml"
    assert run("solve", problem, "-o", tmp_path, "-q", "--mirror", data_directory).exit_code == 0
    told = run("verify", "--strict", tmp_path / problem.stem, "--problem", problem, "--mirror", data_directory)
    assert (told.exit_code, told.err) == (0, "")
