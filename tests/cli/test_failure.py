"""What went wrong as exit codes and words: DESIGN section 6."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from optimizer.answer.stored import BadResultError
from optimizer.cli.failure import BADNESS, TRACEBACK, Failure, attempt, failure_of, worst
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.problem import CompsGroup, Feature, Position
from optimizer.repository.error import BadRepositoryData, NoSuchModule, RepositoryUnreachable
from optimizer.universe.features import UnknownGroupError
from optimizer.universe.size import UnknownSizeError
from optimizer.universe.snapshot import BadInstanceError
from tests.cli.conftest import Run

HERE = Position("p.yaml", 7, "features.required[0]")
GROUP = Feature(CompsGroup("cor"), True, 0, None, HERE)


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (
            ProblemError((Mistake(HERE, "a word", "nothing"), Mistake(HERE, "a size", "'big'"))),
            2,
            (
                "p.yaml:7: features.required[0]: expected a word, found nothing",
                "p.yaml:7: features.required[0]: expected a size, found 'big'",
            ),
        ),
        (
            UnknownGroupError("cor", GROUP, ("core", "gnome")),
            2,
            ("p.yaml:7: features.required[0]: no repository has a comps group 'cor'; did you mean 'core'?",),
        ),
        (
            NoSuchModule("nodjs:22", "no repository has this module stream", ("nodejs:22",)),
            2,
            ("pkgset: module nodjs:22: no repository has this module stream; the nearest: nodejs:22",),
        ),
        (BadInstanceError("x.instance", "no JSON"), 2, ("x.instance: no JSON",)),
        (BadResultError(Path("results/x"), "no answer"), 2, ("results/x: no answer",)),
        (BadRepositoryData("os", "/srv/os", "wrong size"), 65, ("pkgset: repository os: /srv/os: wrong size",)),
        (RepositoryUnreachable("os", "/srv/os", "not there"), 66, ("pkgset: repository os: /srv/os: not there",)),
        (PermissionError(13, "Permission denied", "results/x"), 2, ("pkgset: results/x: Permission denied",)),
        (TimeoutError(), 3, ("pkgset: the time was up before the answer was explained",)),
    ],
)
def test_known_errors(error: Exception, code: int, lines: tuple[str, ...]) -> None:
    assert failure_of(error) == Failure(code, lines)


def test_an_unknown_size_says_how_to_go_on() -> None:
    failure = failure_of(UnknownSizeError("p", "installed_size", ("a-1-1.noarch",)))
    assert failure.exit_code == 2
    assert failure.lines[0].endswith("say `zero` or a size")


def test_our_own_bugs_are_one_line_and_70() -> None:
    failure = failure_of(ZeroDivisionError("by\nzero"))
    assert failure.exit_code == 70
    assert len(failure.lines) == 1
    assert failure.lines[0].startswith("pkgset: internal error: ZeroDivisionError: by zero (please report")


def test_a_traceback_only_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise KeyError("lost")

    without = attempt(fail)
    monkeypatch.setenv(TRACEBACK, "1")
    asked = attempt(fail)
    assert isinstance(without, Failure)
    assert isinstance(asked, Failure)
    assert without.traceback == ""
    assert asked.traceback.startswith("Traceback")
    assert "KeyError: 'lost'" in asked.traceback


def test_an_interrupt_is_130() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    assert attempt(interrupted) == Failure(130, ("pkgset: interrupted",))


def test_lines_of_a_batch_name_their_file() -> None:
    failure = Failure(65, ("pkgset: repository os: bad", "p.yaml:7: already named")).of(Path("p.yaml"))
    assert failure.lines == ("p.yaml: repository os: bad", "p.yaml:7: already named")


def test_the_worst_code_comes_first() -> None:
    for worse, better in itertools.combinations(BADNESS, 2):
        assert worst((better, worse)) == worst((worse, better)) == worse
    assert worst(()) == 0
    assert worst((0, 99, 65)) == 99


def test_a_command_that_breaks_ends_in_70(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("optimizer.problem.shape.problem_schema", broken)
    monkeypatch.setenv(TRACEBACK, "0")
    plain = run("schema")
    assert (plain.exit_code, plain.out) == (70, "")
    assert len(plain.err.splitlines()) == 1
    asked = run("--traceback", "schema")
    assert asked.exit_code == 70
    assert "Traceback" in asked.err
