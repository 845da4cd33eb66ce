"""Three pictures, as SVG and PNG with the same bytes on every run of one matplotlib (extra `bench`).

Colours are Okabe and Ito's, told apart by colour-blind readers too; shapes and line styles tell the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.photon.label import full_label, mebibytes, names, upstream_label
from benchmarks.photon.record import Curve, Listed, Results, Share
from benchmarks.photon.verdict import CLAIM, own_share, reasons

_BLUE, _ORANGE, _GREEN, _RED, _PURPLE, _SKY, _YELLOW = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
)  # fmt: skip
_GREY = "#7F7F7F"
_REASONS = {
    "absent": (_BLUE, "absent: nobody upstream provides it", ""),
    "version": (_ORANGE, "version: upstream's does not fit", "//"),
    "uninstallable": (_RED, "uninstallable: upstream's own closure fails", "++"),
    "conflict": (_PURPLE, "conflict: fits alone, not with the rest", "\\\\"),
    "objective": (_SKY, "objective: a dearer choice", "||"),
    "policy": (_GREEN, "policy: the problem pins it", "--"),
    "limit": (_YELLOW, "limit: does not fit a limit", "-"),
    "stub": (_GREY, "stub: must be packaged first", "xx"),
}
_STYLES = {50: (_SKY, "--"), 100: (_BLUE, "-"), 200: (_RED, "-.")}
_NAMED_STEPS = 4


def draw(results: Results, folder: Path) -> None:
    """Write every picture of some results into a folder. Raises ImportError without matplotlib."""
    mpl = _module("matplotlib")
    mpl.use("Agg")
    settings = {"svg.hashsalt": "pkgset", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}
    with mpl.rc_context():
        mpl.rcdefaults()  # nobody's own settings
        mpl.rcParams.update({**settings, "axes.spines.top": False, "axes.spines.right": False})
        _save(_reuse(results), folder / "reuse")
        _save(_divergence(results), folder / "divergence")
        if results.curves:
            _save(_frontier(results), folder / "frontier")


def matplotlib_version() -> str | None:
    """Return matplotlib's version, which the pictures' bytes depend on; None where it is not installed."""
    try:
        return str(_module("matplotlib").__version__)
    except ImportError:
        return None


def _reuse(results: Results) -> Any:
    lists = results.lists[::-1]
    figure, axes = _canvas(len(lists))
    series = (
        ("names alone, without a solve", "x", "black", [_naive(listed) for listed in lists]),
        ("equivalents, no stand-ins, downstream rebuilt", "o", _BLUE, _own(results, lists, "own", "rebuilt")),
        ("with stand-ins, downstream as shipped", "D", _ORANGE, _own(results, lists, "all", "shipped")),
    )
    for row, shares in enumerate(zip(*(values for *_, values in series), strict=True)):
        known = [float(share.fraction) * 100 for share in shares if share is not None]
        if known:
            axes.plot([min(known), max(known)], [row, row], color="#D0D0D0", linewidth=2, zorder=1)
    for label, marker, colour, values in series:
        points = [(float(share.fraction) * 100, row) for row, share in enumerate(values) if share is not None]
        across, up = zip(*points, strict=True) if points else ((), ())
        axes.scatter(across, up, marker=marker, color=colour, s=30, label=label, zorder=4 if marker == "x" else 3)
    axes.axvline(float(CLAIM) * 100, color="black", linewidth=1, linestyle=":", zorder=0)
    axes.annotate(
        "the claim: 85 %", (float(CLAIM) * 100, len(lists) - 0.35), ha="right", va="bottom", fontsize=8,
        xytext=(-3, 0), textcoords="offset points",
    )  # fmt: skip
    _rows(axes, lists)
    axes.set_xlim(right=101)
    axes.set_xlabel("sources of the list that upstream can give, in per cent of the list's own sources")
    _titled(figure, axes, "How much of each image list could come from upstream", columns=1)
    return figure


def _divergence(results: Results) -> Any:
    lists = [one for one in results.lists if reasons(results.solve(one.list))][::-1]
    counts = [reasons(results.solve(listed.list)) for listed in lists]
    figure, axes = _canvas(len(lists))
    left = [0] * len(lists)
    for reason, (colour, label, hatch) in _REASONS.items():
        width = [count[reason] for count in counts]
        if any(width):
            there = [row for row, amount in enumerate(width) if amount]
            axes.barh(
                there, [width[row] for row in there], left=[left[row] for row in there], color=colour, label=label,
                hatch=hatch, edgecolor="white", linewidth=0.5, height=0.75,
            )  # fmt: skip
            left = [start + more for start, more in zip(left, width, strict=True)]
    for row, total in enumerate(left):
        axes.annotate(str(total), (total, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=8)
    _rows(axes, lists)
    axes.set_xlabel("downstream sources that must be kept (count)\nwith stand-ins, downstream as shipped")
    _titled(figure, axes, "Why downstream sources diverge", columns=2)
    return figure


def _frontier(results: Results) -> Any:
    drawn = list(dict.fromkeys(curve.list for curve in results.curves))
    figure, panels = _module("matplotlib.pyplot").subplots(
        1, len(drawn), figsize=(4.2 * len(drawn), 4.6), sharey=True, squeeze=False
    )
    for axes, name in zip(panels[0], drawn, strict=True):
        for curve in (one for one in results.curves if one.list == name):
            _curve(axes, curve)
        listed = next((one for one in results.lists if one.list == name), None)
        axes.set_title(name if listed is None else full_label(listed), fontsize=10)
        axes.set_xlabel("downstream sources kept (count)")
        axes.set_xlim(left=0)
        axes.grid(axis="y", color="#E5E5E5", linewidth=0.6)
    panels[0][0].set_ylim(bottom=0)
    panels[0][0].set_ylabel("installed size (MiB), partly estimated")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=len(handles), frameon=False, fontsize=8)
    figure.suptitle(
        "What keeping more downstream sources saves: the exact frontier (star: steepest step)", fontsize=11
    )
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    return figure


def _curve(axes: Any, curve: Curve) -> None:
    colour, style = _STYLES.get(curve.percent, (_GREEN, ":"))
    across = [step.sources for step in curve.steps]
    up = [step.installed_bytes / 2**20 for step in curve.steps]
    label = f"downstream's packages estimated at {curve.percent} % of upstream's"
    axes.step(across, up, where="post", color=colour, linestyle=style, linewidth=1.4, label=label)
    axes.plot(across, up, linestyle="none", marker=".", markersize=3, color=colour)
    if curve.knee is not None:
        axes.plot(across[curve.knee], up[curve.knee], marker="*", markersize=11, color=colour, zorder=4)
    if curve.percent == 100:
        told = [
            f"{'+ ' if index else ''}{names(step.gained, 2)}: {mebibytes(step.installed_bytes)} MiB"
            for index, step in enumerate(curve.steps[:_NAMED_STEPS])
        ]
        axes.text(
            0.98, 0.97, "\n".join(["at 100 %", *told]), transform=axes.transAxes, ha="right", va="top", fontsize=8
        )


def _naive(listed: Listed) -> Share:
    return Share(reused=len(listed.borne_sources), of=len(listed.sources))


def _own(results: Results, lists: Sequence[Listed], equivalents: str, downstream: str) -> list[Share | None]:
    return [own_share(listed, results.solve(listed.list, equivalents, downstream)) for listed in lists]


def _canvas(rows: int) -> tuple[Any, Any]:
    made: tuple[Any, Any] = _module("matplotlib.pyplot").subplots(figsize=(8.5, 1.8 + 0.24 * rows))
    return made


def _row(listed: Listed) -> str:
    return f"{full_label(listed).replace(' (openSUSE)', '')}, on {upstream_label(listed)}"


def _rows(axes: Any, lists: Sequence[Listed]) -> None:
    axes.set_yticks(range(len(lists)), [_row(one) for one in lists], fontsize=8)
    axes.set_ylim(-0.7, len(lists) + 0.3)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def _titled(figure: Any, axes: Any, title: str, *, columns: int) -> None:
    figure.suptitle(title, fontsize=11)
    handles, labels = axes.get_legend_handles_labels()
    rows = -(-len(handles) // columns)
    height = 0.2 * rows / figure.get_figheight()
    figure.legend(handles, labels, loc="lower center", ncol=columns, frameon=False, fontsize=8)
    figure.tight_layout(rect=(0, height + 0.01, 1, 1))


def _save(figure: Any, stem: Path) -> None:
    stem.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(stem.with_suffix(".svg"), metadata={"Date": None, "Creator": None})
    figure.savefig(stem.with_suffix(".png"), dpi=100, pil_kwargs={"optimize": True}, metadata={"Software": None})
    _module("matplotlib.pyplot").close(figure)


def _module(name: str) -> Any:
    """Return a module of matplotlib: an optional extra, slow to import, and typed only where it is installed."""
    return import_module(name)
