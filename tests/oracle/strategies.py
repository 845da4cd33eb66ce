"""Hypothesis strategies: tiny worlds in which every kind of dependency occurs and meets, and questions about them.

Names come from small alphabets, so that what one package asks for another often gives. Everything shrinks towards
one package, capabilities without versions, and a question with one feature and the first objective. Strategies are
made once, and drawn from where they nest: hypothesis examines each new one, which costs more than drawing.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

from hypothesis import strategies as st

from optimizer.problem.dependency import Capability, Comparison, Dependency, Rich, RichOperator
from optimizer.problem.problem import Candidates, Downstream, Missing, ObjectiveKind, Origin, WeakDependencies
from tests.oracle.brute_force import LARGEST_WORLD, Arena, eligible
from tests.oracle.world import Bounds, NamePin, OraclePackage, Question, Rules, Wish, World

NAMES = ("app", "lib", "tool", "core", "kernel")
VIRTUALS = ("mail", "web(api)", "libx.so.1()(64bit)")
FILES = ("/usr/bin/tool", "/etc/app.conf", "/usr/share/data")  # the last one only filelists.xml has
NOBODY = "nobody-has-this"
_ASKED = (*NAMES, *NAMES, *VIRTUALS, *FILES, NOBODY)  # own names twice: what worlds have is asked for most
FOREIGN = ("foreign", "foreign-devel")  # names that only equivalents give
REPOSITORIES = (("base", Origin.UPSTREAM), ("updates", Origin.UPSTREAM), ("own", Origin.DOWNSTREAM))
SOURCES = ("one", "two", "three")
EVRS = ("1-1", "1-2", "2-1", "2~rc-1", "1^git-1", "1:1-1", "1", "2", "1:1", "2~rc")
GROUPS = ("shell", "server")


@cache
def capabilities(names: tuple[str, ...] = _ASKED) -> st.SearchStrategy[Capability]:
    """Return capabilities without or with a version; file paths never have one."""
    plain = tuple(map(Capability, names))
    ranges = product(filter(_has_version, dict.fromkeys(names)), Comparison, EVRS)
    versioned = tuple(Capability(name, comparison, evr) for name, comparison, evr in ranges)
    bounded = st.integers(0, len(versioned) - 1).map(versioned.__getitem__)  # sampled_from would print all of it
    return st.one_of(st.sampled_from(plain), st.sampled_from(plain), bounded)


def _has_version(name: str) -> bool:
    return not name.startswith("/")


@cache
def one_package_sets() -> st.SearchStrategy[Dependency]:
    """Return `with` and `without`, whose operands are about one package: capabilities, and `or` between such."""
    leaf = capabilities()
    either = st.tuples(leaf, leaf).map(lambda held: Rich(RichOperator.OR, held))
    operand = st.one_of(leaf, leaf, either)
    together = st.lists(operand, min_size=2, max_size=3).map(lambda held: Rich(RichOperator.WITH, tuple(held)))
    apart = st.tuples(operand, operand).map(lambda held: Rich(RichOperator.WITHOUT, held))
    return together | apart


@st.composite
def rich_dependencies(draw: st.DrawFn, depth: int = 3) -> Dependency:
    """Draw a rich dependency of any operator, nested at most so deep."""
    operator = draw(st.sampled_from(list(RichOperator)))
    if operator in (RichOperator.WITH, RichOperator.WITHOUT):
        return draw(one_package_sets())
    operands = [draw(dependencies(depth - 1)) for _ in range(draw(st.integers(2, 3)))]
    return Rich(operator, tuple(operands))


@st.composite
def dependencies(draw: st.DrawFn, depth: int = 3) -> Dependency:
    """Draw a capability mostly, or a rich dependency nested at most so deep."""
    if depth == 0 or draw(st.integers(0, 2)) < 2:
        return draw(capabilities())
    return draw(rich_dependencies(depth))


def _few(element: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    return st.lists(element, max_size=most).map(lambda held: tuple(dict.fromkeys(held)))


def _rarely(element: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(()), st.just(()), _few(element))


@cache
def packages() -> st.SearchStrategy[OraclePackage]:
    """Return packages; download size is unknown where installed size is, as in real metadata without RPMs."""
    sizes = st.one_of(
        st.tuples(st.integers(0, 50), st.integers(1, 50)),
        st.tuples(st.integers(1, 50), st.none()),
        st.just((None, None)),
    )
    provided = st.one_of(
        capabilities((*VIRTUALS, *VIRTUALS, *NAMES)), st.sampled_from(["installonlypkg(vm)"]).map(Capability)
    )
    return st.builds(
        _package,
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(NAMES),
                "epoch": st.sampled_from([0, 0, 0, 1]),
                "version": st.sampled_from(["1", "2", "2~rc", "1^git"]),
                "release": st.sampled_from(["1", "2"]),
                "arch": st.sampled_from(["x86_64", "x86_64", "noarch", "i686"]),
                "repository": st.sampled_from(["base", "base", "own", "updates"]),
                "source": st.sampled_from(SOURCES),
                "provides": _few(provided),
                "files": _rarely(st.sampled_from(FILES)),
                "requires": st.one_of(st.just(()), _few(dependencies())),
                "prerequires": st.one_of(st.just(()), _rarely(dependencies())),
                "conflicts": _rarely(dependencies()),
                "obsoletes": _rarely(capabilities(NAMES)),
                "recommends": _rarely(dependencies()),
                "supplements": _rarely(dependencies()),
            }
        ),
        sizes,
    )


def _package(fields: dict[str, Any], sizes: tuple[int | None, int | None]) -> OraclePackage:
    return OraclePackage(installed_bytes=sizes[0], download_bytes=sizes[1], **fields)


@cache
def worlds(most: int = 8) -> st.SearchStrategy[World]:
    """Return worlds of at most `most` packages in three repositories, two upstream and one downstream."""

    def sized(count: int) -> st.SearchStrategy[World]:
        unique = st.lists(packages(), min_size=1, max_size=count, unique_by=lambda one: (one.repository, one.nevra))
        return unique.map(lambda held: World(REPOSITORIES, tuple(held)))

    return sized(most // 2) | sized(most)


def wishes(there: tuple[str, ...], foreign: tuple[str, ...]) -> st.SearchStrategy[Wish]:
    """Return features, required ones mostly: names that candidates have mostly, or that equivalents give."""
    names = st.one_of(st.sampled_from(there), st.sampled_from(foreign)) if foreign else st.sampled_from(there)
    known = names.map(Capability)
    asked = st.one_of(known, known, known, capabilities((*NAMES, *VIRTUALS)), dependencies(1))
    required = st.sampled_from([True, True, False])
    groups = st.none() | st.sampled_from(GROUPS)
    return st.builds(Wish, require=asked, required=required, value=st.integers(1, 5), group=groups)


@cache
def pins() -> st.SearchStrategy[NamePin]:
    """Return pins of a name to a version range, an origin or a repository, at least one of them."""
    relation = st.builds(Capability, st.sampled_from(NAMES), st.sampled_from(list(Comparison)), st.sampled_from(EVRS))
    version = relation.map(lambda one: NamePin(one.name, one))
    origin = st.builds(NamePin, st.sampled_from(NAMES), st.none(), st.sampled_from(list(Origin)))
    held = st.sampled_from([identifier for identifier, _ in REPOSITORIES])
    repository = st.builds(NamePin, st.sampled_from(NAMES), st.none(), st.none(), held)
    return st.one_of(version, origin, origin, repository)


def bounds(features: tuple[Wish, ...]) -> st.SearchStrategy[Bounds]:
    """Return limits that sometimes bind; only groups that a feature names are bounded."""
    named = sorted({wish.group for wish in features if wish.group is not None})
    between = st.tuples(st.none() | st.integers(0, 1), st.none() | st.integers(0, 2))
    groups = st.tuples(*(st.none() | between for _ in named)).map(
        lambda held: tuple(
            (name, *pair) for name, pair in zip(named, held, strict=True) if pair is not None and _is_bound(*pair)
        )
    )
    return st.builds(
        Bounds,
        installed_bytes=st.none() | st.integers(20, 120),
        download_bytes=st.none() | st.integers(20, 120),
        packages=st.none() | st.integers(1, 5),
        downstream_sources=st.none() | st.integers(0, 2),
        groups=groups,
    )


def _is_bound(least: int | None, most: int | None) -> bool:
    """Return whether a pair of bounds says something, and something that a problem file may say."""
    return (least, most) != (None, None) and (least or 0) <= (2 if most is None else most)


@cache
def rules() -> st.SearchStrategy[Rules]:
    """Return policies; downstream is never rebuilt, which the oracle does not know."""
    return st.builds(
        Rules,
        candidates=st.sampled_from(list(Candidates)),
        downstream=st.sampled_from([Downstream.SHIPPED, Downstream.SHIPPED, Downstream.NONE]),
        missing=st.sampled_from(list(Missing)),
        weak_dependencies=st.sampled_from([WeakDependencies.IGNORE, WeakDependencies.FOLLOW]),
        unknown_bytes=st.sampled_from([0, 30]),
        multilib=st.sampled_from([True, True, False]),
        install_only=st.sampled_from([("kernel", "installonlypkg(vm)"), ("kernel",), ()]),
    )


@cache
def equivalents() -> st.SearchStrategy[tuple[tuple[str, tuple[Dependency, ...]], ...]]:
    """Return up to two rows: one capability, several, a rich one, or nobody; the names no world has itself."""
    upstream = st.one_of(
        st.tuples(capabilities((*NAMES, *VIRTUALS))),
        st.tuples(capabilities(NAMES), capabilities((*NAMES, *VIRTUALS))),
        st.tuples(rich_dependencies()),
        st.sampled_from([(), ()]),
    )
    return st.lists(
        st.tuples(st.sampled_from((*FOREIGN, *VIRTUALS)), upstream), max_size=2, unique_by=lambda row: row[0]
    ).map(tuple)


def manifests(world: World) -> st.SearchStrategy[tuple[OraclePackage, ...]]:
    """Return packages of an earlier manifest: some of the world, and some that are gone; a name and arch once."""
    gone = OraclePackage("gone", version="9")
    choice = st.lists(
        st.sampled_from([*world.packages, gone]), max_size=3, unique_by=lambda one: (one.name, one.arch)
    )
    return choice.map(tuple)


@st.composite
def questions(draw: st.DrawFn, world: World) -> Question:
    """Draw a question about a world: features always, everything else sometimes."""
    policy = draw(rules())
    rows = draw(equivalents()) if draw(st.booleans()) else ()
    there = tuple(one.name for one in eligible(world, Question(rules=policy))) or (NOBODY,)
    asked = wishes(there, tuple(name for name, _ in rows))
    features = draw(st.lists(asked, min_size=1, max_size=3, unique_by=lambda wish: wish.require).map(tuple))
    kinds = st.lists(st.sampled_from(list(ObjectiveKind)), min_size=1, max_size=4, unique=True).map(tuple)
    sometimes = st.booleans()
    objectives = draw(kinds)
    weighed = ObjectiveKind.DIVERGENCE in objectives and draw(st.booleans())
    return Question(
        features=features,
        forbidden=draw(st.lists(dependencies(), max_size=1).map(tuple)) if draw(sometimes) else (),
        equivalents=rows,
        pins=draw(st.lists(pins(), max_size=2, unique_by=lambda pin: pin.name).map(tuple)) if draw(sometimes) else (),
        lock=draw(manifests(world)) if draw(sometimes) else (),
        previous=draw(manifests(world)) if ObjectiveKind.CHANGES in objectives else (),
        bounds=draw(bounds(features)) if draw(sometimes) else Bounds(),
        rules=policy,
        objectives=objectives,
        weights=tuple((source, draw(st.integers(0, 4))) for source in SOURCES) if weighed else (),
    )


@cache
def cases(most: int = 8) -> st.SearchStrategy[tuple[World, Question]]:
    """Return a world and a question about it."""
    drawn = worlds(most).flatmap(lambda world: st.tuples(st.just(world), questions(world)))
    return drawn.filter(lambda case: len(Arena(*case).packages) <= LARGEST_WORLD)
