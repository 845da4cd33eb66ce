"""Reduction: whatever steps are taken, and whoever searches what they leave, the answer is the unreduced model's."""

from __future__ import annotations

from dataclasses import replace

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.answer.verify import verify
from optimizer.model.question import Question
from optimizer.model.reduction.reduce import STEPS
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance, Limit, LimitKind
from tests.model.test_solve import limited_instances
from tests.model.ways import Way, working

WAYS = {
    **{name: Way((name,), 60, 1 << 60) for name in STEPS},
    "no step": Way((), 60, 1 << 60),
    "all steps": Way(tuple(STEPS), 60, 1 << 60),
    "all steps, CP-SAT": Way(tuple(STEPS), 0, 1 << 60),
    "no step, CP-SAT, a column at a time": Way((), 0, 1),
}


@st.composite
def bounded_instances(draw: st.DrawFn) -> Instance:
    """Draw an Instance with limits of every kind, minima and feature groups too."""
    instance = draw(limited_instances())
    features = tuple(
        msgspec.structs.replace(feature, group=draw(st.sampled_from([None, "g"]))) for feature in instance.features
    )
    several = st.sampled_from([LimitKind.FEATURE_GROUP, LimitKind.DOWNSTREAM_SOURCES, LimitKind.PACKAGES])
    bounds = st.sampled_from([(None, None), (None, 1), (None, 3), (1, None), (2, None), (1, 2), (2, 3), (3, 3)])
    limit = st.builds(lambda kind, both: Limit(kind=kind, minimum=both[0], maximum=both[1]), several, bounds)
    more = draw(st.lists(limit, max_size=2))
    named = [msgspec.structs.replace(one, group="g") if one.kind is LimitKind.FEATURE_GROUP else one for one in more]
    return msgspec.structs.replace(instance, features=features, limits=(*instance.limits, *named))


@st.composite
def questions(draw: st.DrawFn, engine: Engine) -> Question:
    """Draw a question of an engine's Instance: anything lifted, withheld or asked for."""
    model = engine.model
    indices = st.sampled_from(range(len(model.package)))
    few = st.frozensets(indices, max_size=2)
    return Question(
        lifted=draw(st.frozensets(st.sampled_from(sorted(model.guards)), max_size=3))
        if model.guards
        else frozenset(),
        without_sources=draw(st.frozensets(st.sampled_from(sorted(model.source)))) if model.source else frozenset(),
        with_packages=draw(few),
        without_packages=draw(few),
        with_features=frozenset(f for f in model.feature if draw(st.sampled_from([False, False, True]))),
        with_one_of=tuple(draw(st.lists(st.frozensets(indices, max_size=3), max_size=1))),
    )


@settings(max_examples=120, deadline=None)
@given(instance=bounded_instances(), way=st.sampled_from(sorted(WAYS)), ideal=st.booleans())
def test_a_reduced_model_has_the_answer_of_the_whole_one(instance: Instance, way: str, ideal: bool) -> None:
    whole = Engine.of(instance, reduce=False).solve()
    with working(replace(WAYS[way], ideal=ideal)):
        reduced = Engine.of(instance).solve()
    assert reduced == whole
    assert not reduced.solved or verify(instance, reduced) == ()


@settings(max_examples=120, deadline=None)
@given(data=st.data(), instance=bounded_instances(), way=st.sampled_from(sorted(WAYS)), explain=st.booleans())
def test_so_it_has_under_any_question(data: st.DataObject, instance: Instance, way: str, explain: bool) -> None:
    whole, reduced = Engine.of(instance, explain=explain, reduce=False), Engine.of(instance, explain=explain)
    question = data.draw(questions(whole))
    held = {
        kind: data.draw(st.integers(0, 20))
        for kind in data.draw(st.frozensets(st.sampled_from(instance.objectives), max_size=2))
    }
    with working(WAYS[way]):
        assert reduced.solve(question, no_worse=held) == whole.solve(question, no_worse=held)
        assert reduced.feasible(question) == whole.feasible(question)
        for kind in (LimitKind.INSTALLED_SIZE, LimitKind.DOWNSTREAM_SOURCES):
            assert reduced.least(question, kind) == whole.least(question, kind)
        any_best = reduced.solve(question, unique=False)
        assert any_best.stages == whole.solve(question, unique=False).stages
