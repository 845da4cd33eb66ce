"""A frontier as a picture in the page's colours: a staircase, since between two points nothing can be had."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from optimizer.answer.frontier import FrontierRecord
from optimizer.report.objective import SIZES, amount, title

if TYPE_CHECKING:
    from markupsafe import Markup

_WIDTH, _HEIGHT = 720, 380
_MEBIBYTE = 1 << 20
_STATUS = {
    "proven": "Every point there is, each proven best.",
    "part": "Each point is proven best; between some of them no others were looked for.",
    "not proven": "The time was up before all of it was proven.",
}


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A point in words."""

    first: str
    second: str
    status: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing as SVG without styles or scripts of its own, and the same points for a table."""

    title: str
    note: str
    first: str
    second: str
    drawing: Markup
    points: tuple[ChartPoint, ...]


def draw_frontier(record: FrontierRecord) -> Chart | None:
    """Return a frontier as a chart; None where it has no point."""
    if not record.points:
        return None
    first, second = record.objectives
    held = "".join(
        f" {title(kind).capitalize()} is held at {amount(kind, record.held[kind])}." for kind in record.held
    )
    return Chart(
        title=f"{title(first).capitalize()} against {title(second)}",
        note=_STATUS.get(record.status, "") + held,
        first=title(first),
        second=title(second),
        drawing=_drawing(record),
        points=tuple(
            ChartPoint(
                amount(first, point.values[first], weighted=record.weighted),
                amount(second, point.values[second], weighted=record.weighted),
                point.status,
            )
            for point in record.points
        ),
    )


def _chart(**options: Any) -> Any:
    from pygal import XY

    # pygal leaves a finder of the protocol that Python 3.12 dropped; 3.11 would warn at each later import.
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
    return XY(**options)


def _drawing(record: FrontierRecord) -> Markup:
    first, second = record.objectives
    points = [(_scaled(first, p.values[first]), _scaled(second, p.values[second])) for p in record.points]
    chart = _chart(
        width=_WIDTH,
        height=_HEIGHT,
        js=(),
        css=(),
        show_legend=False,
        x_title=_axis(first),
        y_title=_axis(second),
        dots_size=4,
        include_x_axis=False,
        show_x_guides=False,
        no_prefix=True,
        truncate_label=-1,
        explicit_size=False,
        x_value_formatter=_tick,
        value_formatter=_tick,
    )
    chart.uuid = "frontier"  # pygal's own is random
    chart.add("staircase", _staircase(points), show_dots=False)
    chart.add("points", list(points), stroke=False)
    tree: Any = chart.render_tree()
    _bare(tree)
    tree.set("class", "frontier")
    tree.set("role", "img")
    tree.set("aria-label", f"{title(first)} against {title(second)}, {len(points)} points; the table has them")
    return _serialised(tree)


def _staircase(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners between points: the second objective stays until the first reaches the next point."""
    corners = [points[0]]
    for (_, level), after in pairwise(points):
        corners += [(after[0], level), after]
    return corners


def _bare(tree: Any) -> None:
    """Take out what the page's policy would refuse (styles, scripts) or what differs from day to day (comments)."""
    for parent in list(tree.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in ("style", "script", "desc", "title"):
                parent.remove(child)
        if isinstance(parent.tag, str):
            parent.attrib.pop("style", None)
            parent.attrib.pop("id", None)


def _serialised(element: Any) -> Markup:
    """Return an element as text: the same bytes with lxml, which pygal takes where it is there, and without."""
    from markupsafe import Markup

    name = element.tag.rpartition("}")[2]
    attributes = Markup("").join(
        Markup(' {}="{}"').format(key.rpartition("}")[2], value) for key, value in sorted(element.attrib.items())
    )
    inside = Markup("").join(_serialised(child) + (child.tail or "") for child in element)
    return Markup("<{0}{1}>{2}{3}</{0}>").format(name, attributes, element.text or "", inside)


def _scaled(objective: str, value: int) -> float:
    return value / _MEBIBYTE if objective in SIZES else value


def _axis(objective: str) -> str:
    return f"{title(objective)}, MiB" if objective in SIZES else title(objective)


def _tick(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.1f}"
