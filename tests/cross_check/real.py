"""Random problems on real repositories: loaded once, each problem closed, solved and judged in a forked child."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from optimizer.batch.fork import in_child
from optimizer.model.solve import Engine
from optimizer.pipeline import Settings, close_problem, keep_repositories
from optimizer.problem.load import load_problem
from optimizer.repository.cache import Cache
from optimizer.universe.stock import Stock
from tests.cross_check.judges import Case, Counts, DisagreementError, ask, by_exact, by_libsolv, by_program
from tests.judges.random_problems import Vocabulary, random_problem, read_vocabulary

#: Repositories by the word that names them; of pairs, the last one is downstream.
REPOSITORIES = {
    "c7": ("centos-7.2.1511",),
    "cs9": ("centos-stream-9-baseos", "centos-stream-9-appstream"),
    "photon5": ("photon-5.0",),
    "photon5-on-cs9": ("centos-stream-9-baseos", "centos-stream-9-appstream", "photon-5.0"),
}
PAIRS = ("photon5-on-cs9",)

JUDGES = {
    "Exact on OPB": by_exact,
    "clasp on OPB": by_program("clasp"),
    "aspcud on CUDF": by_program("aspcud"),
    "mccs on CUDF": by_program("mccs"),
    "libsolv": by_libsolv,
}


@functools.cache
def vocabularies(word: str, mirror: Path) -> list[Vocabulary]:
    """Return the words of all repositories together, and of the first alone."""
    names = REPOSITORIES[word]
    with tempfile.TemporaryDirectory() as scratch:
        return [read_vocabulary(some, mirror, Path(scratch)) for some in dict.fromkeys((names, names[:1]))]


def check_problems(word: str, numbers: Sequence[int], mirror: Path, directory: Path) -> Counts:
    """Return what was counted over some random problems, by their numbers; raises DisagreementError.

    A problem that judges disagree on is left in `directory`.
    """
    counts, stock = Counts(), Stock()
    settings = Settings(mirror=mirror, cache=Cache(), stock=stock)
    words = vocabularies(word, mirror)
    for number in numbers:
        file = write_random_problem(word, number, words, directory)
        keep_repositories(load_problem(file), settings)
        found = in_child(functools.partial(_check, file, settings))
        if isinstance(found, str):
            raise DisagreementError(file.name, f"{found}\n{file.read_text(encoding='utf-8')}")
        counts.merge(found)
    return counts


def write_random_problem(word: str, number: int, words: Sequence[Vocabulary], directory: Path) -> Path:
    """Write a random problem and return its file; its name is its seed, so that it can be made again by itself."""
    file = directory / f"cross-{word}-{number}.yaml"
    random = Random(file.stem)
    random_problem(random, words, REPOSITORIES[word], file)
    if word in PAIRS:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        document["repositories"][-1]["origin"] = "downstream"
        document["policy"]["downstream"] = random.choice(("rebuilt", "rebuilt", "shipped"))
        document["policy"]["missing"] = random.choice(("stub", "error"))
        place = random.choice((0, 0, len(document["objectives"])))
        document["objectives"].insert(place, "divergence")
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return file


def _check(file: Path, settings: Settings) -> Counts | str:
    world = close_problem(load_problem(file), settings)
    instance = world.closed.instance
    case = Case(instance, Engine.of(instance).solve(), world)
    counts = Counts()
    try:
        counts.add(case, ask(case, JUDGES))
    except DisagreementError as error:
        return f"{error.judge}: {error.what}"
    return counts
