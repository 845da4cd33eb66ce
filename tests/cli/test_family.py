"""`pkgset solve FAMILY.yaml`: images solved together, their files, what is told of them, and mistakes in the file."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from optimizer.problem.family_shape import family_schema
from tests.cli.conftest import Run
from tests.demo.recipes import DEMO

_jsonschema: Any = importlib.import_module("jsonschema")  # its types are not published with it
_yaml: Any = importlib.import_module("yaml")

Change = Callable[[dict[str, Any]], None]

#: The host needs the full libcurl; the container base has the minimal one, unless the pool counts.
IMAGES = f"""\
images:
  - name: host
    arch: x86_64
    repositories:
      - {{id: harbour, origin: upstream, baseurl: {DEMO / "repositories" / "harbour"}}}
      - {{id: skiff, origin: downstream, baseurl: {DEMO / "repositories" / "skiff"}}}
    features:
      required: [bash, git, systemd, private-network, libcurl]
    policy: {{downstream: rebuilt}}
    objectives: [divergence, installed_size, packages]
  - name: container
    arch: x86_64
    repositories:
      - {{id: harbour, origin: upstream, baseurl: {DEMO / "repositories" / "harbour"}}}
    features:
      required: [bash, curl, coreutils]
    objectives: [installed_size]
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a family file of these lines, named `fleet`."""

    def write(*lines: str, images: str = IMAGES) -> Path:
        file = tmp_path / "fleet.yaml"
        file.write_text("\n".join(("format: 1", *lines, images)), encoding="utf-8")
        return file

    return write


Write = Callable[..., Path]


def test_a_family_is_solved_written_and_judged_again(run: Run, tmp_path: Path, write: Write) -> None:
    file = write()
    printed = run("solve", "-q", file, "-o", tmp_path / "results")
    assert (printed.exit_code, printed.err) == (0, "")
    assert printed.out.startswith("fleet: proven optimal; 2 images, each accepted by verify and libsolv\n")
    directory = tmp_path / "results" / "fleet"
    record = json.loads((directory / "family.json").read_bytes())
    assert [stage["objective"] for stage in record["stages"]] == [
        "pool_divergence", "pool_packages", "pool_size", "total_size", "tie_break",
    ]  # fmt: skip
    manifests = {
        name: json.loads((directory / name / "manifest.json").read_bytes()) for name in ("host", "container")
    }
    pool = {
        (package["name"], package["version"], package["arch"])
        for manifest in manifests.values()
        for package in manifest["packages"]
    }
    assert record["totals"]["pool_packages"] == len(pool) == len(record["pool"])
    assert json.loads((directory / "host" / "run.json").read_bytes())["family"] == "fleet"
    judged = run("verify", "-q", directory, "--problem", file)
    assert (judged.exit_code, judged.err) == (0, "")
    image = run("report", directory / "container", "-o", tmp_path / "page.html")
    assert image.exit_code == 0


def test_sharing_is_told_and_the_pool_is_smaller_than_alone(run: Run, write: Write) -> None:
    printed = run("solve", "-q", "--no-write", "--json", write())
    (document,) = json.loads(printed.out)
    family = document["family"]
    assert family["totals"]["pool_packages"] < family["alone"]["pool_packages"]
    container = next(image for image in family["images"] if image["name"] == "container")
    assert [nevra.partition("-8")[0] for nevra in container["dropped"]] == ["libcurl-minimal"]
    assert any(nevra.startswith("libcurl-8") for nevra in container["added"])
    text = run("solve", "-q", "--no-write", write()).out
    assert "what the family changes in an image, against solving it alone:\n  container\n" in text


def test_what_is_kept_leaves_the_images_as_they_are_alone(run: Run, write: Write) -> None:
    printed = run("solve", "-q", "--no-write", write("keep: all"))
    assert printed.exit_code == 0
    assert printed.out.endswith("each image holds what it holds where it is solved alone\n")


def test_the_files_are_the_same_bytes_every_time(run: Run, tmp_path: Path, write: Write) -> None:
    found = []
    for workers in ("1", "2"):
        assert run("solve", "-q", write(), "-o", tmp_path / workers, "--workers", workers).exit_code == 0
        names = ("family.json", "host/manifest.json", "container/divergence.json")
        found.append([(tmp_path / workers / "fleet" / name).read_bytes() for name in names])
    assert found[0] == found[1]


def test_a_family_stands_in_a_batch(run: Run, tmp_path: Path, write: Write) -> None:
    printed = run("solve", "-q", write(), DEMO / "weights.yaml", "--jobs", "2", "-o", tmp_path / "results", "--json")
    assert [document["problem"] for document in json.loads(printed.out)] == ["fleet", "demo-weights"]
    assert printed.exit_code == 0


def test_a_family_is_drawn_image_by_image(run: Run, tmp_path: Path, write: Write) -> None:
    run("solve", "-q", write(), "-o", tmp_path / "results")
    directory = tmp_path / "results" / "fleet"
    pages = [
        run("report", *asked, "-o", "-")
        for asked in (
            (directory / "host", directory / "container"),
            (directory,),
            (directory / "family.json",),
            sorted(directory.iterdir(), reverse=True),  # as `results/fleet/*` gives them, or nearly
        )
    ]
    assert [(page.exit_code, page.err) for page in pages] == [(0, "")] * 4
    assert len({page.out for page in pages[:3]}) == 1
    assert all(name in pages[3].out for name in ("host", "container"))


def test_a_report_of_no_result_is_refused_by_its_name(run: Run, tmp_path: Path, write: Write) -> None:
    printed = run("report", write(), "-o", "-")
    assert (printed.exit_code, printed.out) == (2, "")
    assert "fleet.yaml is a file, and no directory of results" in printed.err


def _total(record: dict[str, Any]) -> None:
    record["totals"]["pool_size"] += 1


def _stage(record: dict[str, Any]) -> None:
    record["stages"][1]["value"] -= 1


def _image(record: dict[str, Any]) -> None:
    record["images"][0]["remainder_size"] += 1


def _forget(record: dict[str, Any]) -> None:
    del record["pool"][0]


def _drop_bash(manifest: dict[str, Any]) -> None:
    manifest["packages"] = [package for package in manifest["packages"] if package["name"] != "bash"]


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("family.json", _total, "family.json: totals is not what"),
        ("family.json", _stage, "family objective: stage pool_packages claims"),
        ("family.json", _image, "family.json: of host these are wrong: remainder_size"),
        ("family.json", _forget, "family.json: pool is not what"),
        ("host/manifest.json", _drop_bash, "host: C"),
    ],
)
def test_every_change_is_found(run: Run, tmp_path: Path, write: Write, name: str, change: Change, told: str) -> None:
    file = write()
    run("solve", "-q", file, "-o", tmp_path)
    path = tmp_path / "fleet" / name
    content = json.loads(path.read_bytes())
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    printed = run("verify", "-q", tmp_path / "fleet", "--problem", file)
    assert printed.exit_code == 4
    assert told in printed.err


def test_an_image_without_an_answer_leaves_none_to_the_family(run: Run, tmp_path: Path, write: Write) -> None:
    run("solve", "-q", write(), "-o", tmp_path)
    printed = run("solve", "-q", write(images=IMAGES + "    limits: {packages: 1}\n"), "-o", tmp_path)
    assert printed.exit_code == 1
    assert "without an answer of their own: container" in printed.out
    assert "packages" in printed.out.partition("these cannot all hold")[2]
    assert not (tmp_path / "fleet" / "host" / "manifest.json").exists()
    assert json.loads((tmp_path / "fleet" / "family.json").read_bytes())["without"] == ["container"]
    judged = run("verify", tmp_path / "fleet", "--problem", write())
    assert judged.exit_code == 2
    assert "there is no answer, its status is 'infeasible'" in judged.err


def test_versions_that_cannot_be_one_are_named(run: Run, write: Write) -> None:
    pinned = IMAGES.replace("[bash, curl, coreutils]", "[os-release]") + "    policy: {downstream: none}\n"
    host = pinned.replace(
        "    policy: {downstream: rebuilt}\n",
        "    policy: {downstream: rebuilt}\n    pins: [{name: os-release, origin: downstream}]\n",
    ).replace("libcurl]", "libcurl, os-release]")
    printed = run("solve", "-q", "--no-write", write("same: {packages: [os-release]}", images=host))
    assert printed.exit_code == 1
    assert (
        "together these cannot all hold:\n  - one version of package os-release.noarch: host may hold" in printed.out
    )


def test_a_time_limit_leaves_the_images_own_answers(run: Run, write: Write) -> None:
    printed = run("solve", "-q", "--no-write", "--time-limit", "0.000001", write())
    assert printed.exit_code == 3
    assert printed.out.startswith("fleet: no answer found before the limit")


@pytest.mark.parametrize(
    ("lines", "images", "told"),
    [
        ((), "images: [host.yaml]\n", "fleet.yaml:2: images: expected two images or more, found one"),
        ((), "images: []\n", "images: expected a list of at least one, found an empty list"),
        ((), "images: [a.yaml, b.yaml]\n", "images[1]: expected a readable problem file, found 'b.yaml'"),
        (
            (),
            IMAGES.replace("name: container", "name: host"),
            "expected images of different names, found 'host' again",
        ),
        ((), IMAGES.replace("- name: container\n    arch", "- arch"), "images[1]: expected a name for the image"),
        ((), IMAGES.replace("required: [bash, curl", "wanted: [bash, curl"), "images[1].features.wanted"),
        (("objectives: [pool]",), IMAGES, "objectives[0]: expected one of pool_divergence"),
        (("objectives: [pool_size, pool_size]",), IMAGES, "expected each objective once"),
        (("objectives: [shared_size]",), IMAGES, "else it grows by packages that nobody needs"),
        (("keep: {installed_size: -1}",), IMAGES, "keep.installed_size: expected an integer from 0 to 1000"),
        (("same: {packages: [bahs]}",), IMAGES, "did you mean 'bash'"),
        (("same: {sources: [gti]}",), IMAGES, "same.sources[0]: expected a source that an image may hold"),
        (("sames: {}",), IMAGES, "did you mean 'same'"),
    ],
)
def test_mistakes_are_told_with_their_place(
    run: Run, write: Write, lines: tuple[str, ...], images: str, told: str
) -> None:
    printed = run("solve", "-q", "--no-write", write(*lines, images=images))
    assert printed.exit_code == 2
    assert told in printed.err


def test_the_schema_takes_what_the_loader_takes(run: Run, write: Write) -> None:
    schema = json.loads(run("schema", "--family").out)
    assert schema == json.loads(json.dumps(family_schema()))
    _jsonschema.Draft202012Validator.check_schema(schema)
    validator = _jsonschema.Draft202012Validator(schema)
    good = ("objectives: [layered_size]", "keep: {packages: 5}", "same: {sources: all, packages: [bash]}")
    assert validator.is_valid(_yaml.safe_load(write(*good).read_text(encoding="utf-8")))
    bare = {"format": 1, "images": [{"name": "a", "extends": "a.yaml"}, "b.yaml"]}
    assert validator.is_valid(bare)
    for line in ("objectives: [pool]", "keep: none", "same: {names: all}", "limits: {}"):
        assert not validator.is_valid(_yaml.safe_load(write(line).read_text(encoding="utf-8")))
    assert not validator.is_valid({"format": 1, "images": ["one.yaml"]})
    assert not validator.is_valid({"format": 1, "images": ["one.yaml", {"extends": "one.yaml"}]})


def test_other_commands_say_that_a_family_is_no_problem(run: Run, write: Write) -> None:
    printed = run("check", write())
    assert printed.exit_code == 2
    assert "fleet.yaml:2: images: expected a problem, found a family of images" in printed.err
