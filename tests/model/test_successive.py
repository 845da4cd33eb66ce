"""An engine that was asked much already says what one says that was never asked: nothing of a question stays."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance
from tests.model.test_reduce import bounded_instances, questions


@settings(max_examples=100, deadline=None)
@given(data=st.data(), instance=bounded_instances(), explain=st.booleans())
def test_a_series_of_questions_has_the_answers_that_each_has_alone(
    data: st.DataObject, instance: Instance, explain: bool
) -> None:
    asked, whole = Engine.of(instance, explain=explain), Engine.of(instance, explain=explain, reduce=False)
    for _ in range(4):
        question, unique = data.draw(questions(asked)), data.draw(st.booleans())
        held = {
            kind: data.draw(st.integers(0, 20))
            for kind in data.draw(st.frozensets(st.sampled_from(instance.objectives), max_size=1))
        }
        found = asked.solve(question, no_worse=held, unique=unique)
        alone = whole.solve(question, no_worse=held, unique=unique)
        assert (found.status, found.stages) == (alone.status, alone.stages)
        assert not unique or found == alone
        assert asked.feasible(question) == whole.feasible(question)
