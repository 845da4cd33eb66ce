"""Module streams: reading, defaults, activation, and the same filter as the real dnf's."""

from __future__ import annotations

import io
import itertools
import lzma
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.repository.error import BadRepositoryData, NoSuchModule
from optimizer.repository.module_selection import artifact_name
from optimizer.repository.modulemd import DefaultStream
from optimizer.repository.modules import Modules, default_streams, read_modules
from tests.repository.making import create_repository


def modulemd(
    name: str,
    stream: str,
    *artifacts: str,
    version: int = 1,
    context: str = "c0",
    requires: str = "{}",
    demodularized: str = "[]",
) -> str:
    return f"""---
document: modulemd
version: 2
data:
  name: {name}
  stream: {stream}
  version: {version}
  context: {context}
  static_context: true
  arch: x86_64
  summary: s
  description: d
  license: {{module: [MIT]}}
  dependencies: [{{requires: {requires}}}]
  demodularized: {{rpms: {demodularized}}}
  artifacts: {{rpms: [{", ".join(artifacts)}]}}
...
"""


def default(module: str, stream: str) -> str:
    return f"""---
document: modulemd-defaults
version: 1
data:
  module: {module}
  stream: {stream}
...
"""


def modules(*documents: str) -> Modules:
    return read_modules(io.BytesIO("".join(documents).encode()))


def test_a_stream_name_is_text_even_where_it_looks_like_a_number() -> None:
    read = modules(modulemd("m", "1.10"), default("m", "1.10"))
    assert str(read.streams[0]) == "m:1.10"
    assert read.select(()).active == ("m:1.10",)


def test_default_stream_is_active_and_the_other_excluded() -> None:
    read = modules(modulemd("m", "a", "p-0:1-1.x86_64"), modulemd("m", "b", "p-0:2-1.x86_64"), default("m", "a"))
    selection = read.select(())
    assert selection.excluded_artifacts == {"p-0:2-1.x86_64"}
    assert not selection.excludes("p-0:1-1.x86_64", "p")
    assert selection.excludes("p-0:3-1.x86_64", "p"), "a package of no module with an active artifact's name"
    assert selection.excludes("q-0:3-1.x86_64", "q", ["p"]), "and one that provides that name"
    assert not selection.excludes("q-0:3-1.x86_64", "q")


def test_a_named_stream_replaces_the_default() -> None:
    read = modules(modulemd("m", "a", "p-0:1-1.x86_64"), modulemd("m", "b", "p-0:2-1.x86_64"), default("m", "a"))
    assert read.select(("m:b",)).active == ("m:b",)
    assert read.select(("m:b",)).excluded_artifacts == {"p-0:1-1.x86_64"}


def test_without_default_no_stream_is_active_and_plain_packages_stay() -> None:
    selection = modules(modulemd("m", "a", "p-0:1-1.x86_64")).select(())
    assert selection.active == ()
    assert selection.excludes("p-0:1-1.x86_64", "p")
    assert not selection.excludes("p-0:0-1.x86_64", "p")


def test_an_artifact_of_an_active_and_an_inactive_stream_stays() -> None:
    read = modules(modulemd("m", "a", "p-0:1-1.x86_64"), modulemd("m", "b", "p-0:1-1.x86_64"))
    assert read.select(("m:b",)).excluded_artifacts == frozenset()


def test_an_artifact_without_epoch_has_epoch_zero() -> None:
    assert modules(modulemd("m", "a", "p-1-1.x86_64")).streams[0].artifacts == ("p-0:1-1.x86_64",)


def test_source_artifacts_do_not_take_binary_packages_away() -> None:
    assert modules(modulemd("m", "a", "p-0:1-1.src")).select(("m:a",)).active_names == frozenset()


@pytest.mark.parametrize(
    ("named", "nearest"),
    [("m:c", ("m:a", "m:b")), ("mm:a", ("m:a",)), ("m", ("m:a", "m:b")), ("zzz:1", ())],
)
def test_a_stream_that_does_not_exist_names_the_nearest(named: str, nearest: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchModule) as caught:
        modules(modulemd("m", "a"), modulemd("m", "b")).select((named,))
    assert caught.value.named == named
    assert caught.value.nearest[: len(nearest)] == nearest
    assert bool(caught.value.nearest) == bool(nearest)


def test_two_streams_of_a_module_cannot_both_be_named() -> None:
    with pytest.raises(NoSuchModule, match="m:a is named too"):
        modules(modulemd("m", "a"), modulemd("m", "b")).select(("m:a", "m:b"))


def test_a_required_stream_comes_along_and_comes_before_a_default() -> None:
    read = modules(
        modulemd("app", "1", requires="{perl: [new], platform: [el9]}"),
        modulemd("perl", "old"),
        modulemd("perl", "new"),
        default("perl", "old"),
    )
    assert read.select(()).active == ("perl:old",)
    assert read.select(("app:1",)).active == ("app:1", "perl:new")


def test_a_choice_of_required_streams_must_be_named() -> None:
    read = modules(modulemd("app", "1", requires="{perl: []}"), modulemd("perl", "a"), modulemd("perl", "b"))
    with pytest.raises(NoSuchModule, match="needs one stream of perl"):
        read.select(("app:1",))
    assert read.select(("app:1", "perl:b")).active == ("app:1", "perl:b")


def test_a_default_stream_that_cannot_be_had_gives_way_to_a_named_one() -> None:
    read = modules(
        modulemd("app", "1", "p-0:1-1.x86_64", requires="{perl: [a]}"),
        modulemd("perl", "a"),
        modulemd("perl", "b"),
        default("app", "1"),
    )
    assert read.select(("perl:b",)).active == ("perl:b",)
    assert read.select(("perl:b",)).excluded_artifacts == {"p-0:1-1.x86_64"}


def test_of_two_contexts_the_one_that_fits_is_active() -> None:
    read = modules(
        modulemd("app", "1", "p-0:1-1.x86_64", context="ca", requires="{perl: [a]}"),
        modulemd("app", "1", "p-0:2-1.x86_64", context="cb", requires="{perl: [b]}"),
        modulemd("perl", "a"),
        modulemd("perl", "b"),
    )
    assert read.select(("app:1", "perl:b")).active_artifacts == {"p-0:2-1.x86_64"}


def test_a_default_that_gave_way_is_not_brought_back() -> None:
    read = modules(
        modulemd("app", "1", requires="{perl: [a]}"),
        modulemd("other", "1", requires="{app: [1]}"),
        modulemd("perl", "a"),
        modulemd("perl", "b"),
        default("app", "1"),
        default("other", "1"),
    )
    assert read.select(("perl:b",)).active == ("perl:b",)


def test_defaults_that_disagree_cancel_out_and_a_newer_one_wins() -> None:
    assert default_streams([DefaultStream("m", "a", 1), DefaultStream("m", "b", 1)]) == {}
    assert default_streams([DefaultStream("m", "b", 2), DefaultStream("m", "a", 1)]) == {"m": "b"}


def test_documents_of_other_kinds_are_passed_over() -> None:
    other = "---\ndocument: modulemd-obsoletes\nversion: 1\ndata: {module: m}\n---\n- a list\n---\njust text\n"
    assert len(modules(other, modulemd("m", "a")).streams) == 1
    assert modules("") == Modules()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("---\n{", "modules"),
        ("---\ndocument: modulemd\nversion: 2\ndata: {stream: a}\n", r"document\.data\.name"),
        ("---\ndocument: modulemd\nversion: 2\ndata: [a]\n", r"document\.data to be a dict"),
        (modulemd("m", "a", "nonsense"), "artifact 'nonsense'"),
        (modulemd("m", "a").replace("version: 1\n", "version: x\n"), r"data\.version"),
    ],
)
def test_wrong_documents_are_bad_data_that_says_where(text: str, words: str) -> None:
    with pytest.raises(BadRepositoryData, match=words):
        modules(text)


def test_no_tag_makes_an_object() -> None:
    read = modules("---\n!!python/object/apply:os.abort []\n", modulemd("m", "a"))
    assert len(read.streams) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 20_000, "- " * 20_000, "? " * 3_000, "&a [*a]"])
def test_deep_documents_do_not_end_the_interpreter(text: str) -> None:
    with pytest.raises(BadRepositoryData):
        modules(text)


def available_in_dnf(dnf: Path, work: Path, repositories: dict[str, Path], named: tuple[str, ...]) -> set[str]:
    """Ask dnf what is available where these streams are enabled, `!` for all packages without its filter."""
    root = work / "root"
    enabled = root / "etc" / "dnf" / "modules.d"
    enabled.mkdir(parents=True)
    for text in named:
        name, stream = text.split(":")
        content = f"[{name}]\nname={name}\nstream={stream}\nprofiles=\nstate=enabled\n"
        (enabled / f"{name}.module").write_text(content)
    options = ["reposdir=/nonexistent", f"cachedir={work / 'cache'}", "plugins=0", "module_platform_id=platform:el9"]
    settings = [f"--setopt={option}" for option in options]
    paths = [f"--repofrompath={name},{path}" for name, path in repositories.items()]
    query = ["repoquery", "--available", "--qf", "%{name}-%{epoch}:%{version}-%{release}.%{arch}"]
    where = ["--installroot", str(root), "--releasever=9", "--forcearch=x86_64"]
    command = [str(dnf), "-q", *where, *settings, *paths, *query]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return set(done.stdout.split())


PACKAGES = [
    ("p-0:1-1.mod.x86_64", ()),
    ("p-0:2-1.mod.x86_64", ()),
    ("p-0:9-1.x86_64", ()),
    ("provider-0:1-1.x86_64", ("p",)),
    ("away-0:1-1.mod.x86_64", ()),
    ("away-0:9-1.x86_64", ()),
    ("gone-0:1-1.mod.x86_64", ()),
    ("gone-0:9-1.x86_64", ()),
    ("app-0:1-1.mod.x86_64", ()),
    ("app-0:2-1.mod.x86_64", ()),
    ("app-0:9-1.x86_64", ()),
    ("plain-0:1-1.x86_64", ()),
    *((f"two-0:{number}-1.mod.x86_64", ()) for number in range(1, 5)),
]
DOCUMENTS = [
    modulemd("m", "a", "p-0:1-1.mod.x86_64", "away-0:1-1.mod.x86_64", "gone-0:1-1.mod.x86_64", "plain-0:1-1.src"),
    modulemd("m", "a", "away-0:1-1.mod.x86_64", version=2, demodularized="[away]"),
    modulemd("m", "b", "p-0:2-1.mod.x86_64", version=3, demodularized="[gone]"),
    modulemd("two", "1", "two-0:1-1.mod.x86_64", context="ca", version=1),
    modulemd("two", "1", "two-0:2-1.mod.x86_64", context="cb", version=2),
    modulemd("two", "2", "two-0:3-1.mod.x86_64", context="ca", version=2),
    modulemd("two", "2", "two-0:4-1.mod.x86_64", context="cb", version=1),
    modulemd("app", "1", "app-0:1-1.mod.x86_64", context="ca", requires="{m: [a]}"),
    modulemd("app", "1", "app-0:2-1.mod.x86_64", context="cb", requires="{m: [b]}"),
]


@pytest.mark.tool("dnf")
@pytest.mark.parametrize(
    ("named", "default_stream"),
    [
        *itertools.product([(), ("m:a",), ("m:b",), ("app:1", "m:a"), ("app:1", "m:b")], [None, "a", "b"]),
        (("two:1",), None),
        (("two:2",), None),
        (("app:1",), "a"),
        (("app:1",), "b"),
    ],
)
def test_the_filter_leaves_what_dnf_leaves(
    named: tuple[str, ...], default_stream: str | None, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    text = "".join([*DOCUMENTS, *([default("m", default_stream)] if default_stream else [])]).encode()
    root = create_repository(tmp_path / "repository", PACKAGES, {"modules": text})
    selection = read_modules(io.BytesIO(text)).select(named)
    ours = {nevra for nevra, provides in PACKAGES if not selection.excludes(nevra, artifact_name(nevra), provides)}
    assert ours == available_in_dnf(tool("dnf"), tmp_path, {"test": root}, named)


@pytest.mark.data
@pytest.mark.tool("dnf")
def test_the_filter_leaves_what_dnf_leaves_of_centos_stream_9(
    data_directory: Path, tool: Callable[[str], Path], tmp_path: Path
) -> None:
    names = ("centos-stream-9-baseos", "centos-stream-9-appstream")
    repositories = {name: data_directory / name for name in names}
    (found,) = (repositories[names[1]] / "repodata").glob("*modules.yaml.xz")
    with lzma.open(found) as file:
        read = read_modules(io.BytesIO(file.read()))
    named = ("nginx:1.24", "php:8.2", "postgresql:16", "ruby:3.3")
    selection, nothing = read.select(named), read.select(())
    offered = available_in_dnf(tool("dnf"), tmp_path / "named", repositories, named)
    plain = available_in_dnf(tool("dnf"), tmp_path / "plain", repositories, ())
    every = offered | plain
    assert {nevra for nevra in every if not selection.excludes(nevra, artifact_name(nevra))} == offered
    assert {nevra for nevra in every if not nothing.excludes(nevra, artifact_name(nevra))} == plain
    assert len(offered - plain) > 50
    assert len(plain - offered) > 20
