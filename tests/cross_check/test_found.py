"""What the cross-check has found: each a question that was answered wrongly once."""

from __future__ import annotations

from optimizer.answer.verify import verify
from optimizer.model.solve import Engine
from optimizer.universe.instance import Instance
from tests.model.making import make, names, package


def best(instance: Instance) -> str:
    """Return the packages of the answer, which is the same whether the model is reduced or not."""
    solutions = [Engine.of(instance, reduce=reduce).solve() for reduce in (True, False)]
    assert [verify(instance, solution) for solution in solutions] == [(), ()]
    assert solutions[0].stages == solutions[1].stages
    assert solutions[0].packages == solutions[1].packages
    return names(instance, solutions[0].packages)


def test_who_needs_one_of_a_circle_needs_it_through_any_of_its_members() -> None:
    """CentOS 7.2, seed cross-c7-60: pam and libpwquality require each other (`m` and `h`).

    One package asked for the one, another for the other; only the first was seen to need the two, and was taken to be
    in wherever they were.
    """
    sizes = {"a": 1, "c": 1, "f": 150, "h": 1, "k": 1, "m": 2, "o": 1}
    instance = make(
        [package(name, installed_bytes=size) for name, size in sizes.items()],
        requires=[("a", "m"), ("c", "h"), ("f", "k"), ("h", "m"), ("m", "h")],
        required=[("any", "f", "a"), ("any", "o", "c", ("not", "k"))],
        objectives=["installed_size"],
    )
    assert best(instance) == "ahm"
