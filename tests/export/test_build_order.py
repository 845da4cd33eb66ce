"""The order of builds against its law, and both scripts run by a real shell with koji and copr-cli put in by us."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.export import copr, koji
from optimizer.export.build_order import build_order, components, ranked
from optimizer.export.exported import Exported, export_answer
from optimizer.export.format import CannotHoldError
from optimizer.model.solve import Engine
from optimizer.universe.instance import PackageOrigin
from tests.export.answers import ANSWERS, real
from tests.export.making import DOWNSTREAM, answer, entry, package, small

_NAMES = "abcdef"
graphs = st.fixed_dictionaries({name: st.sets(st.sampled_from(_NAMES)) for name in _NAMES}).map(
    lambda graph: {name: others - {name} for name, others in graph.items()}
)


@given(graphs)
def test_groups_come_after_all_they_need_but_what_needs_them_too(before: dict[str, set[str]]) -> None:
    groups = ranked(components(before), before)
    place = {name: number for number, group in enumerate(groups) for name in group}
    assert sorted(place) == sorted(before)
    for name, others in before.items():
        for other in others:
            circle = name in _all_before(before, other)
            assert place[other] == place[name] if circle else place[other] < place[name]
    for number, group in enumerate(groups[1:], start=1):
        for name in group:  # no later than it must be
            assert any(place[other] == number - 1 for mate in _mates(before, name) for other in before[mate])


def _all_before(before: dict[str, set[str]], start: str) -> set[str]:
    found = set(before[start])
    while more := {other for name in found for other in before[name]} - found:
        found |= more
    return found


def _mates(before: dict[str, set[str]], name: str) -> set[str]:
    return {name} | {
        other for other in before if other in _all_before(before, name) and name in _all_before(before, other)
    }


def run(script: bytes, directory: Path, **settings: str) -> list[list[str]]:
    """Return the words of every call a script makes of koji or copr-cli, as the shell passes them on."""
    told = directory / "calls"
    told.touch()
    for name in ("koji", "copr-cli"):
        command = directory / name
        command.write_text(
            f'#!/bin/sh\nn=$(($(grep -c "^{name}$" "$CALLS") + 1))\n'
            f'{{ echo {name}; printf "%s\\n" "$@"; echo; }} >>"$CALLS"\necho "Created builds: $((100 + n))"\n'
        )
        command.chmod(0o755)
    environment = {"PATH": f"{directory}:{os.environ['PATH']}", "CALLS": str(told), **settings}
    subprocess.run(["sh"], input=script, env=environment, check=True, capture_output=True)
    return [call.split("\n") for call in told.read_text().split("\n\n")[:-1]]


KOJI = {"KOJI_TAG": "tag", "KOJI_OWNER": "me", "KOJI_TARGET": "target", "KOJI_SCM": "git+https://host/rpms"}
COPR = {"COPR_PROJECT": "me/image", "COPR_SCM": "https://host/rpms"}


@pytest.mark.parametrize("name", ANSWERS)
def test_koji_is_given_every_source_in_order(name: str, tmp_path: Path) -> None:
    order = build_order(real(name), "koji")
    sources = [one.source for one in real(name).divergence.entries if one.origin == "downstream"]
    assert sorted(name for group in order.groups for name in group) == sorted(sources)
    calls = run(koji.write(real(name)), tmp_path, **KOJI)
    if not sources:
        assert calls == []
        return
    add, *builds = calls
    assert add == ["koji", "add-pkg", "--owner", "me", "tag", *sorted(sources)]
    urls = [[f"git+https://host/rpms/{one}#HEAD" for one in group] for group in order.groups]
    if len(urls) == 1:
        assert builds == [["koji", "build", "--nowait", "target", url] for url in urls[0]]
    else:
        words = [word for group in urls for word in (":", *group)][1:]
        assert builds == [["koji", "chain-build", "target", *words]]


@pytest.mark.parametrize("name", ANSWERS)
def test_copr_batches_follow_each_other(name: str, tmp_path: Path) -> None:
    order = build_order(real(name), "copr")
    calls = run(copr.write(real(name)), tmp_path, **COPR)
    names = [name for group in order.groups for name in group]
    assert [call[call.index("--clone-url") + 1] for call in calls] == [f"https://host/rpms/{one}" for one in names]
    number = {one: str(101 + place) for place, one in enumerate(names)}
    for group, later in pairwise(order.groups):
        assert calls[names.index(later[0])][-3:-1] == ["--after-build-id", number[group[0]]]
    for group in order.groups:
        for one in group[1:]:
            assert calls[names.index(one)][-3:-1] == ["--with-build-id", number[group[0]]]


def test_two_sources_that_need_each_other_are_told() -> None:
    from tests.model.making import make
    from tests.model.making import package as candidate

    ours = PackageOrigin.DOWNSTREAM
    instance = make(
        [candidate(name, origin=ours) for name in "abc"],
        requires=[("a", "b"), ("b", "a"), ("c", "a")],
        required=["c"],
        objectives=["packages"],
    )
    exported = solved(instance)
    order = build_order(exported, "koji")
    assert order.groups == (("a", "b"), ("c",))
    assert order.circles == (("a", "b"),)
    assert b"bootstrapped: a b" in koji.write(exported)


def solved(instance: object) -> Exported:
    """Return the answer to an Instance made by hand, every downstream source in the divergence list."""
    from optimizer.answer.manifest import write_manifest
    from optimizer.answer.result import DivergenceList
    from optimizer.universe.instance import Instance

    assert isinstance(instance, Instance)
    solution = Engine.of(instance).solve()
    entries = tuple(
        entry(instance.sources[index].name, instance.sources[index].origin.value, "", "absent")
        for index in solution.sources
    )
    divergence = DivergenceList(format=1, problem=instance.problem, entries=entries)
    return export_answer(write_manifest(instance, solution), divergence, small().record, instance)


def test_a_stub_is_told_and_not_built() -> None:
    text = koji.write(small()).decode()
    assert "# must be packaged first, nobody has: agent" in text
    assert "keel" in text
    assert "/agent" not in text


@pytest.mark.parametrize("name", ["$(touch evil)", "a b", "-option", "a;b", "", "a\nb", "../a"])
def test_a_source_of_no_rpm_name_is_refused(name: str) -> None:
    ours = package("keel", "1-1", repository=DOWNSTREAM, origin="downstream")
    exported = answer((ours,), (entry(name, "downstream", "keel-1-1.x86_64", "absent"),))
    for write in (koji.write, copr.write):
        with pytest.raises(CannotHoldError):
            write(exported)
