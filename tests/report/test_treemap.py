"""Treemaps: areas are sizes, tiles fill their box and do not overlap, labels fit."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.report.treemap import FITS, HEIGHT, WIDTH, Group, Item, Tile, layout, nested_layout

_sizes = st.lists(st.integers(0, 10**9), min_size=1, max_size=60)


def _items(sizes: list[int]) -> list[Item]:
    return [Item(f"package-{i}", size, f"{size} B", f"#package-{i}", "upstream") for i, size in enumerate(sizes)]


def _area(tile: Tile) -> float:
    return tile.width * WIDTH / 100 * tile.height


@given(_sizes)
def test_areas_are_sizes(sizes: list[int]) -> None:
    tiles = layout(_items(sizes), "#packages", "packages")
    total = sum(sizes)
    assert sum(tile.item.size for tile in tiles) == total
    for tile in tiles:  # rounding to a hundredth of a per cent and a tenth of a pixel
        slack = 0.05 * tile.width * WIDTH / 100 + 0.005 * WIDTH / 100 * tile.height + 0.01
        assert abs(_area(tile) - WIDTH * HEIGHT * tile.item.size / total) <= slack


@given(_sizes)
def test_tiles_lie_in_the_drawing_and_apart(sizes: list[int]) -> None:
    tiles = layout(_items(sizes), "#packages", "packages")
    for tile in tiles:
        assert -0.01 <= tile.x <= tile.x + tile.width <= 100.02
        assert -0.1 <= tile.y <= tile.y + tile.height <= HEIGHT + 0.2
    for one, other in combinations(tiles, 2):
        across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
        down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
        assert across <= 0.02 or down <= 0.2


def test_what_is_too_small_to_see_is_one_tile_that_leads_to_the_table() -> None:
    tiles = layout(_items([1_000_000_000, *[5_000] * 40]), "#packages?sort=-installed", "packages")
    assert [(t.item.name, t.item.kind) for t in tiles] == [("package-0", "upstream"), ("40 smaller packages", "rest")]
    assert tiles[1].item.href == "#packages?sort=-installed"
    assert tiles[1].item.size == 200_000


def test_nothing_of_a_size_is_nothing_to_draw() -> None:
    assert layout(_items([0, 0]), "#packages", "packages") == ()
    assert layout([], "#packages", "packages") == ()
    assert nested_layout([], "#packages", "packages") == ()


@given(_sizes)
def test_a_label_fits_its_tile_in_the_widths_it_is_shown_in(sizes: list[int]) -> None:
    narrowest = dict(FITS)
    for tile in layout(_items(sizes), "#packages", "packages"):
        for label in tile.labels:
            assert len(label.words) * 6 <= tile.width / 100 * narrowest[label.fits]
            assert 12 + 15 * label.line <= tile.height


def test_a_long_name_is_shortened() -> None:
    item = Item("java-1.8.0-openjdk-javadoc-of-a-long-name", 10, "10 B", "#x", "upstream")
    tiles = layout([item, *_items([10] * 8)], "#packages", "packages")
    (shown,) = [tile.labels[0].words for tile in tiles if tile.item is item]
    assert shown.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert item.name.startswith(shown[:-1])


@pytest.mark.parametrize("groups", [[[5, 5], [10]], [[1000], [1]], [[1] * 30, [50] * 3, [7]]])
def test_groups_hold_their_items(groups: list[list[int]]) -> None:
    made = [Group(f"g{i}", "", "#features", tuple(_items(sizes))) for i, sizes in enumerate(groups)]
    frames = nested_layout(made, "#features", "packages")
    assert sorted(frame.group.name for frame in frames) == sorted(group.name for group in made)
    for frame in frames:
        outer = frame.tile
        for tile in frame.tiles:
            assert outer.x - 0.02 <= tile.x <= tile.x + tile.width <= outer.x + outer.width + 0.02
            assert outer.y + 16.8 <= tile.y <= tile.y + tile.height <= outer.y + outer.height + 0.2
