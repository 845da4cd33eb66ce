"""What a word names: every usual spelling of a package, capabilities by text or name, features, and near misses."""

from __future__ import annotations

import msgspec
import pytest

from optimizer.explain.subject import SubjectKind, UnknownSubjectError, find_packages, find_subject, wanted
from optimizer.universe.instance import Feature, Instance
from tests.model.making import make, package


def _instance() -> Instance:
    held = [
        package("bash", version="5.1", release="6.el9", arch="x86_64"),
        package("bash", version="5.0", release="1.el9", arch="x86_64", repository="old"),
        package("vim", epoch=2, version="8.2", release="1", arch="i686"),
        package("vim", epoch=2, version="8.2", release="1", arch="x86_64"),
    ]
    names = [msgspec.structs.replace(one, name=f"{one.name}{index}") for index, one in enumerate(held)]
    made = make(
        names,
        provides={"/bin/sh": ("bash0", "bash1"), "python(abi) = 3.9": ("bash0",), "python(abi) = 3.10": ("bash1",)},  # type: ignore[dict-item]
        required=["bash0"],
    )
    rich = Feature(text="(vim or bash)", formula=("any", 0, ("not", 2)), required=True)
    return msgspec.structs.replace(made, packages=tuple(held), features=(*made.features, rich))


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("bash", (0, 1)),
        ("bash.x86_64", (0, 1)),
        ("bash-5.1", (0,)),
        ("bash-5.1-6.el9", (0,)),
        ("bash-5.1-6.el9.x86_64", (0,)),
        ("bash-0:5.1-6.el9.x86_64", (0,)),
        ("0:bash-5.0-1.el9.x86_64", (1,)),
        ("vim-8.2-1.i686", (2,)),
        ("vim-2:8.2-1.x86_64", (3,)),
        ("2:vim-8.2-1", (2, 3)),
        ("vim-2:8.2", (2, 3)),
    ],
)
def test_a_package_by_any_usual_spelling(word: str, found: tuple[int, ...]) -> None:
    assert find_packages(_instance(), word) == found
    subject = find_subject(_instance(), word)
    assert (subject.kind, subject.packages) == (SubjectKind.PACKAGE, found)


@pytest.mark.parametrize("word", ["bash.i686", "vim-1:8.2-1", "bas", "bash-5", "5.1-6.el9", "", "bash-"])
def test_what_is_no_spelling_of_a_package(word: str) -> None:
    with pytest.raises(UnknownSubjectError):
        find_packages(_instance(), word)


def test_a_path_or_capability_by_text_or_by_name() -> None:
    instance = _instance()
    path = find_subject(instance, "/bin/sh")
    assert (path.kind, path.packages, len(path.capabilities)) == (SubjectKind.CAPABILITY, (0, 1), 1)
    assert find_subject(instance, "python(abi)=3.9").packages == find_subject(instance, "python(abi) = 3.9").packages
    assert find_subject(instance, "python(abi) == 3.9").packages == (0,)
    assert find_subject(instance, "python(abi)").packages == (0, 1)
    assert len(find_subject(instance, "python(abi)").capabilities) == 2


def test_a_feature_by_its_text_names_who_can_help_it() -> None:
    feature = find_subject(_instance(), "(vim or bash)")
    assert (feature.kind, feature.packages, feature.features) == (SubjectKind.FEATURE, (0,), (1,))


def test_only_what_can_help_is_wanted() -> None:
    assert wanted(("any", 1, ("not", ("all", 2, ("not", 3))))) == (1, 3)


def test_the_nearest_names_are_told() -> None:
    with pytest.raises(UnknownSubjectError) as caught:
        find_subject(_instance(), "python(abi) = 3.8")
    assert caught.value.near[0] == "python(abi) = 3.9"
    assert "nothing that the problem can lead to asks for this capability" in str(caught.value)
    with pytest.raises(UnknownSubjectError) as none:
        find_packages(_instance(), "qqqq")
    assert (none.value.near, none.value.sought) == ((), "package")


def test_a_soname_is_meant_with_its_symbol_versions() -> None:
    texts = ("libc.so.6(GLIBC_2.4)(64bit)", "libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_2.4)")
    instance = make(
        "ac", provides=dict.fromkeys(texts, "c"), requires=[("a", text) for text in texts], required=["a"]
    )
    found = find_subject(instance, "libc.so.6()(64bit)")
    assert sorted(instance.capabilities[index].text for index in found.capabilities) == sorted(texts[:2])
    assert [instance.packages[index].name for index in found.packages] == ["c"]


def test_a_path_that_nobody_asks_for_is_no_proof_that_no_package_has_it() -> None:
    with pytest.raises(UnknownSubjectError) as caught:
        find_subject(_instance(), "/usr/bin/vim")
    assert caught.value.near[0] == "vim"
    assert "can lead to a " not in str(caught.value)
    assert "asks for this path" in str(caught.value)
