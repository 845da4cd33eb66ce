"""The results as Markdown, block by block; the summary has every block, the study the ones it marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from benchmarks.photon.label import (
    READINGS,
    full_label,
    image_label,
    mebibytes,
    names,
    of,
    percent,
    release_label,
    table,
    upstream_label,
)
from benchmarks.photon.question import READINGS as ASKED
from benchmarks.photon.record import Curve, Results, Share, Solved
from benchmarks.photon.verdict import Verdict, half_way, own_share, reasons, verdict

_REASONS = ("absent", "version", "uninstallable", "conflict", "limit", "policy", "objective", "stub", "unknown")
_STEPS = 8


def claim(results: Results) -> list[str]:
    """Return the verdict of each list: the README's table."""
    header = ["release", "image", "upstream", "sources reused", "of the list's own", "without stand-ins", "85 %"]
    rows = []
    for listed in results.lists:
        loose, strict = results.solve(listed.list), results.solve(listed.list, "own", "rebuilt")
        cells = [release_label(listed), image_label(listed), upstream_label(listed)]
        cells += [of(_sources(loose)), of(own_share(listed, loose)), of(own_share(listed, strict))]
        rows.append([*cells, verdict(results, listed).value])
    return table(header, rows, left=3)


def main_claim(results: Results) -> list[str]:
    """Return the claim's table for the images that every release has, without the long tail."""
    wanted = ("micro", "container", "minimal", "full", "developer", "minimal, in step", "minimal (openSUSE)")
    lists = tuple(listed for listed in results.lists if image_label(listed) in wanted)
    return claim(Results(lists=lists, solves=results.solves))


def answer(results: Results) -> list[str]:
    """Return the answer in sentences."""
    counted = [verdict(results, listed) for listed in results.lists]
    kept = [results.solve(listed.list) for listed in results.lists]
    shares = [share for share in map(_sources, kept) if share is not None]
    own = [share for listed in results.lists if (share := own_share(listed, results.solve(listed.list)))]
    naive = [Share(reused=len(listed.borne), of=len(listed.names)) for listed in results.lists]
    told = (
        f"Of {len(counted)} lists {counted.count(Verdict.HOLDS)} keep the 85 % on every reading, "
        f"{counted.count(Verdict.WITH_STAND_INS)} only where other projects may stand in, "
        f"{counted.count(Verdict.FAILS)} do not, {counted.count(Verdict.NO_ANSWER)} have no answer. "
        f"By sources of the whole answer the share is {_range(shares)}; by the list's own sources {_range(own)}; "
        f"by names alone, without a solve, {_range(naive)}."
    )
    judged = "each answer" if _all_accepted(results) else "not every answer (reuse.json)"
    return [told, "", f"{_statuses(results)}; both judges, the verifier and libsolv, accepted {judged}."]


def readings(results: Results, pick: Callable[[Solved], Share | None], unit: int = 1) -> list[str]:
    """Return one share of each list under every reading, in multiples of `unit`."""
    header = ["release", "image", *(f"{way}: {READINGS[equivalents]}" for equivalents, way in ASKED)]
    rows = []
    for listed in results.lists:
        solves = [results.solve(listed.list, *reading) for reading in ASKED]
        cells = ["" if solved is None else of(pick(solved), unit) for solved in solves]
        rows.append([release_label(listed), image_label(listed), *cells])
    return table(header, rows)


def naive(results: Results) -> list[str]:
    """Return what a comparison of names says, before any solve."""
    header = ["release", "image", "names borne upstream", "sources wholly borne", "names that are not"]
    rows = []
    for listed in results.lists:
        borne = Share(reused=len(listed.borne), of=len(listed.names))
        sources = Share(reused=len(listed.borne_sources), of=len(listed.sources))
        lacking = tuple(name for name in listed.names if name not in listed.borne)
        rows.append([release_label(listed), image_label(listed), of(borne), of(sources), names(lacking)])
    return table(header, rows)


def divergence(results: Results) -> list[str]:
    """Return how many sources of each list diverge for which reason, and which."""
    solves = {listed.list: results.solve(listed.list) for listed in results.lists}
    used = [reason for reason in _REASONS if any(reasons(solved)[reason] for solved in solves.values())]
    rows = []
    for listed in results.lists:
        solved = solves[listed.list]
        if solved is None or solved.sources is None:
            continue
        counts = reasons(solved)
        cells = [release_label(listed), image_label(listed), names((*solved.diverging, *solved.stubs), 8)]
        rows.append([*cells, *(str(counts[reason] or "") for reason in used)])
    return table(["release", "image", "diverges in", *used], rows, left=3)


def infeasible(results: Results) -> list[str]:
    """Return the solves without answer and their minimal cores."""
    lines = []
    for solved in results.solves:
        if solved.status == "infeasible":
            reading = f"{solved.downstream}, {READINGS[solved.equivalents]}"
            lines.append(f"- `{solved.list}` ({reading}): " + "; ".join(solved.core))
    return lines or ["Every list has an answer under every reading."]


def curves(results: Results) -> list[str]:
    """Return the ends of each frontier, its knee and where half of the saving is bought."""
    header = ["image", "estimates", "points", "least divergence", "smallest", "steepest step", "half is saved by"]
    rows = []
    for curve in results.curves:
        first, last = curve.steps[0], curve.steps[-1]
        ends = [f"{step.sources}: {mebibytes(step.installed_bytes)} MiB" for step in (first, last)]
        points = f"{len(curve.steps)}" + ("" if curve.status == "optimal" else f" ({curve.gaps} gaps)")
        rows.append([_called(results, curve.list), f"{curve.percent} %", points, *ends, _knee(curve), _half(curve)])
    return table(header, rows)


def steps(results: Results) -> list[str]:
    """Return the first steps of each frontier with estimates as they are: what each further source buys."""
    lines: list[str] = []
    for curve in (one for one in results.curves if one.percent == 100):
        lines += [f"{_called(results, curve.list)}:", ""]
        rows = []
        for index, step in enumerate(curve.steps[:_STEPS]):
            saved = curve.steps[index - 1].installed_bytes - step.installed_bytes if index else 0
            cells = [names(step.gained), names(step.dropped), str(step.sources), mebibytes(step.installed_bytes)]
            rows.append([*cells, mebibytes(saved) if index else "", mebibytes(step.estimated_bytes)])
        header = ["also kept", "no longer", "downstream sources", "MiB", "saves MiB", "of it estimated MiB"]
        lines += [*table(header, rows), ""]
        if len(curve.steps) > _STEPS:
            lines += [f"and {len(curve.steps) - _STEPS} points more in frontier.json.", ""]
    return lines[:-1]


def truth(results: Results) -> list[str]:
    """Return the ground truth: recall and precision of closures."""
    header = ["request", "against", "closure", "known", "recall", "precision", "missed", "not there"]
    rows = []
    for one in results.truths:
        asked = "the list itself" if not one.request else f"{len(one.request)} names"
        recall, precision = Share(reused=one.both, of=one.known), Share(reused=one.both, of=one.closure)
        cells = [f"{one.name}: {asked}", f"`{one.against}`", str(one.closure), str(one.known)]
        rows.append([*cells, percent(recall), percent(precision), names(one.missed), names(one.extra)])
    return table(header, rows)


def kept(results: Results) -> list[str]:
    """Return what the divergent sources of some lists take to build and to keep."""
    header = [
        "list",
        "sources",
        "patches (CVE)",
        "BuildRequires: upstream",
        "divergent",
        "nobody",
        "stages",
        "cycles",
    ]
    header += ["cost", "by cost instead"]
    rows = []
    for one in results.kept:
        cells = [_called(results, one.list), str(one.sources), f"{one.patches} ({one.cve_patches})"]
        cells += [f"{one.met_by_upstream} of {one.build_requires}", str(one.met_by_divergent), str(one.met_by_nobody)]
        weighted = f"{len(one.weighted)} sources, cost {one.weighted_cost}"
        rows.append([*cells, str(one.stages), str(one.cycles), str(one.cost), weighted])
    return table(header, rows, left=1)


def moved(results: Results) -> list[str]:
    """Return how the same image fared from release to release: the reasons of its divergence, one line each."""
    lines = []
    for image in ("micro", "container", "minimal", "minimal, in step", "full"):
        for listed in (one for one in results.lists if image_label(one) == image):
            solved = results.solve(listed.list)
            if solved is None or solved.sources is None:
                continue
            counts = reasons(solved)
            told = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items())) or "nothing"
            lines.append([full_label(listed), told, str(sum(counts.values())), of(own_share(listed, solved))])
    return table(["list", "why", "diverging", "its own sources reused"], lines)


def _sources(solved: Solved | None) -> Share | None:
    return None if solved is None else solved.sources


def _called(results: Results, name: str) -> str:
    listed = next((one for one in results.lists if one.list == name), None)
    return name if listed is None else full_label(listed)


def _range(shares: list[Share]) -> str:
    if not shares:
        return "unknown"
    ordered = sorted(shares, key=lambda share: share.fraction)
    return f"{percent(ordered[0])} to {percent(ordered[-1])} (median {percent(ordered[len(ordered) // 2])})"


def _statuses(results: Results) -> str:
    counts = Counter(one.status for one in results.solves)
    told = ", ".join(f"{count} are {status}" for status, count in sorted(counts.items(), reverse=True))
    return f"Of {len(results.solves)} solves {told}"


def _all_accepted(results: Results) -> bool:
    return all(judge.endswith(": accepted") for one in results.solves for judge in one.judges)


def _knee(curve: Curve) -> str:
    if curve.knee is None:
        return "none"
    before, after = curve.steps[curve.knee - 1], curve.steps[curve.knee]
    each = (before.installed_bytes - after.installed_bytes) // (after.sources - before.sources)
    return f"+ {names(after.gained, 3)}: {mebibytes(each)} MiB a source"


def _half(curve: Curve) -> str:
    index = half_way(curve)
    if index is None:
        return "none"
    held: set[str] = set()
    for step in curve.steps[: index + 1]:
        held = (held | set(step.gained)) - set(step.dropped)
    return f"{curve.steps[index].sources} sources ({mebibytes(curve.steps[index].installed_bytes)} MiB)"
