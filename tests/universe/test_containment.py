"""libsolv parses what strangers wrote in a process of its own: what ends it is an error about the repository."""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import solv

from optimizer.pipeline import Settings, close_problem
from optimizer.problem import dependency
from optimizer.problem.load import load_problem
from optimizer.problem.problem import Problem
from optimizer.repository.cache import Cache
from optimizer.repository.error import BadRepositoryData
from optimizer.universe import containment, load
from optimizer.universe.instance import Instance
from optimizer.universe.reader import DEEPEST, MOST_CLAUSES, MOST_OPERATORS, Refused, check_dependency
from tests.repository.making import Part, write_repository
from tests.repository.primary import Made, nested, primary, product, write_packages
from tests.requirements import PROJECT_ROOT

TEXT = "format: 1\nname: p\narch: x86_64\nfeatures: {required: [a]}\nobjectives: [packages]\nrepositories:\n"


def problem(tmp_path: Path, *roots: Path) -> Problem:
    """Return a problem that requires `a` of these repositories."""
    rows = "".join(f"  - {{id: r{number}, origin: upstream, baseurl: {root}}}\n" for number, root in enumerate(roots))
    path = tmp_path / "p.yaml"
    path.write_text(TEXT + rows)
    return load_problem(path)


def closed(tmp_path: Path, *roots: Path) -> Instance:
    """Return the Instance, through a cache beside it."""
    return close_problem(problem(tmp_path, *roots), Settings(cache=Cache(tmp_path / "cache"))).closed.instance


def refusal(tmp_path: Path, *packages: Made) -> BadRepositoryData:
    """Return why a repository of these packages is refused."""
    with pytest.raises(BadRepositoryData) as caught:
        closed(tmp_path, write_packages(tmp_path / "root", *packages))
    return caught.value


@pytest.fixture
def usual_stack() -> Iterator[None]:
    """A main thread's stack of 8 MiB in children, as Linux has it."""
    before = resource.getrlimit(resource.RLIMIT_STACK)
    resource.setrlimit(resource.RLIMIT_STACK, (8 << 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_STACK, before)


def write_solv(path: Path, fill: object) -> Path:
    """Write a `.solv` file of what `fill` does to a pool and its repository."""
    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    repository = pool.add_repo("made")
    fill(pool, repository)  # type: ignore[operator]
    stream = solv.xfopen(str(path), "w")
    assert repository.write(stream)
    stream.close()
    return path


@pytest.mark.usefixtures("usual_stack")
def test_a_crash_of_libsolv_is_an_error_about_the_repository(tmp_path: Path) -> None:
    error = refusal(tmp_path, Made(requires=(nested(200_000),)))
    assert (error.exit_code, error.file) == (65, "repodata/primary.xml.gz")
    assert "libsolv could not read the primary metadata: found the end of its process by SIGSEGV" in str(error)


@pytest.mark.usefixtures("usual_stack")
def test_a_command_says_so_in_one_line(tmp_path: Path) -> None:
    problem(tmp_path, write_packages(tmp_path / "root", Made(requires=(nested(200_000),))))
    command = [sys.executable, "-m", "optimizer", "solve", "--no-write", str(tmp_path / "p.yaml")]
    environment = {"PKGSET_CACHE": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (65, "", 1)
    assert "p.yaml: repository r0: " in done.stderr
    assert "SIGSEGV" in done.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (nested(DEEPEST + 1), f"more than {DEEPEST} parentheses within each other"),
        (nested(40_000), f"more than {DEEPEST} parentheses within each other"),
        ("(" + " or ".join(["b"] * (MOST_OPERATORS + 2)) + ")", f"more than {MOST_OPERATORS} operators"),
        (product(13), f"multiplies out to more than {MOST_CLAUSES} clauses"),
        (product(30), f"multiplies out to more than {MOST_CLAUSES} clauses"),
    ],
)
def test_dependencies_that_would_cost_libsolv_too_much(text: str, problem: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, Made(), Made(name="other", conflicts=(text,)))
    assert problem in str(error)
    assert len(str(error)) < 400


@pytest.mark.parametrize("text", [nested(DEEPEST), "(" + " or ".join(["b"] * MOST_OPERATORS) + ")", product(12)])
def test_dependencies_just_within_the_limits(text: str, tmp_path: Path) -> None:
    packages = (
        Made(requires=(text,)),
        Made(name="b"),
        Made(name="c"),
        Made(name="d"),
        Made(name="a0"),
        Made(name="b0"),
    )
    instance = closed(tmp_path, write_packages(tmp_path / "root", *packages))
    assert [one.text for one in instance.requirements] == [text]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("(" + " or ".join(f"(a{n} if b{n})" for n in range(13)) + ")", True),
        ("(" + " or ".join(f"(a{n} unless b{n})" for n in range(13)) + ")", False),
        ("(" + " and ".join(f"(a{n} if b{n})" for n in range(13)) + ")", False),
        ("(" + " and ".join(f"(a{n} with b{n})" for n in range(13)) + ")", True),
        ("(" + " or ".join(f"(a{n} if b{n} else c{n})" for n in range(13)) + ")", False),
        ("(" + " or ".join(f"(a{n} unless b{n} else c{n})" for n in range(13)) + ")", False),
    ],
)
def test_clauses_are_counted_both_ways(text: str, fits: bool) -> None:
    if fits:
        check_dependency(text)
    else:
        with pytest.raises(Refused, match="multiplies out"):
            check_dependency(text)


def test_the_limits_are_those_of_problem_files() -> None:
    """The reader imports nothing of ours before it needs the parser, so both state them."""
    assert (DEEPEST, MOST_OPERATORS + 1, MOST_CLAUSES) == (
        dependency._MAX_DEPTH,
        dependency.MOST_OPERANDS,
        dependency.MOST_CLAUSES,
    )


def test_a_deep_dependency_in_a_solv_file(tmp_path: Path) -> None:
    def fill(pool: solv.Pool, repository: solv.Repo) -> None:
        package = repository.add_solvable()
        package.name, package.evr, package.arch = "a", "1-1", "noarch"
        package.add_requires(pool.parserpmrichdep(nested(DEEPEST + 1)))

    with pytest.raises(BadRepositoryData, match="parentheses within each other"):
        closed(tmp_path, write_solv(tmp_path / "x.solv", fill))


def test_a_solv_file_is_written_anew(tmp_path: Path) -> None:
    """The same packages, and a second load reads only what our own child wrote."""

    def fill(pool: solv.Pool, repository: solv.Repo) -> None:
        for name in ("a", "b"):
            package = repository.add_solvable()
            package.name, package.evr, package.arch = name, "1-1", "noarch"
            package.add_provides(pool.Dep(name).Rel(solv.REL_EQ, pool.str2id("1-1")))
            package.add_requires(pool.Dep("b"))

    path = write_solv(tmp_path / "x.solv", fill)
    first = closed(tmp_path, path)
    assert [package.nevra for package in first.packages] == ["a-1-1.noarch", "b-1-1.noarch"]
    assert len(Cache(tmp_path / "cache").entries()) == 1
    assert closed(tmp_path, path) == first


def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "MEMORY_LIMIT", 64 << 20)
    assert "in 64 MiB of memory" in str(refusal(tmp_path, Made(name="a" * (32 << 20))))


def test_time_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """20,000 versions of one name of a megabyte: little to store, 20 GB to print."""

    def fill(pool: solv.Pool, repository: solv.Repo) -> None:
        package = repository.add_solvable()
        package.name, package.evr, package.arch = "a", "1-1", "noarch"
        name = pool.Dep("(" + "a" * (1 << 20))
        for number in range(20_000):
            package.add_provides(name.Rel(solv.REL_EQ, pool.str2id(str(number))))

    monkeypatch.setattr(containment, "CPU_LIMIT_S", 1)
    with pytest.raises(BadRepositoryData, match="cannot read the dependencies in 1 seconds"):
        closed(tmp_path, write_solv(tmp_path / "x.solv", fill))


def test_who_is_killed_is_not_said_to_have_taken_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a system does whose memory runs out: it was told as the limit of processor time."""
    killed = tmp_path / "killed.py"
    killed.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.setattr(containment, "reader", SimpleNamespace(__file__=str(killed)))
    said = str(refusal(tmp_path, Made()))
    assert "the end of its process by SIGKILL" in said
    assert "seconds" not in said


def test_what_is_written_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containment, "WRITTEN_LIMIT", 1 << 10)
    assert "cannot be written" in str(refusal(tmp_path, Made(summary="".join(map(chr, range(33, 4000))) * 9)))


def test_more_repositories_than_may_be_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    roots = [write_packages(tmp_path / str(number), Made(version=str(number))) for number in range(5)]
    everything = closed(tmp_path, *roots)
    for most in (1, 2, 9):
        monkeypatch.setattr(load, "_most_at_once", lambda most=most: most)
        settings = Settings(cache=Cache(tmp_path / f"cache-{most}"))
        assert close_problem(problem(tmp_path, *roots), settings).closed.instance == everything


def test_no_child_outlives_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[subprocess.Popen[bytes]] = []
    make = subprocess.Popen

    def remember(*words: object, **options: object) -> subprocess.Popen[bytes]:
        began.append(make(*words, **options))  # type: ignore[call-overload]
        return began[-1]

    monkeypatch.setattr(subprocess, "Popen", remember)
    bad = write_repository(tmp_path / "bad", [Part("primary", b"<metadata>")])
    good = [write_packages(tmp_path / str(number), Made()) for number in range(2)]
    with pytest.raises(BadRepositoryData, match="libsolv cannot read the primary metadata"):
        closed(tmp_path, bad, *good)
    gc.collect()
    assert [process.returncode is not None for process in began] == [True] * len(began)


@pytest.mark.parametrize("damage", ["flipped", "short", "empty", "other"])
def test_a_damaged_cached_file_is_read_anew(damage: str, tmp_path: Path) -> None:
    root = write_packages(tmp_path / "root", Made())
    first = closed(tmp_path, root)
    (entry,) = Cache(tmp_path / "cache").entries()
    whole = entry.path.read_bytes()
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    entry.path.write_bytes({"flipped": bytes(changed), "short": whole[:-9], "empty": b"", "other": whole * 2}[damage])
    assert closed(tmp_path, root) == first
    assert entry.path.read_bytes() == whole


def test_only_the_reader_lets_libsolv_parse_xml() -> None:
    """What a server sent must not reach libsolv in this process: its readers are called in two places."""
    called = {
        (path.name, word)
        for path in (PROJECT_ROOT / "optimizer").rglob("*.py")
        for word in ("add_rpmmd", "add_solv(", "add_solv,", "add_susetags", "add_comps")
        if word in path.read_text(encoding="utf-8")
    }
    assert {place for place, word in called if word == "add_rpmmd"} == {"reader.py"}
    assert {place for place, _ in called} == {"reader.py", "load.py"}


def test_primary_is_what_is_meant() -> None:
    assert primary(Made(name="&")).count(b"&amp;") == 2
