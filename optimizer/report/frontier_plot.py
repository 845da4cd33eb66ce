"""A frontier as a picture, SVG or PNG: the same bytes on every run of one matplotlib (extra `report`).

Points are told by shape as well as by colour; the colours are Okabe and Ito's, apart to colour-blind readers too.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import Any

from optimizer.answer.frontier import FrontierRecord
from optimizer.report.objective import SIZES, title

FORMATS = ("svg", "png")
_BLUE, _RED, _GREY = "#0072B2", "#D55E00", "#7F7F7F"
_MEBIBYTE = 1 << 20


class MissingPlotterError(ImportError):
    """A picture is asked for and matplotlib is not installed."""

    def __str__(self) -> str:
        return "a picture needs matplotlib: pip install 'pkgset[report]'"


def frontier_picture(record: FrontierRecord, picture_format: str) -> bytes:
    """Return a frontier drawn, the first objective to the right, the second up; raises MissingPlotterError."""
    try:
        mpl, figures = import_module("matplotlib"), import_module("matplotlib.figure")
    except ImportError as error:
        raise MissingPlotterError from error
    settings = {"svg.hashsalt": "pkgset", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}
    with mpl.rc_context():
        mpl.rcdefaults()  # nobody's own settings
        mpl.rcParams.update({**settings, "axes.spines.top": False, "axes.spines.right": False})
        figure = figures.Figure(figsize=(7.5, 4.8))
        _draw(figure.subplots(), record)
        figure.tight_layout()
        content = io.BytesIO()
        if picture_format == "svg":
            figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
        else:
            figure.savefig(content, format="png", dpi=144, metadata={"Software": None})
    return content.getvalue()


def _draw(axes: Any, record: FrontierRecord) -> None:
    first, second = record.objectives
    across = [_scaled(first, point.values[first]) for point in record.points]
    up = [_scaled(second, point.values[second]) for point in record.points]
    axes.set_title(f"{record.problem}: {title(first)} against {title(second)}".replace("$", r"\$"))
    axes.set_xlabel(_label(first))
    axes.set_ylabel(_label(second))
    axes.grid(color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    maximised = "features" in record.objectives
    axes.plot(across, up, color=_GREY, linewidth=1, drawstyle="default" if maximised else "steps-post", zorder=1)
    for status, marker, colour in (("proven", "o", _BLUE), ("not proven", "x", _RED)):
        places = [place for place, point in enumerate(record.points) if point.status == status]
        if places:
            there = [across[place] for place in places], [up[place] for place in places]
            axes.scatter(*there, marker=marker, color=colour, s=26, label=f"{status} point", zorder=3)
    if record.steepest is not None:
        best = record.steepest
        axes.scatter(across[best], up[best], marker="*", color=_RED, s=120, label="the step that buys most", zorder=4)
    for place, gap in enumerate(record.gaps):
        spans = sorted(_scaled(first, end[first]) for end in (gap.after, gap.before))
        label = "not looked into" if place == 0 else None
        axes.axvspan(*spans, color=_GREY, alpha=0.15, hatch="//", linewidth=0, label=label, zorder=0)
    if record.points:
        axes.legend(frameon=False, loc="best")


def _scaled(objective: str, value: int) -> float:
    return value / _MEBIBYTE if objective in SIZES else value


def _label(objective: str) -> str:
    unit = "MiB" if objective in SIZES else "points" if objective == "features" else "count"
    return f"{title(objective)} ({unit})"
