"""Random problem files over a real repository, made of the capabilities, names and paths that its packages bear."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import solv

from optimizer.pipeline import Settings, close_problem
from optimizer.problem.load import load_problem

#: The repositories problems are made over, by the word that names them in tests.
REPOSITORIES = {
    "cs9": ("centos-stream-9-baseos", "centos-stream-9-appstream"),
    "c7": ("centos-7.2.1511",),
}

# rpm splits a version from its release at one hyphen; CentOS 7.2's Maven capabilities bear more, and the reader
# refuses them as rpmbuild does today.
_HYPHENS = re.compile(r" [^ ()]*-[^ ()]*-")

# Where primary.xml lists every file; the reader takes `=` in a path for a relation without blanks.
_ROOTS = ("/usr/bin/", "/usr/sbin/", "/etc/")

_OBJECTIVES = ("installed_size", "download_size", "packages", "age", "weak")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What problems may speak of: ascending, each once, but `wanted` (`rich` where rich) as often as required.

    `rivals` are two words that packages keep apart: by Conflicts or Obsoletes, or as versions of one name.
    """

    names: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    provided: tuple[str, ...]
    paths: tuple[str, ...]
    wanted: tuple[str, ...]
    rich: tuple[str, ...]
    rivals: tuple[tuple[str, str], ...]


def read_vocabulary(repositories: Sequence[str], mirror: Path, directory: Path) -> Vocabulary:
    """Return the words of repositories that a mirror has, 32-bit packages left out; `directory` is for scratch."""
    file = write_problem({"required": ["bash"]}, {}, repositories, directory / "vocabulary.yaml")
    pool = close_problem(load_problem(file), Settings(mirror=mirror)).universe.world.pool
    solvables = [
        one for one in pool.solvables_iter() if one.arch in ("x86_64", "noarch") and one.repo.name in repositories
    ]
    provided: set[str] = set()
    wanted: list[str] = []
    for one in solvables:
        provided.update(_texts(one, solv.SOLVABLE_PROVIDES))
        wanted += _texts(one, solv.SOLVABLE_REQUIRES)
    listed = solv.Dataiterator.SEARCH_GLOB | solv.Dataiterator.SEARCH_FILES
    paths = (match.str for match in pool.Dataiterator(solv.SOLVABLE_FILELIST, "/*", listed))
    return Vocabulary(
        names=tuple(sorted({one.name for one in solvables})),
        versions=tuple(sorted({(one.name, one.evr) for one in solvables})),
        provided=tuple(sorted(provided)),
        paths=tuple(sorted({path for path in paths if path.startswith(_ROOTS) and "=" not in path})),
        wanted=tuple(sorted(text for text in wanted if not text.startswith(("rpmlib(", "solvable:", "(")))),
        rich=tuple(sorted(text for text in wanted if text.startswith("("))),
        rivals=tuple(sorted({pair for one in solvables for pair in _rivals(pool, one)})),
    )


def _rivals(pool: Any, solvable: Any) -> Iterator[tuple[str, str]]:
    for tag in (solv.SOLVABLE_CONFLICTS, solv.SOLVABLE_OBSOLETES):
        for dependency in solvable.lookup_deparray(tag):
            others = {other.name for other in pool.whatprovides(dependency.id)} - {solvable.name}
            if tag == solv.SOLVABLE_OBSOLETES:
                others &= {str(dependency).split(" ")[0]}
            yield from ((solvable.name, other) for other in others)
    for other in pool.whatprovides(solvable.nameid):
        if other.nameid == solvable.nameid and other.evr != solvable.evr and other.arch == solvable.arch:
            yield f"{solvable.name} = {solvable.evr}", f"{other.name} = {other.evr}"


def _texts(solvable: Any, tag: int) -> list[str]:
    texts = map(str, solvable.lookup_deparray(tag, 0))
    return [text for text in texts if text.startswith("(") or not _HYPHENS.search(text)]


def random_problem(
    random: Random, vocabularies: Sequence[Vocabulary], repositories: Sequence[str], file: Path
) -> Path:
    """Write a random problem to `file`, in the words of one of the vocabularies, and return it."""
    words = random.choice(vocabularies)
    required, optional = random.randint(1, 8), random.choice((0, 0, random.randint(1, 4)))
    wanted = list(dict.fromkeys(_feature(random, words) for _ in range(required + optional)))
    features: dict[str, Any] = {"required": wanted[:required]}
    if wanted[required:]:
        features["optional"] = [{"require": text, "value": random.randint(1, 9)} for text in wanted[required:]]
    rival = _add_rivals(random, words, features) if random.random() < 0.4 else None
    if random.random() < 0.3:
        features["forbidden"] = [_capability(random, words) for _ in range(random.randint(1, 3))]
    rest: dict[str, Any] = {"objectives": _objectives(random, optional="optional" in features)}
    if random.random() < 0.2:
        name, evr = random.choice(words.versions)
        rest["pins"] = [{"name": name, "version": f"{random.choice(('=', '<=', '>='))} {evr}"}]
    if random.random() < 0.25:
        rest["limits"] = _limit(random)
    if rival is not None and " = " in rival:
        rest["policy"] = {"candidates": "all"}
    elif random.random() < 0.25:
        rest["policy"] = dict(
            random.choice(
                (
                    {"candidates": "all"},
                    {"weak_dependencies": "follow"},
                    {"multilib": True},
                    {"candidates": "all", "multilib": True},
                )
            )
        )
    return write_problem(features, rest, repositories, file)


def _add_rivals(random: Random, words: Vocabulary, features: dict[str, Any]) -> str:
    """Ask for two words that packages keep apart, of one of them perhaps only if it can be; return the other."""
    apart = [pair for pair in words.rivals if " = " not in pair[0]]
    kept, other = random.choice(random.choice((apart or words.rivals, words.rivals)))
    known = {*features["required"], *(feature["require"] for feature in features.get("optional", ()))}
    if kept not in known:
        features["required"] = [*features["required"][:2], kept]
    if other not in known:
        if random.random() < 0.7:
            features.setdefault("optional", []).append({"require": other, "value": 5})
        else:
            features["required"].append(other)
    return other


def write_problem(features: dict[str, Any], rest: dict[str, Any], repositories: Sequence[str], file: Path) -> Path:
    """Write a problem over repositories that a mirror has, as JSON, which is YAML; return its path."""
    sources = [{"id": name, "origin": "upstream", "baseurl": f"https://{name}.invalid/"} for name in repositories]
    policy = {"unknown_size": "zero"} | rest.get("policy", {})
    document = {"format": 1, "name": file.stem, "arch": "x86_64", "repositories": sources, "features": features}
    file.write_text(json.dumps(document | rest | {"policy": policy}, indent=1), encoding="utf-8")
    return file


def _feature(random: Random, words: Vocabulary) -> str:
    """A capability mostly, else a rich dependency: a package's own, or one of one or two levels."""
    if words.rich and random.random() < 0.05:
        return random.choice(words.rich)
    return _capability(random, words) if random.random() < 0.7 else _rich(random, words, depth=2)


def _capability(random: Random, words: Vocabulary) -> str:
    kinds: tuple[tuple[int, Callable[[], str]], ...] = (
        (36, lambda: random.choice(words.names)),
        (10, lambda: _bounded(random, words)),
        (20, lambda: random.choice(words.provided)),
        (14, lambda: random.choice(words.paths)),
        (18, lambda: random.choice(words.wanted)),
        (2, lambda: f"nonesuch-{random.randint(0, 9)}"),
    )
    makers, weights = [make for _, make in kinds], [weight for weight, _ in kinds]
    return random.choices(makers, weights)[0]()


def _bounded(random: Random, words: Vocabulary) -> str:
    name, evr = random.choice(words.versions)
    return f"{name} {random.choice(('<', '<=', '=', '>=', '>'))} {evr}"


def _rich(random: Random, words: Vocabulary, *, depth: int) -> str:
    def operand() -> str:
        nested = depth > 1 and random.random() < 0.3
        return _rich(random, words, depth=depth - 1) if nested else _capability(random, words)

    operator = random.choice(("and", "or", "or", "or", "if", "if", "unless", "with", "without"))
    if operator in ("and", "or"):
        return "(" + f" {operator} ".join(operand() for _ in range(random.randint(2, 4))) + ")"
    if operator in ("with", "without"):
        return f"({_capability(random, words)} {operator} {_capability(random, words)})"
    otherwise = f" else {operand()}" if random.random() < 0.5 else ""
    return f"({operand()} {operator} {operand()}{otherwise})"


def _objectives(random: Random, *, optional: bool) -> list[str]:
    kinds = random.sample(_OBJECTIVES, random.choices((1, 2, 3), (2, 3, 1))[0])
    return ["features", *kinds] if optional else kinds


def _limit(random: Random) -> dict[str, int]:
    """One bound, spread over the magnitudes that images have."""
    kind = random.choice(("installed_size", "download_size", "packages"))
    if kind == "packages":
        return {kind: int(10 ** random.uniform(0.5, 2.6))}
    return {kind: int(10 ** random.uniform(6.5, 9.2))}
