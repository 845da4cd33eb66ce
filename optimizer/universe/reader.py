"""A program of its own: libsolv parses what strangers wrote, and writes it anew as a `.solv` file.

libsolv is C and trusts what it reads: a crash, endless work or endless memory ends this process and no other.
`containment` starts this file by its path, without site-packages, and tells it where to import from. It imports next
to nothing, as its start is paid on each cold load. What is refused is refused before anything else asks libsolv
about it.
"""

from __future__ import annotations

import os
import resource
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` itself takes longer to import than libsolv
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn

#: Parentheses within each other in one dependency: what `optimizer.problem.dependency` reads of a problem file too.
DEEPEST = 64
#: Operators in one dependency. The largest in CentOS Stream 9 has 22, in openSUSE 11.1 55.
MOST_OPERATORS = 1000
#: Clauses that one dependency may multiply out to, whichever way it is turned: libsolv's solver does so.
MOST_CLAUSES = 4096

#: Operands of rich dependencies that are worth looking up each time: 1.4 ms for 1,000, where libsolv makes its tables
#: of names anew in 3 to 15. CentOS Stream 9 has 900.
MOST_OPERANDS = 5000
#: Characters of rich dependencies that are searched for operands. CentOS Stream 9 has 60,000.
MOST_CHARACTERS = 1 << 22

#: First words of the lines on stdout: what is being done, why it is refused, and that it is not.
DOING, REFUSED, DONE = "doing", "refused", "done"

#: Of each of the two numbers that end what is written: how many bytes each of two texts has that end the `.solv`.
LENGTH_BYTES = 4

_FREE_OPERATORS = 10  # which make 2 ** 10 clauses at the very most, twice that with an `else`
_OPERATORS = ("and", "or", "if", "unless", "else", "with", "without")
_RELATION = 0x80000000
_said: list[int] = []


class Refused(Exception):  # noqa: N818 - it names the fact
    """What is wrong with the file that is being read, in words."""


def main() -> None:
    """Read the open files that the command line names by their descriptors, and write the last one.

    Two places to import from, the limits of memory, processor and written bytes, what is admitted (`-`: everything),
    then `rpm-md PRIMARY [FILELISTS] OUTPUT` or `solv FILE OUTPUT`.
    """
    sys.path[:0] = sys.argv[1:3]
    memory, seconds, written, admitted, kind, *descriptors = sys.argv[3:]
    _limit(resource.RLIMIT_AS, int(memory))
    _limit(resource.RLIMIT_CPU, int(seconds), margin=1)  # so that SIGXCPU tells it from who ends us otherwise
    _limit(resource.RLIMIT_FSIZE, int(written))
    _limit(resource.RLIMIT_CORE, 0)
    *inputs, output = map(int, descriptors)
    _said.append(os.dup(1))
    os.dup2(2, 1)  # what libsolv prints is not what we say
    try:
        read(kind, inputs, output, None if admitted == "-" else int(admitted))
    except Refused as refused:
        _say(REFUSED, str(refused))
    os._exit(0)  # libsolv's pool need not be taken down piece by piece


def _limit(which: int, wanted: int, margin: int = 0) -> None:
    """Set a limit, which is told at what is wanted and enforced at a margin above, or at what we were given."""
    _, hard = resource.getrlimit(which)
    enforced = wanted + margin if hard == resource.RLIM_INFINITY else min(wanted + margin, hard)
    try:
        resource.setrlimit(which, (min(wanted, enforced), enforced))
    except (ValueError, OSError):  # macOS knows no limit of address space; the other limits hold there
        return


def _say(*words: str) -> None:
    """One line, at once: the next call may be the last of this process."""
    for place in _said:
        os.write(place, " ".join(" ".join(words).split()).encode(errors="backslashreplace") + b"\n")


def read(kind: str, inputs: list[int], output: int, admitted: int | None = None) -> None:
    """Read open files into a pool of their own and write it; only the newest of what is admitted where that is given.

    `admitted` is an open file of JSON: `architectures`, and the fields of a ModuleSelection. Raises Refused.
    """
    import solv

    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    repository = pool.add_repo("read")
    if kind == "solv":
        _say(DOING, "solv")
        _parse(inputs[0], repository.add_solv)
        for text in _texts(pool, repository):
            check_text(text)
    else:
        _say(DOING, "primary")
        _parse(inputs[0], lambda stream: repository.add_rpmmd(stream, None))
    if len(inputs) > 1:
        _say(DOING, "filelists")
        extend = solv.Repo.REPO_EXTEND_SOLVABLES
        _parse(inputs[1], lambda stream: repository.add_rpmmd(stream, "FL", extend))
    _say(DOING, "output")
    versions = b"" if admitted is None else _leave_newest(pool, repository, admitted)
    _write(repository, output)
    end = os.lseek(output, 0, os.SEEK_CUR)
    _say(DOING, "dependencies")  # while the other process reads what is written, by the same place in the file
    named, characters, few = set[str](), 0, True
    for text in _rich_dependencies(pool):
        check_dependency(text)
        characters += len(text)  # with the square of the operands: of many, each tail is a dependency of its own
        if few and characters <= MOST_CHARACTERS:
            named.update(operands(text))
        few = characters <= MOST_CHARACTERS and len(named) <= MOST_OPERANDS
    beside = versions, "\n".join(sorted(named) if few else ()).encode(errors="replace")
    lengths = (len(text).to_bytes(LENGTH_BYTES) for text in beside)
    _write_all(output, b"".join((*beside, *lengths)), end)
    _say(DONE)


def _parse(descriptor: int, parse: Callable[[Any], bool]) -> None:
    """libsolv's bindings crash on a file that did not open, so what it makes of the descriptor is looked at first."""
    import solv

    stream = solv.xfopen_fd("metadata.xml", descriptor, "r")
    if stream is None:
        raise Refused("cannot be opened")
    if not parse(stream):
        raise Refused("libsolv cannot read it")


def _write(repository: Any, descriptor: int) -> None:
    import solv

    stream = solv.xfopen_fd("metadata.solv", descriptor, "w")
    if stream is None or not repository.write(stream) or not _closed(stream):
        raise Refused("what is read cannot be written")


def _leave_newest(pool: Any, repository: Any, admitted: int) -> bytes:
    """Take all but the newest of what is admitted out of a repository; return all admitted versions, as JSON."""
    import json

    from optimizer.repository.module_selection import ModuleSelection
    from optimizer.universe.admission import eligible_packages, newest_packages, versions_by_name

    with os.fdopen(admitted, "rb") as file:
        asked = json.load(file)
    names = ("active_artifacts", "excluded_artifacts", "active_names")
    modules = ModuleSelection((), *(frozenset(asked[name]) for name in names))
    eligible = eligible_packages(pool, repository.solvables_iter(), asked["architectures"], modules)
    kept = set(newest_packages(eligible))
    first = next(repository.solvables_iter(), None)  # of ids in a row, as no other repository is here
    there = () if first is None else range(first.id, first.id + repository.nsolvables)
    others = [identifier for identifier in there if identifier not in kept]
    # A shadow takes solvables over and has none of their attributes; what is left is written without gaps.
    repository.createshadow("others").moveshadow(others)
    return json.dumps(versions_by_name(pool, eligible), separators=(",", ":")).encode()


def _write_all(descriptor: int, content: bytes, place: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, place)
        content, place = content[written:], place + written


def _closed(stream: Any) -> bool:
    stream.flush()
    stream.close()
    return True


def _rich_dependencies(pool: Any) -> Iterator[str]:
    """Yield all rich dependencies, those within others before these: their ids count up from 1.

    So one that is too deep is met when it is a little too deep, and printing it cannot exhaust the stack.
    """
    import solv

    probe = "@pkgset"
    last = pool.Dep(probe).Rel(solv.REL_EQ, pool.str2id(probe)).id & (_RELATION - 1)
    for text in map(pool.dep2str, range(1 - _RELATION, last - _RELATION)):
        if text[:1] == "(":
            yield text


def _texts(pool: Any, repository: Any) -> Iterator[str]:
    """Yield all texts that we ask for: XML parsers take UTF-8 alone, but a `.solv` file may hold any bytes."""
    yield from map(pool.id2str, range(1, pool.str2id("@pkgset")))
    for package in repository.solvables:
        yield package.lookup_location()[0] or ""
        yield package.lookup_sourcepkg() or ""


def check_text(text: str) -> None:
    """Raise Refused for a text that was no UTF-8, whose bytes Python keeps as surrogates."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused(f"a text that is not UTF-8: {text[:80]!a}") from None


def operands(text: str) -> Iterator[str]:
    """Yield what a rich dependency speaks of, as far as it can be told without parsing: somebody may ask for it."""
    for operator in _OPERATORS:
        text = text.replace(f" {operator} ", "\n")
    for piece in text.split("\n"):
        operand = piece.lstrip("(")
        unmatched = operand.count(")") - operand.count("(")
        yield operand[:-unmatched] if unmatched > 0 else operand


def check_dependency(text: str) -> None:
    """Raise Refused for a rich dependency that is deep, long, or multiplies out to many clauses."""
    if text.count("(") > DEEPEST and _depth(text) > DEEPEST:
        _refuse(text, f"with more than {DEEPEST} parentheses within each other")
    counts = [text.count(f" {operator} ") for operator in _OPERATORS]
    if sum(counts) > MOST_OPERATORS:
        _refuse(text, f"with more than {MOST_OPERATORS} operators")
    if sum(counts) > _FREE_OPERATORS and max(counts) < sum(counts) and not _parses(text):
        _refuse(text, f"that multiplies out to more than {MOST_CLAUSES} clauses")


def _refuse(text: str, problem: str) -> NoReturn:
    shown = text if len(text) <= 80 else text[:77] + "..."
    raise Refused(f"a dependency {problem}: {shown}")


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _parses(text: str) -> bool:
    """Return whether our own parser takes it, which counts the clauses that it multiplies out to."""
    # Few come here, in most repositories none: the parser's import is not worth its time before.
    from optimizer.problem.dependency import DependencySyntaxError, parse_dependency

    try:
        parse_dependency(text)
    except DependencySyntaxError:
        return False
    return True


if __name__ == "__main__":
    main()
