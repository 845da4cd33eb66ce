"""A program of its own: all that pkgset writes about some problems, under the conditions its argument states.

    python tests/reproducibility/produce.py '{"out": ..., "problems": [...], ...}'

Prints the digest of every file and of every command's stdout, as JSON by name. What may differ from run to run, the
seconds in run.json and warnings about the cache, is left out before.
"""

from __future__ import annotations

import hashlib
import json
import locale
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

OWN = re.compile(rb'"timings": ?\{[^}]*\}|"warnings": ?\[[^]]*\]')


def main(plan: dict[str, Any]) -> dict[str, str]:
    """Return the digests, by name."""
    if plan["setlocale"]:
        locale.setlocale(locale.LC_ALL, "")
    os.umask(plan["umask"])
    if plan["one_processor"]:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if plan["listing"]:
        disorder(plan["listing"])
    os.chdir(plan["cwd"])
    out = Path(plan["out"])
    problems = [spelt(Path(name), plan["relative"]) for name in plan["problems"]]
    words = {"solve": told(out, "solve", *problems, "-o", str(out / "results"), *plan["solve"])}
    for result in sorted((out / "results").iterdir()):
        if not (result / "manifest.json").exists():
            continue
        if result.name not in plan["exported"]:
            continue
        words |= exports(out, result)
        words[f"{result.name} report"] = told(out, "report", str(result), "-o", str(out / f"{result.name}.html"))
        name = json.loads((result / "manifest.json").read_bytes())["packages"][-1]["name"]
        words[f"{result.name} why"] = told(out, "explain", str(result), "why", name, "--json")
    for problem in problems:
        words[f"{Path(problem).name} check"] = told(out, "check", problem, "--json")
    held = {str(path.relative_to(out)): path.read_bytes() for path in files(out)}
    return {name: digest(content) for name, content in {**held, **words}.items()}


def exports(out: Path, result: Path) -> dict[str, bytes]:
    """Write a result in every format."""
    from optimizer.export.formats import FORMATS, SOLVER_FORMATS

    (out / "exports").mkdir(exist_ok=True)
    return {
        f"{result.name} {name}": told(
            *(out, "export", str(result), "--format", name, "--allow-lossy"),
            *("-o", str(out / "exports" / f"{result.name}.{name}")),
        )
        for name in (*FORMATS, *SOLVER_FORMATS)
    }


def told(out: Path, *arguments: str) -> bytes:
    """Run a command and return its stdout with its exit code, the files that it was given called by their names."""
    from optimizer.cli.main import main as pkgset

    target = out / ".stdout"
    sys.stdout.flush()
    kept = os.dup(1)
    with target.open("wb") as file:
        os.dup2(file.fileno(), 1)
        try:
            pkgset(arguments)
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.stdout.flush()
            os.dup2(kept, 1)
            os.close(kept)
    content = target.read_bytes()
    target.unlink()
    if code in (4, 65, 66, 70):
        raise SystemExit(f"{arguments}: exit code {code}")
    for folder in {os.path.dirname(word) for word in arguments if word.endswith(".yaml")} - {""}:  # noqa: PTH120
        before = re.escape(folder.encode("utf-8", "surrogateescape"))
        content = re.sub(before + rb"/([\w-]+\.yaml)", rb"\1", content)
    return content.replace(os.fsencode(out), b"OUT") + f"exit code {code}".encode()


def files(out: Path) -> Iterator[Path]:
    return (path for path in sorted(out.rglob("*")) if path.is_file())


def digest(content: bytes) -> str:
    return hashlib.sha256(OWN.sub(b"", content)).hexdigest()


def decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [decoded(one) for one in value]
    return os.fsdecode(value.encode()) if isinstance(value, str) else value


def spelt(path: Path, relative: bool) -> str:
    return os.path.relpath(path) if relative else str(path)


def disorder(how: str) -> None:
    """Give directories' entries in another order than the file system does."""

    def listed(names: list[Any], key: Callable[[Any], str]) -> list[Any]:
        names.sort(key=key, reverse=how == "reversed")
        if how == "shuffled":
            random.Random(7).shuffle(names)
        return names

    listdir, scandir = os.listdir, os.scandir

    class Scanned:
        def __init__(self, *arguments: Any) -> None:
            with scandir(*arguments) as found:
                self.entries = iter(listed(list(found), lambda entry: str(entry.name)))

        def __iter__(self) -> Scanned:
            return self

        def __next__(self) -> Any:
            return next(self.entries)

        def __enter__(self) -> Scanned:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def close(self) -> None:
            pass

    os.listdir = lambda *arguments: listed(listdir(*arguments), str)
    os.scandir = Scanned  # type: ignore[assignment]


if __name__ == "__main__":
    # As bytes: what a path is in the plan it is here, where this locale can spell it and where it cannot.
    given = json.loads(sys.argv[1], object_hook=lambda held: {key: decoded(value) for key, value in held.items()})
    print(json.dumps(main(given), indent=1, sort_keys=True))
