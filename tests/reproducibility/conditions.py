"""What may differ from one run to the next, and tables in which every two of its values meet."""

from __future__ import annotations

import itertools
import json
import os
import pty
import random
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.requirements import PROJECT_ROOT

#: Every condition with its values, the plain one first.
FACTORS: dict[str, tuple[str, ...]] = {
    "seed": ("0", "1", "4242"),
    "locale": ("C.UTF-8", "C", "tr_TR.UTF-8", "de_DE.UTF-8"),
    "zone": ("UTC", "Asia/Kathmandu", "XYZ+12"),
    "umask": ("022", "077", "000"),
    "home": ("there", "absent", "nowhere"),
    "workers": ("1", "2", "8"),
    "jobs": ("1", "2"),
    "paths": ("absolute", "relative", "beside"),
    "listing": ("", "reversed", "shuffled"),
    "python": ("", "-O", "-Xdev"),
    "terminal": ("none", "narrow", "wide"),
    "cache": ("cold", "warm", "unwritable"),
    "processors": ("all", "one"),
}
#: Where Debian has what locales are compiled from.
DEFINITIONS = Path("/usr/share/i18n/locales")
_TRIES = 40
PLAIN = {name: values[0] for name, values in FACTORS.items()}


@dataclass(frozen=True)
class World:
    """Problems to ask, those of them to export, and where to work; `locales` holds compiled ones."""

    directory: Path
    problems: tuple[Path, ...]
    exported: tuple[str, ...]
    locales: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def compile_locales(folder: Path) -> Path:
    """Compile the locales that the conditions name into a folder, and return it; needs Debian's locales."""
    for name in FACTORS["locale"]:
        language, _, charset = name.partition(".")
        if language != "C":
            command = ["localedef", "-i", language, "-f", charset, str(folder / name)]
            subprocess.run(command, check=True, capture_output=True)
    return folder


def pairwise(factors: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Return rows in which every two values of different factors stand together at least once; always the same."""
    tries = (_greedy(factors, random.Random(seed)) for seed in range(_TRIES))
    return min(tries, key=len)


def _greedy(factors: Mapping[str, Sequence[str]], draw: random.Random) -> list[dict[str, str]]:
    missing = pairs(factors)
    rows = []
    while missing:
        row = dict(draw.choice(sorted(missing)))
        names = [name for name in factors if name not in row]
        draw.shuffle(names)
        for name in names:
            gains = {value: len(met({**row, name: value}) & missing) for value in factors[name]}
            row[name] = draw.choice([value for value in gains if gains[value] == max(gains.values())])
        missing -= met(row)
        rows.append({name: row[name] for name in factors})
    return rows


Pair = tuple[tuple[str, str], tuple[str, str]]


def pairs(factors: Mapping[str, Sequence[str]]) -> set[Pair]:
    """Return every two values of different factors."""
    chosen = ((name, value) for name, values in factors.items() for value in values)
    return {(one, other) for one, other in itertools.combinations(sorted(chosen), 2) if one[0] != other[0]}


def met(row: Mapping[str, str]) -> set[Pair]:
    """Return the pairs of values of one row."""
    return set(itertools.combinations(sorted(row.items()), 2))


def produce(world: World, row: Mapping[str, str], out: Path, python: Path | str = sys.executable) -> dict[str, str]:
    """Return the digests of all that is written under the conditions of a row, in a process of its own."""
    out.mkdir(parents=True)
    beside = world.problems[0].parent
    plan = {
        "out": str(out),
        "problems": [str(problem) for problem in world.problems],
        "exported": world.exported,
        "umask": int(row["umask"], 8),
        "cwd": str(beside if row["paths"] == "beside" else world.directory),
        "relative": row["paths"] != "absolute",
        "listing": row["listing"],
        "one_processor": row["processors"] == "one",
        "setlocale": row["locale"] != "C.UTF-8",
        "solve": ["--workers", row["workers"], "--jobs", row["jobs"], "--json"],
    }
    script = PROJECT_ROOT / "tests" / "reproducibility" / "produce.py"
    command = [str(python), *filter(None, [row["python"]]), str(script), json.dumps(plan)]
    code, printed, errors = _run(command, _environment(world, row, out), tty=row["terminal"] == "narrow")
    assert code == 0, f"{row}\n{errors}"
    found: dict[str, str] = json.loads(printed)
    return found


def _environment(world: World, row: Mapping[str, str], out: Path) -> dict[str, str]:
    caches = {"cold": out.with_name(f"{out.name}-cache"), "warm": world.directory / "warm"}
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": row["seed"],
        "LC_ALL": row["locale"],
        "TZ": row["zone"],
        # A file stands where the directory would have to be made.
        "PKGSET_CACHE": str(caches.get(row["cache"], world.problems[0] / "cache")),
        **world.environment,
    }
    if row["locale"] == "C":  # else Python takes UTF-8 all the same
        environment |= {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    if world.locales is not None:
        environment["LOCPATH"] = str(world.locales)
    if row["home"] != "absent":
        environment["HOME"] = str(world.directory if row["home"] == "there" else world.directory / "nowhere")
    if row["terminal"] != "none":
        environment |= {"TERM": "xterm", "COLUMNS": "24" if row["terminal"] == "narrow" else "400", "LINES": "5"}
    return environment


def _run(command: Sequence[str], environment: Mapping[str, str], *, tty: bool) -> tuple[int, str, str]:
    """Run a command; with `tty` its stderr is a terminal."""
    if not tty:
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr
    ours, theirs = pty.openpty()
    shown: list[bytes] = []

    def drain() -> None:
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed
                return
            if not piece:
                return
            shown.append(piece)

    reader = threading.Thread(target=drain)
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, stderr=theirs) as running:
        os.close(theirs)
        reader.start()
        assert running.stdout is not None
        printed = running.stdout.read().decode()
    reader.join()
    os.close(ours)
    return running.returncode, printed, b"".join(shown).decode(errors="replace")
