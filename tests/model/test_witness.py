"""Quick looks say what the whole model says, whatever was looked at before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.answer.core import ASKED, GIVEN, guards_of
from optimizer.model.question import PLAIN, Question
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance
from tests.model.making import make
from tests.model.test_solve import limited_instances


@settings(max_examples=80, deadline=None)
@given(limited_instances(), st.data())
def test_a_look_says_what_the_whole_model_says(instance: Instance, data: st.DataObject) -> None:
    """One engine is asked a series of questions, so each look begins where the one before ended."""
    explain = data.draw(st.booleans())
    engine, whole = Engine.of(instance, explain=explain), Engine.of(instance, explain=explain, reduce=False)
    guards = guards_of(engine, (*ASKED, *GIVEN))
    packages = st.frozensets(st.sampled_from(range(len(instance.packages))), max_size=2)
    sources = sorted(engine.model.source)
    for _ in range(4):
        question = Question(
            lifted=frozenset(data.draw(st.sets(st.sampled_from(guards)))) if guards else frozenset(),
            without_sources=frozenset(data.draw(st.sets(st.sampled_from(sources)))) if sources else frozenset(),
            with_packages=data.draw(packages),
            without_packages=data.draw(packages),
        )
        seen = engine.witnesses(question).exists()
        assert seen is None or seen is whole.feasible(question)
        assert engine.feasible(question) is whole.feasible(question)


def test_what_a_look_adds_is_gone_with_it() -> None:
    engine = Engine.of(make("abc", requires=[("a", "b")], required=["a"], conflicts=[("b", "c")]))
    looks = engine.witnesses(PLAIN)
    c = engine.model.package[2]
    assert [looks.exists(), looks.exists([c]), looks.exists([~c]), looks.exists()] == [True, False, True, True]


def test_guards_that_are_left_free_are_each_looks_own() -> None:
    engine = Engine.of(make("ab", required=["a"], excluded=["a"]))
    feature, pin = (engine.model.guard(kind, 0) for kind in ("feature", "pin"))
    looks = engine.witnesses(PLAIN, frozenset(engine.model.guards))
    assert looks.exists([feature, ~pin]) is True
    assert looks.exists([feature, pin]) is False
    assert looks.exists([~feature, pin]) is True
