"""Sizes as areas: a squarified treemap of links, laid out once and drawn in any width.

Bruls, Huizing, van Wijk 2000, "Squarified treemaps"; the layout is squarify's. Widths are per cent of the drawing,
heights pixels, so labels keep their size on a narrow screen: each label knows from which width on it fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optimizer.report.quantity import mebibytes

WIDTH, HEIGHT = 1000, 500
_STRIP = 17
_LETTER, _LINE, _MARGIN = 6.7, 15, 8
_MOST_TILES = 250
_LEAST_AREA = 90.0
_SHORTEST = 5
#: The class of a label, and from which width of the drawing in pixels on it is shown.
FITS = (("s", 330), ("m", 620), ("l", 960), ("x", 1190))
_CLASSES = [name for name, _ in FITS]


@dataclass(frozen=True, slots=True)
class Item:
    """Something with a size in bytes: its name, how the size is spelt, where its link leads and what kind it is."""

    name: str
    size: int
    words: str
    href: str
    kind: str


@dataclass(frozen=True, slots=True)
class Group:
    """Items that belong together."""

    name: str
    words: str
    href: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """Words on a tile, on its first line or the second, and the class that says in which widths they fit."""

    words: str
    fits: str
    line: int


@dataclass(frozen=True, slots=True)
class Tile:
    """An item as a rectangle: `x` and `width` in per cent, `y` and `height` in pixels; no labels where none fit."""

    item: Item
    x: float
    y: float
    width: float
    height: float
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A group as a rectangle with a strip for its name; its tiles are in the coordinates of the whole drawing."""

    group: Group
    tile: Tile
    tiles: tuple[Tile, ...]


def layout(items: Sequence[Item], rest_href: str, noun: str) -> tuple[Tile, ...]:
    """Return the tiles of items, largest first; what is too small to see is one tile of its own."""
    total = sum(item.size for item in items)
    return _tiles(items, (0, 0, WIDTH, HEIGHT), WIDTH * HEIGHT / total, (rest_href, noun)) if total else ()


def nested_layout(groups: Sequence[Group], rest_href: str, noun: str) -> tuple[Frame, ...]:
    """Return a frame for each group, largest first, filled with its items."""
    whole = [
        Item(group.name, sum(item.size for item in group.items), group.words, group.href, "group") for group in groups
    ]
    frames = []
    for index, tile in _place(whole, (0, 0, WIDTH, HEIGHT)):
        inner = (tile.x * WIDTH / 100, tile.y + _STRIP, tile.width * WIDTH / 100, tile.height - _STRIP)
        scale = inner[2] * inner[3] / whole[index].size if inner[3] > 0 else 0.0
        tiles = _tiles(groups[index].items, inner, scale, (rest_href, noun)) if scale else ()
        frames.append(Frame(groups[index], tile, tiles))
    return tuple(frames)


def _tiles(
    items: Sequence[Item], box: tuple[float, float, float, float], scale: float, rest: tuple[str, str]
) -> tuple[Tile, ...]:
    """Lay items out in a box; `scale` is square pixels a byte."""
    ordered = sorted(items, key=lambda item: (-item.size, item.name))
    shown = [item for item in ordered if item.size * scale >= _LEAST_AREA][:_MOST_TILES]
    small = [item for item in ordered[len(shown) :] if item.size]
    if len(small) == 1:
        shown += small
    elif small:
        size = sum(item.size for item in small)
        shown.append(Item(f"{len(small):,} smaller {rest[1]}", size, mebibytes(size), rest[0], "rest"))
    return tuple(tile for _, tile in _place(shown, box))


def _place(items: Sequence[Item], box: tuple[float, float, float, float]) -> list[tuple[int, Tile]]:
    """Return each item of a size with its index, as the rectangle it gets in a box: largest first, the rest last."""
    from squarify import normalize_sizes, squarify

    sized = (index for index, item in enumerate(items) if item.size > 0)
    order = sorted(sized, key=lambda i: (items[i].kind == "rest", -items[i].size, i))
    left, top, width, height = box
    if not order or width <= 0 or height <= 0:
        return []
    areas = normalize_sizes([items[index].size for index in order], width, height)
    return [
        (index, _tile(items[index], rectangle))
        for index, rectangle in zip(order, squarify(areas, left, top, width, height), strict=True)
    ]


def _tile(item: Item, rectangle: dict[str, float]) -> Tile:
    share, height = rectangle["dx"] / WIDTH, rectangle["dy"]
    return Tile(
        item,
        round(rectangle["x"] * 100 / WIDTH, 2),
        round(rectangle["y"], 1),
        round(share * 100, 2),
        round(height, 1),
        tuple(_labels(item, share, height)),
    )


def _labels(item: Item, share: float, height: float) -> Iterator[Label]:
    """Yield a tile's name, shortened where only its beginning fits, and its size where there is room below."""
    if height < _LINE:
        return
    name, fits = item.name, _fitting(len(item.name), share)
    if not fits:
        letters = int((share * FITS[-1][1] - _MARGIN) / _LETTER) - 1
        if letters < _SHORTEST:
            return
        name, fits = f"{item.name[:letters]}\N{HORIZONTAL ELLIPSIS}", FITS[-1][0]
    yield Label(name, fits, 0)
    sized = _fitting(len(item.words), share)
    if sized and height >= 2 * _LINE + 2:
        yield Label(item.words, max(fits, sized, key=_CLASSES.index), 1)


def _fitting(letters: int, share: float) -> str:
    needed = (letters * _LETTER + _MARGIN) / share
    return next((name for name, width in FITS if width >= needed), "")
