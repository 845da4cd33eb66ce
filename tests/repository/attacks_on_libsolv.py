"""Packages made to cost time or memory or to be no packages, by name; those of `attacks` on what libsolv parses.

`python -m tests.repository.attacks_on_libsolv NAME` loads, closes and writes the Instance of a problem over them, in
a process that may use little, as the child that it starts may.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from optimizer.repository.error import RepositoryError
from optimizer.universe.snapshot import compress_instance
from tests.repository.attacks import CPU_S, LAUGHS, MEMORY, MIB, fill
from tests.repository.making import Part, write_repository
from tests.repository.primary import Made, nested, primary, product, write_packages

PROBLEM = """format: 1
name: p
arch: x86_64
repositories:
  - {id: r, origin: upstream, baseurl: %s}
features: {required: [a]}
policy: {candidates: all}
objectives: [installed_size, packages]
"""
METADATA = b'<metadata xmlns="http://linux.duke.edu/metadata/common" packages="1">'
BOMB = (
    b"<!DOCTYPE m [<!ENTITY a '"
    + b"ha" * 500
    + b"'>%s]>" % b"".join(b"<!ENTITY %c '%s'>" % (letter + 1, b"&%c;" % letter * 10) for letter in b"abcdefgh")
)
HUGE = ("18446744073709551616", "-1", "1" + "0" * 30, "")


def close(root: Path) -> None:
    """Close the problem over the repository there, and write its Instance."""
    path = root.parent / "p.yaml"
    path.write_text(PROBLEM % root)
    compress_instance(close_problem(load_problem(path), Settings(cache=Cache(root.parent / "cache"))).closed.instance)


def packages(*made: Made) -> None:
    """Close over good packages in the midst of these."""
    with tempfile.TemporaryDirectory() as name:
        close(write_packages(Path(name, "root"), Made(), *made))


def content(data: bytes) -> None:
    """Close over a primary of these bytes."""
    with tempfile.TemporaryDirectory() as name:
        close(write_repository(Path(name, "root"), [Part("primary", data, suffix="")]))


def solv(case: str) -> None:
    """Close over a `.solv` file that fuzzing found."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "x.solv")
        path.write_bytes((Path(__file__).parents[1] / "fuzz" / "cases" / f"solv--{case}").read_bytes())
        close(path)


def named(text: str) -> bytes:
    return primary(Made()).replace(b"<name>a</name>", b"<name>%s</name>" % text.encode("latin-1"))


ATTACKS: dict[str, Callable[[], None]] = {
    "primary, entities": lambda: content(primary(Made()).replace(METADATA[:9], LAUGHS + METADATA[:9])),
    "primary, entities that grow": lambda: content(BOMB + METADATA + b"&i;</metadata>"),
    "primary, deep elements": lambda: content(fill(32 * MIB, METADATA, b"<a>")),
    "primary, one name": lambda: packages(Made(name="x" * (64 * MIB))),
    "primary, deep dependency": lambda: packages(Made(requires=(nested(20_000),))),
    "primary, long dependency": lambda: packages(Made(requires=("(" + " or ".join(["b"] * 9_999) + ")",))),
    "primary, dependency that multiplies out": lambda: packages(Made(requires=(product(40),))),
    "primary, many packages": lambda: packages(*(Made(name=f"n{number}") for number in range(50_000))),
    "primary, one package many times": lambda: packages(*[Made()] * 20_000),
    "primary, versions of a megabyte": lambda: packages(*(Made(version="1." * MIB + end) for end in "123")),
    "primary, many versions": lambda: packages(*(Made(version=str(number)) for number in range(999))),
    "primary, epochs": lambda: packages(*(Made(epoch=epoch) for epoch in HUGE)),
    "primary, installed sizes": lambda: packages(*(Made(version=size, installed=size) for size in HUGE)),
    "primary, download sizes": lambda: packages(*(Made(version=size, download=size) for size in HUGE)),
    "primary, dates": lambda: packages(*(Made(version=time, time=time) for time in HUGE)),
    "primary, empty words": lambda: packages(
        *(Made(**{word: ""}) for word in ("name", "arch", "version", "release", "epoch"))  # type: ignore[arg-type]
    ),
    "primary, provides without a name": lambda: packages(Made(provides=("", " = 1:2-3"), requires=("",))),
    "primary, obsoletes in a circle": lambda: packages(
        Made(requires=("b",), obsoletes=("c",)), Made(name="b", obsoletes=("a",)), Made(name="c", obsoletes=("b",))
    ),
    "primary, requires itself": lambda: packages(Made(version="2", requires=("(a if a)", "a", "(a unless a)"))),
    "primary, direction of text": lambda: packages(Made(name="\u202ea\u2066", summary="\u200f", files=("/\u202ex",))),
    "primary, NUL": lambda: content(named("a&#0;b")),
    "primary, control characters": lambda: content(named("a\x01b")),
    "primary, not UTF-8": lambda: content(named("a\xff")),
    "primary, paths that lead out": lambda: packages(Made(name="../../x", files=("/../../etc/passwd", "..", "//"))),
    "solv, no strings": lambda: solv("no-strings"),
    "solv, many strings": lambda: solv("many-strings"),
    "solv, not UTF-8": lambda: solv("not-utf-8"),
}


def main() -> None:
    """Run the attack that is named within the limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    try:
        ATTACKS[sys.argv[1]]()
    except RepositoryError as error:
        print("refused:", error)
    else:
        print("taken")


if __name__ == "__main__":
    main()
