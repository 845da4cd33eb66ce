"""The Photon benchmark: its readings and rules, a whole run over the demo's world, and the committed results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks.photon import job as jobs
from benchmarks.photon.__main__ import FIGURES, OUTPUT, README, STUDY, check, differing_pictures, main, write
from benchmarks.photon.campaign import FAST, Campaign, gather
from benchmarks.photon.document import BLOCKS, SUMMARY, UnknownBlockError, fill, read_results, result_files, summary
from benchmarks.photon.figure import matplotlib_version
from benchmarks.photon.job import Job, run_kept
from benchmarks.photon.label import of, percent
from benchmarks.photon.question import ALL, NONE, OWN, at_percent, find_questions, image_of, plain_name, read_as
from benchmarks.photon.record import Curve, Diverging, Listed, Results, Share, Solved, Step
from benchmarks.photon.verdict import Verdict, half_way, own_share, reasons, verdict
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Downstream
from tests.requirements import PROJECT_ROOT, missing

PROBLEMS = PROJECT_ROOT / "problems"
DEMO = PROBLEMS / "demo"


def need_matplotlib() -> None:
    if matplotlib_version() is None:
        missing("pip install 'pkgset[bench]'")


def test_lists_are_found_by_folder_in_the_order_of_releases_without_strict_twins() -> None:
    found = [question.name for question in find_questions(PROBLEMS, "photon-")]
    assert found[:2] == ["photon-1.0-tp1-micro", "photon-1.0-tp1-minimal"]
    assert set(FAST) <= set(found)
    assert not [name for name in found if name.endswith("-strict") or name.startswith("container-host")]
    releases = [question.release for question in find_questions(PROBLEMS, "photon-")]
    assert sorted(dict.fromkeys(releases), key=releases.index) == list(dict.fromkeys(releases))


def test_names_alone_is_the_list_as_downstream_wrote_it() -> None:
    problem = load_problem(PROBLEMS / "photon-1.0-tp1-minimal.yaml")
    written = [str(feature.require) for feature in problem.features]
    assert any(text.startswith("(openssh = ") for text in written)
    read = read_as(problem, NONE, "shipped")
    assert read.equivalents == ()
    assert [str(feature.require) for feature in read.features] == [plain_name(one) for one in problem.features]
    assert "openssh" in [str(feature.require) for feature in read.features]


@pytest.mark.parametrize("downstream", list(Downstream)[:2])
def test_stand_ins_are_what_the_own_reading_lacks(downstream: Downstream) -> None:
    problem = load_problem(PROBLEMS / "photon-1.0-tp1-minimal.yaml")
    whole, own = (read_as(problem, table, downstream.value) for table in (ALL, OWN))
    assert whole.equivalents == problem.equivalents
    assert {row.name for row in whole.equivalents} - {row.name for row in own.equivalents} == {
        row.name for row in problem.equivalents if row.stand_in
    }
    assert own.policy.downstream is downstream
    assert own.features == problem.features


def test_a_percentage_replaces_the_estimates_own() -> None:
    problem = load_problem(PROBLEMS / "photon-1.0-tp1-micro.yaml")
    assert problem.sizes.estimate is not None
    doubled = at_percent(problem, 200).sizes.estimate
    assert doubled is not None
    assert (doubled.percent, doubled.installed_bytes) == (200, problem.sizes.estimate.installed_bytes)


@pytest.mark.parametrize(
    ("name", "release", "image"),
    [
        ("photon-1.0-tp1-micro", "photon-1.0-tp1", "micro"),
        ("photon-1.0-container", "photon-1.0-ga", "container"),
        ("mine", "other-7", "mine"),
    ],
)
def test_an_image_is_a_name_without_its_release(name: str, release: str, image: str) -> None:
    assert image_of(name, release) == image


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Share(reused=8499, of=10000), "84.9 %"),
        (Share(reused=17, of=20), "85.0 %"),
        (Share(reused=0, of=0), "100.0 %"),
    ],
)
def test_a_share_never_rounds_up_to_the_claim(share: Share, shown: str) -> None:
    assert percent(share) == shown


def test_a_share_shows_its_denominator() -> None:
    assert of(Share(reused=3 << 20, of=4 << 20), 1 << 20) == "3 of 4 (75.0 %)"
    assert of(None) == "no answer"


def listed(sources: str = "abcdefghij") -> Listed:
    """A list of one-letter names, each its own source."""
    return Listed(
        list="image", release="photon-1.0-tp1", upstream=("centos-7.2.1511",), file="image.yaml",
        names=tuple(sources), borne=tuple(sources[:5]), sources=tuple(sources), borne_sources=tuple(sources[:5]),
    )  # fmt: skip


def solved(
    diverging: str, equivalents: str = "all", downstream: str = "shipped", of: int = 100, **more: Any
) -> Solved:
    """An answer that keeps some one-letter sources."""
    return Solved(
        list="image", equivalents=equivalents, downstream=downstream, status="proven",
        judges=("verify: accepted", "libsolv: accepted"), sources=Share(reused=of - len(diverging), of=of),
        packages=Share(reused=of - len(diverging), of=of), bytes=Share(reused=0, of=0), diverging=tuple(diverging),
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("loose", "shipped", "rebuilt", "expected"),
    [
        (solved("a"), solved("a", OWN), solved("a", OWN, "rebuilt"), Verdict.HOLDS),
        (solved("a"), solved("ab", OWN), solved("a", OWN, "rebuilt"), Verdict.WITH_STAND_INS),
        (solved("a"), solved("a", OWN), solved("ab", OWN, "rebuilt"), Verdict.WITH_STAND_INS),
        (solved("ab"), solved("a", OWN), solved("a", OWN, "rebuilt"), Verdict.FAILS),
        (solved("x", of=6), solved("a", OWN), solved("a", OWN, "rebuilt"), Verdict.FAILS),
    ],
)
def test_the_verdict_asks_for_both_denominators(
    loose: Solved, shipped: Solved, rebuilt: Solved, expected: Verdict
) -> None:
    results = Results(lists=(listed(),), solves=(loose, shipped, rebuilt))
    assert verdict(results, listed()) is expected


def test_without_an_answer_there_is_a_verdict_too() -> None:
    lost = Solved(list="image", equivalents=ALL, downstream="shipped", status="infeasible", core=("nobody has a",))
    results = Results(lists=(listed(),), solves=(lost,))
    assert verdict(results, listed()) is Verdict.NO_ANSWER
    assert "- `image` (shipped, with stand-ins): nobody has a" in summary(results)


def test_only_the_lists_own_sources_count_against_it() -> None:
    assert own_share(listed(), solved("axyz")) == Share(reused=9, of=10)
    assert own_share(listed(), solved("", stubs=("stub:b",))) == Share(reused=9, of=10)
    assert own_share(listed(), None) is None


def test_stubs_are_a_reason_of_their_own() -> None:
    why = [Diverging(source=s, origin=o, reason="absent", why="", packages=()) for s, o in ("ad", "bs", "cd")]
    told = tuple(msgspec.structs.replace(one, origin={"d": "downstream", "s": "stub"}[one.origin]) for one in why)
    assert reasons(solved("ac", why=told)) == {"absent": 2, "stub": 1}


def curve(*sizes: int) -> Curve:
    steps = tuple(
        Step(sources=n, installed_bytes=size, estimated_bytes=0, packages=1, gained=(), dropped=())
        for n, size in enumerate(sizes)
    )
    return Curve(list="image", percent=100, status="optimal", candidates=9, steps=steps, knee=1, gaps=0)


def test_half_of_the_saving_is_at_the_first_point_that_has_it() -> None:
    assert half_way(curve(100, 80, 50, 10, 0)) == 2
    assert half_way(curve(100, 0)) == 1
    assert half_way(curve(100)) is None


def test_a_block_that_nothing_makes_is_refused() -> None:
    with pytest.raises(UnknownBlockError, match="'nonsense'; there are answer, "):
        fill("<!-- generated: nonsense -->\n<!-- end -->", "paper.md", Results())


def test_an_outcome_is_kept_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job("solve", DEMO / "shipped.yaml", (ALL, "shipped"))
    first = run_kept(job, DEMO / "repositories", DEMO)

    def refuse(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr(jobs, "run", refuse)
    assert run_kept(job, DEMO / "repositories", DEMO) == first
    with pytest.raises(AssertionError, match="measured again"):
        run_kept(Job("solve", DEMO / "shipped.yaml", (NONE, "shipped")), DEMO / "repositories", DEMO)


@pytest.fixture(scope="module")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """The command for the demo's problems, another distribution than Photon, and its results."""
    output = tmp_path_factory.mktemp("results") / "demo"
    folder = tmp_path_factory.mktemp("problems")
    for name in ("shipped", "weights", "equivalents"):
        text = (DEMO / f"{name}.yaml").read_text(encoding="utf-8")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    command = ["--problems", str(folder), "--downstream", "skiff", "--data", str(DEMO / "repositories")]
    command += ["--output", str(output), "--curve", "demo-shipped", "--jobs", "2"]
    assert main(command) == 0
    return command, output


def test_another_distribution_is_measured_by_the_same_command(demo_run: tuple[list[str], Path]) -> None:
    results = read_results(demo_run[1])
    assert [one.list for one in results.lists] == ["demo-shipped", "demo-weights"]
    assert len(results.solves) == 12
    assert {one.status for one in results.solves} == {"proven"}
    assert [one.status for one in results.curves] == ["optimal"]
    assert not results.truths
    assert not results.kept
    assert "demo-shipped" in (demo_run[1] / SUMMARY).read_text(encoding="utf-8")


def test_check_is_content_with_what_was_written_and_tells_what_changed(
    demo_run: tuple[list[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    command, output = demo_run
    assert main([*command, "--check"]) == 0
    path = output / "reuse.json"
    content = path.read_bytes()
    solves = json.loads(content)
    solves[0]["estimated_bytes"] += 1
    path.write_bytes(json.dumps(solves).encode())
    try:
        assert main([*command, "--check"]) == 1
    finally:
        path.write_bytes(content)
    told = capsys.readouterr().err
    assert "measured Solved demo-shipped none shipped" in told
    assert "differs: reuse.json" in told


def test_the_same_results_are_the_same_pictures(demo_run: tuple[list[str], Path], tmp_path: Path) -> None:
    need_matplotlib()
    results = read_results(demo_run[1])
    write(results, tmp_path, None)
    pictures = sorted(path.name for path in (tmp_path / FIGURES).glob("*.*g"))
    assert pictures == sorted(
        f"{name}.{kind}" for name in ("divergence", "frontier", "reuse") for kind in ("png", "svg")
    )
    for name in pictures:
        assert (tmp_path / FIGURES / name).read_bytes() == (demo_run[1] / FIGURES / name).read_bytes()


def test_the_committed_tables_are_made_from_the_committed_results() -> None:
    results = read_results(OUTPUT)
    for name, content in result_files(results).items():
        assert (OUTPUT / name).read_bytes() == content, name


def test_the_studys_figures_are_the_committed_ones() -> None:
    text = STUDY.read_text(encoding="utf-8")
    assert fill(text, STUDY.name, read_results(OUTPUT)) == text
    assert text.count("<!-- generated: ") == text.count("<!-- end -->") > 4


def test_the_readmes_table_is_the_committed_one() -> None:
    text = README.read_text(encoding="utf-8")
    assert fill(text, README.name, read_results(OUTPUT)) == text
    assert "<!-- generated: main -->" in text


def test_the_committed_pictures_are_drawn_from_the_committed_results() -> None:
    need_matplotlib()
    assert list(differing_pictures(read_results(OUTPUT), OUTPUT)) == []


def test_every_committed_solve_is_proven_and_judged_or_explained() -> None:
    for one in read_results(OUTPUT).solves:
        if one.sources is None:
            assert (one.status, bool(one.core)) == ("infeasible", True)
        else:
            assert (one.status, one.judges) == ("proven", ("verify: accepted", "libsolv: accepted"))
    assert all(drawn.status == "optimal" and not drawn.gaps for drawn in read_results(OUTPUT).curves)


def test_the_results_are_small_enough_to_keep() -> None:
    assert sum(path.stat().st_size for path in OUTPUT.rglob("*") if path.is_file()) < 1_500_000


def test_every_block_is_made_of_nothing_as_well() -> None:
    for name, made in BLOCKS.items():
        assert made(gather([])) is not None, name


@pytest.mark.data
def test_the_fast_subset_measures_what_is_committed(data_directory: Path) -> None:
    measured = Campaign(PROBLEMS, data_directory, fast=True).measure(2)
    assert len(measured.solves) == 6 * len(FAST)
    assert list(check(measured, OUTPUT, STUDY, whole=False)) == []
