"""Small universes, written as repositories, asked several questions each, and tried subset by subset."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from tests.cross_check.judges import Case, Counts, DisagreementError, ask, by_exact, by_libsolv, by_rc2
from tests.oracle.brute_force import LARGEST_WORLD, Arena, OracleAnswer, brute_force
from tests.oracle.repositories import write_problem
from tests.oracle.strategies import questions, worlds
from tests.oracle.world import Question, World

QUESTIONS = 12  # of each world: it is drawn, written and read once

JUDGES = {"Exact on OPB": by_exact, "RC2 on WCNF": by_rc2, "libsolv": by_libsolv}


def check_worlds(first: int, number: int) -> Counts:
    """Return what was counted over so many worlds, others for each `first`; raises DisagreementError."""
    counts = Counts()
    drawn = worlds().flatmap(
        lambda world: st.tuples(st.just(world), st.lists(questions(world), min_size=QUESTIONS, max_size=QUESTIONS))
    )

    @seed(first)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def check(case: tuple[World, list[Question]]) -> None:
        check_world(*case, counts)

    check()
    return counts


def check_world(world: World, asked: list[Question], counts: Counts) -> None:
    """Ask several questions about one world."""
    with tempfile.TemporaryDirectory() as name:
        work = Settings(cache=Cache(Path(name) / "cache"))
        for question in map(partial(_read_alike, asked[0]), asked):
            if len(Arena(world, question).packages) > LARGEST_WORLD:
                continue
            closed = close_problem(load_problem(write_problem(world, question, Path(name) / "problem")), work)
            instance = closed.closed.instance
            case = Case(instance, Engine.of(instance).solve(), closed)
            judges = ask(case, JUDGES)
            _compare(case, brute_force(world, question))
            counts.add(case, [*judges, "every subset"])


def _read_alike(first: Question, question: Question) -> Question:
    """Let a question have the first one's candidates: what is read of the repositories is read once and kept."""
    rules = replace(question.rules, candidates=first.rules.candidates, multilib=first.rules.multilib)
    return replace(question, rules=rules)


def _compare(case: Case, expected: OracleAnswer) -> None:
    values = None if expected.values is None else [value for _, value in expected.values]
    if values != case.values:
        raise DisagreementError("every subset", (values, case.values))
    if case.solution.solved:
        chosen = [case.instance.packages[index] for index in case.solution.packages]
        real = {(one.nevra, one.repository) for one in chosen if not one.repository.startswith("@")}
        if real not in [{pair for pair in best if pair[1] is not None} for best in expected.best]:
            raise DisagreementError("every subset", real)
