"""A family of images that are solved together: its file, and the problems it names or holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import msgspec

from optimizer.problem.document import Document, KeyPath, Place, Tree, read_document, show
from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.extend import extend_document
from optimizer.problem.family_shape import FamilyObjective, FamilyShape, KeepShape, SameShape
from optimizer.problem.file import read_file
from optimizer.problem.load import load_problem, read_problem
from optimizer.problem.problem import ObjectiveKind, Position, Problem
from optimizer.problem.reading import Reading
from optimizer.problem.shape import SAFE_NAME_PATTERN, SAFE_NAME_WORDS

#: The smallest pool to maintain, then the fewest packages and bytes in it, then the smallest images.
DEFAULT_FAMILY_OBJECTIVES = (
    FamilyObjective.POOL_DIVERGENCE,
    FamilyObjective.POOL_PACKAGES,
    FamilyObjective.POOL_SIZE,
    FamilyObjective.TOTAL_SIZE,
)
#: No image loses what it could have alone, unless the file says how much.
DEFAULT_KEEP = ((ObjectiveKind.FEATURES, 0), (ObjectiveKind.WEAK, 0))
MAXIMISED = frozenset((FamilyObjective.SHARED_PACKAGES, FamilyObjective.SHARED_SIZE))

_BOUNDING = frozenset((FamilyObjective.LAYERED_SIZE, FamilyObjective.TOTAL_PACKAGES, FamilyObjective.TOTAL_SIZE))
_BOUNDED = frozenset((ObjectiveKind.INSTALLED_SIZE, ObjectiveKind.PACKAGES))


class Names(msgspec.Struct, frozen=True):
    """Names that must be of one version, each with its place in the file; `everything` is all names there are."""

    everything: bool = False
    listed: tuple[tuple[str, Position], ...] = ()

    def __contains__(self, name: object) -> bool:
        return self.everything or any(name == held for held, _ in self.listed)


@dataclass(frozen=True, slots=True)
class Family:
    """Images to solve together; `keep` is, by objective, the per cent by which an image may be worse than alone.

    `keep` None keeps all of each image's own objectives at what they are alone.
    """

    name: str
    images: tuple[Problem, ...]
    file: Path
    objectives: tuple[FamilyObjective, ...] = DEFAULT_FAMILY_OBJECTIVES
    keep: tuple[tuple[ObjectiveKind, int], ...] | None = DEFAULT_KEEP
    same_packages: Names = field(default_factory=Names)
    same_sources: Names = field(default_factory=Names)


def is_family(path: Path) -> bool:
    """Return whether a file is a family and no problem: a mapping with `images`; a file nobody can read is none."""
    try:
        content = read_file(path)
        value = read_document(str(path), content).value if b"images" in content else None
    except (OSError, ProblemError):
        return False
    return isinstance(value, dict) and "images" in value


def load_family(path: Path) -> Family:
    """Return the family that the YAML file at `path` states, with its problems.

    Raises ProblemError with the mistakes of the family file, or else of all its problems.
    """
    try:
        content = read_file(path)
    except OSError as error:
        position = Position(str(path), 1, "")
        raise ProblemError((Mistake(position, "a readable file", str(error.strerror)),)) from error
    document = read_document(str(path), content)
    inline = _inline(document)
    reading = Reading(_without_inline(document, inline), FamilyShape, path.absolute())
    family = Family(
        name=_name(reading),
        images=(),
        file=reading.file,
        objectives=_objectives(reading),
        keep=_keep(reading),
        same_packages=_same(reading, "packages"),
        same_sources=_same(reading, "sources"),
    )
    _check_bounded(reading, family)
    if reading.value(("images",)) is not None and len(reading.children(("images",))) < 2:
        reading.add(("images",), "two images or more", "one")
    if reading.mistakes:
        raise ProblemError(tuple(reading.mistakes))
    images = _images(reading, document, inline)
    return Family(**{**{name: getattr(family, name) for name in Family.__slots__}, "images": images})


def _inline(document: Document) -> dict[int, dict[str, Tree]]:
    """Return the images that are written in the family file itself, by their place in the list."""
    images = document.value.get("images") if isinstance(document.value, dict) else None
    listed = images if isinstance(images, list) else []
    return {index: image for index, image in enumerate(listed) if isinstance(image, dict)}


def _without_inline(document: Document, inline: dict[int, dict[str, Tree]]) -> Document:
    """Return the document with a word in the place of each such image: a problem's shape is judged by itself."""
    if not inline:
        return document
    assert isinstance(document.value, dict)
    listed = document.value["images"]
    assert isinstance(listed, list)
    words: list[Tree] = ["inline" if index in inline else image for index, image in enumerate(listed)]
    own = tuple((path, mistake) for path, mistake in document.mistakes if not _inside(path, inline))
    value = {**document.value, "images": words}
    return Document(document.file, value, document.lines, own, document.places, document.files)


def _inside(path: KeyPath, inline: dict[int, dict[str, Tree]]) -> bool:
    return len(path) > 1 and path[0] == "images" and path[1] in inline


def _images(reading: Reading, document: Document, inline: dict[int, dict[str, Tree]]) -> tuple[Problem, ...]:
    mistakes: list[Mistake] = []
    problems: list[Problem] = []
    for path in reading.children(("images",)):
        index = path[1]
        assert isinstance(index, int)
        try:
            if index in inline:
                problems.append(_inline_problem(reading, document, path, inline[index]))
            else:
                problems.append(_named_problem(reading, path))
        except ProblemError as error:
            mistakes += error.mistakes
    if not mistakes:
        mistakes = _repeated(reading, problems)
    if mistakes:
        raise ProblemError(tuple(dict.fromkeys(mistakes)))
    return tuple(problems)


def _named_problem(reading: Reading, path: KeyPath) -> Problem:
    name = reading.text(path) or ""
    shown = Path(reading.shown(reading.position(path), name))
    if not shown.is_file():
        raise ProblemError((Mistake(reading.position(path), "a readable problem file", show(name)),))
    return load_problem(shown)


def _inline_problem(reading: Reading, document: Document, path: KeyPath, value: dict[str, Tree]) -> Problem:
    """Return a problem written in the family file: its name is its own, its format the family's."""
    if not value.get("name"):
        raise ProblemError((Mistake(reading.position(path), "a name for the image", "none"),))
    places = {
        place[len(path) :]: Place(document.file, line, place)
        for place, line in document.lines.items()
        if place[: len(path)] == path
    }
    mistakes = tuple((where[2:], mistake) for where, mistake in document.mistakes if where[: len(path)] == path)
    own = Document(document.file, {"format": 1, **value}, {}, mistakes, places, document.files)
    return read_problem(extend_document(own), reading.file)


def _repeated(reading: Reading, problems: list[Problem]) -> list[Mistake]:
    """One directory for each image's results: names are told apart."""
    first: dict[str, int] = {}
    mistakes = []
    for index, problem in enumerate(problems):
        if first.setdefault(problem.name, index) != index:
            position = reading.position(("images", index))
            mistakes.append(Mistake(position, "images of different names", f"{show(problem.name)} again"))
    return mistakes


def _name(reading: Reading) -> str:
    stem = reading.file.stem
    if not reading.has(("name",)) and not re.fullmatch(SAFE_NAME_PATTERN, stem):
        reading.add(("name",), SAFE_NAME_WORDS, f"none, and the file's own {show(stem)} will not do")
    return reading.text(("name",)) or stem


def _objectives(reading: Reading) -> tuple[FamilyObjective, ...]:
    if not reading.has(("objectives",)):
        return DEFAULT_FAMILY_OBJECTIVES
    found: list[FamilyObjective] = []
    for path in reading.children(("objectives",)):
        kind = FamilyObjective(reading.text(path) or "")
        if kind in found:
            reading.add(path, "each objective once", f"{show(kind.value)} again")
        found.append(kind)
    return tuple(dict.fromkeys(found))


def _keep(reading: Reading) -> tuple[tuple[ObjectiveKind, int], ...] | None:
    if not reading.has(("keep",)):
        return DEFAULT_KEEP
    if reading.text(("keep",)) == "all":
        return None
    shape = reading.struct(("keep",), KeepShape) or KeepShape()
    given = {kind: getattr(shape, kind.value) for kind in ObjectiveKind}
    kept = {**MappingProxyType(dict(DEFAULT_KEEP)), **{kind: per for kind, per in given.items() if per is not None}}
    return tuple((kind, kept[kind]) for kind in ObjectiveKind if kind in kept)


def _same(reading: Reading, key: str) -> Names:
    shape = reading.struct(("same",), SameShape)
    listed = None if shape is None else getattr(shape, key)
    if listed is None or listed == "all":
        return Names(everything=listed == "all")
    names = ((name, reading.position(("same", key, index))) for index, name in enumerate(listed))
    return Names(listed=tuple(dict(names).items()))


def _check_bounded(reading: Reading, family: Family) -> None:
    """What is shared grows with every needless package that all images take, unless something bounds them."""
    if family.keep is None or any(kind in _BOUNDED for kind, _ in family.keep):
        return
    for place, kind in enumerate(family.objectives):
        if kind in MAXIMISED and _BOUNDING.isdisjoint(family.objectives[:place]):
            expected = (
                f"{kind.value} after layered_size, total_size or total_packages, or beside keep: with installed_size "
                "or packages: else it grows by packages that nobody needs"
            )
            reading.add(("objectives", place), expected, show(kind.value))
