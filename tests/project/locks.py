"""The locks of requirements/ as values, and what requirements lead to by what is installed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import requires

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.requirements import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "requirements"


@dataclass(frozen=True)
class Pin:
    """One entry of a lock: the exact version, and the digests of the files that may be installed for it."""

    requirement: Requirement
    digests: tuple[str, ...]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        assert specifier.operator == "=="
        return specifier.version

    def holds(self, python: str | None = None) -> bool:
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment(python))


def environment(python: str | None = None) -> dict[str, str]:
    """This machine's markers, as another Python would have them."""
    here: dict[str, str] = {**default_environment()}  # type: ignore[dict-item]
    return here if python is None else here | {"python_version": python, "python_full_version": f"{python}.1"}


def pins(lock: str) -> tuple[Pin, ...]:
    """The entries of a lock; every line of it is one of its parts, or a comment."""
    text = (FOLDER / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", "")
    found = []
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=", line.strip())
            found.append(Pin(Requirement(requirement), tuple(hashes)))
    return tuple(found)


def roots(lock: str) -> list[Requirement]:
    """What a lock is made for."""
    with (PROJECT_ROOT / "pyproject.toml").open("rb") as file:
        content = tomllib.load(file)
    project = content["project"]
    wanted = {
        "run": project["dependencies"],
        "development": [*project["dependencies"], *extra(project["optional-dependencies"], "dev")],
    }
    if lock in wanted:
        return [Requirement(text) for text in wanted[lock]]
    lines = (FOLDER / f"{lock}.in").read_text(encoding="utf-8").splitlines()
    named = [text for line in lines if (text := line.partition("#")[0].strip())]
    return [Requirement(text) for text in named] + (
        [Requirement(text) for text in content["build-system"]["requires"]] if lock == "build" else []
    )


def extra(extras: dict[str, list[str]], name: str) -> Iterator[str]:
    """The requirements of an extra, and of those of our own that it takes in."""
    for text in extras[name]:
        requirement = Requirement(text)
        if requirement.name == "pkgset":
            for other in requirement.extras:
                yield from extra(extras, other)
        else:
            yield text


def needed(first: list[Requirement]) -> set[str]:
    """The names that requirements lead to here, by what is installed."""
    waiting = [(requirement, "") for requirement in first]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, of = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate(environment() | {"extra": of}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(text), wanted) for text in requires(name) or ()]
    return {name for name, _ in seen}


def excerpt(lock: str, names: Iterable[str]) -> str:
    """Return those entries of a lock that are of these names, as they stand there."""
    wanted = set(names)
    text = (FOLDER / f"{lock}.txt").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return "".join(block for block in blocks if canonicalize_name(re.split(r"[=\s]", block)[0]) in wanted)
