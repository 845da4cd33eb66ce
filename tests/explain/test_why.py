"""Why: chains that libsolv confirms on real repositories, and what is told of a word."""

from __future__ import annotations

from pathlib import Path

import pytest
import solv

from optimizer.explain.answered import Answered, NoAnswerError
from optimizer.explain.subject import SubjectKind, UnknownSubjectError
from optimizer.explain.why import Link, NotInAnswerError, Why, why
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, World, close_problem
from optimizer.problem.dependency import leaves, parse_dependency
from optimizer.problem.load import load_problem
from optimizer.universe.instance import Instance, PackageOrigin
from tests.model.making import make, package
from tests.requirements import PROJECT_ROOT

_REAL = ("real/cs9-host.yaml", "photon-1.0-tp1-minimal-strict.yaml", "real/centos8-libvirt-devel.yaml")
_TAGS = {
    "requires": (solv.SOLVABLE_REQUIRES, -1),
    "prerequires": (solv.SOLVABLE_REQUIRES, 1),
    "recommends": (solv.SOLVABLE_RECOMMENDS, 0),
}


def _answer(instance: Instance) -> Answered:
    return Answered(instance, Engine.of(instance).solve())


def _confirm(world: World, link: Link) -> None:
    """Hold one step against libsolv's pool: the asker has the dependency, and the package provides it."""
    instance, pool = world.closed.instance, world.universe.world.pool
    ids = dict(zip((held.nevra for held in instance.packages), world.closed.solvable_ids, strict=True))
    asker, giver = pool.id2solvable(ids[link.asker]), ids[link.package]
    tag, marker = _TAGS[link.kind]
    assert link.text in [str(held) for held in asker.lookup_deparray(tag, marker)]
    spoken = [world.universe.world.dependency_id(leaf) for leaf in leaves(parse_dependency(link.text))]
    assert giver in {held.id for dependency in spoken for held in pool.whatprovides(dependency)}


@pytest.mark.data
@pytest.mark.parametrize("file", _REAL)
def test_every_step_is_a_dependency_that_libsolv_knows(file: str, data_directory: Path) -> None:
    world = close_problem(load_problem(PROJECT_ROOT / "problems" / file), Settings(mirror=data_directory))
    answered = _answer(world.closed.instance)
    confirmed = 0
    for index in sorted(answered.chosen)[::3]:
        name = answered.instance.packages[index].nevra
        (found,) = (held for held in why(answered, name).packages if held.nevra == name)
        assert found.kept is None
        assert found.features
        for feature in found.features:
            assert feature.chain[-1].package == name
            assert feature.chain[0].kind == "feature"
            for link in feature.chain[1:]:
                _confirm(world, link)
                confirmed += 1
    assert confirmed > len(answered.chosen) / 3


def _world() -> Instance:
    held = [
        package("app"),
        package("shell", installed_bytes=40, download_bytes=10),
        package("other-shell", installed_bytes=90),
        package("library", installed_bytes=7, download_bytes=3),
        package("stand-in", origin=PackageOrigin.VIRTUAL, installed_bytes=0, download_bytes=0),
        package("real", installed_bytes=None, download_bytes=None),
    ]
    return make(
        held,
        provides={"/bin/sh": ("shell", "other-shell"), "name": ("stand-in",)},  # type: ignore[dict-item]
        requires=[("app", "/bin/sh"), ("shell", "library"), ("shell", "name"), ("stand-in", "real")],
        required=["app"],
        optional=[("library", 1)],
        objectives=["features", "installed_size"],
    )


def _one(found: Why) -> str:
    (package,) = found.packages
    return package.nevra


def test_a_path_tells_who_gives_it_who_asks_and_why_each_is_in() -> None:
    found = why(_answer(_world()), "/bin/sh")
    assert (found.kind, found.capabilities, found.not_in) == (
        SubjectKind.CAPABILITY, ("/bin/sh",), ("other-shell-1-1.noarch",),
    )  # fmt: skip
    assert [(link.asker, link.kind, link.package) for link in found.asked_by] == [
        ("app-1-1.noarch", "requires", "shell-1-1.noarch")
    ]
    (shell,) = found.packages
    assert [(feature.text, feature.needs) for feature in shell.features] == [("app", True)]
    assert [link.text for link in shell.features[0].chain] == ["app", "/bin/sh"]
    assert [holder.name for holder in shell.held_by] == ["app-1-1.noarch", "app"]
    assert [held.nevra for held in shell.leaving] == [
        "shell-1-1.noarch", "stand-in-1-1.noarch", "real-1-1.noarch",
    ]  # fmt: skip
    assert (shell.leaving_installed_bytes, shell.leaving_download_bytes, shell.leaving_unknown_sizes) == (40, 10, 1)
    assert [(link.asker, link.text) for link in shell.given_up] == [("app-1-1.noarch", "/bin/sh")]


def test_a_virtual_package_is_shown_as_what_it_is() -> None:
    found = why(_answer(_world()), "real")
    chain = found.packages[0].features[0].chain
    assert [link.origin for link in chain] == ["upstream", "upstream", "virtual", "upstream"]


def test_a_feature_that_leads_to_a_package_may_do_without_it() -> None:
    found = why(_answer(_world()), "library")
    features = {feature.text: feature for feature in found.packages[0].features}
    assert (features["app"].needs, features["library"].needs) == (True, True)
    assert features["library"].required is False
    assert found.packages[0].held_by == ()


def test_a_name_that_another_package_gives_is_taken_for_the_capability() -> None:
    held = [package("mail"), package("post"), package("app")]
    instance = make(held, provides={"mail": ("mail", "post")}, requires=[("app", "mail")], required=["app", "post"])  # type: ignore[dict-item]
    found = why(_answer(instance), "mail")
    assert (found.kind, _one(found), found.not_in) == (
        SubjectKind.CAPABILITY, "post-1-1.noarch", ("mail-1-1.noarch",),
    )  # fmt: skip


def test_what_is_not_in_the_answer_and_what_nothing_leads_to() -> None:
    answered = _answer(_world())
    with pytest.raises(NotInAnswerError) as caught:
        why(answered, "other-shell")
    assert caught.value.candidates == ("other-shell-1-1.noarch",)
    with pytest.raises(UnknownSubjectError):
        why(answered, "libary2000")
    with pytest.raises(NoAnswerError):
        why(_answer(make("a", required=["a"], forbidden=["a"])), "a")
