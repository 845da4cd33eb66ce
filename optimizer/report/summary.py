"""The facts of a result as rows of words: status, stages, sizes, reuse. Texts and pages lay them out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import Manifest, Totals
from optimizer.answer.result import FirstAnswer, RunRecord
from optimizer.model.solution import Stage
from optimizer.report.objective import amount, title
from optimizer.report.quantity import counted, listed, mebibytes, percent, relative
from optimizer.universe.instance import Instance, PackageOrigin

STATUS = {
    "proven": "proven optimal",
    "not proven": "feasible, not proven optimal: the limit or Ctrl-C came first",
    "infeasible": "infeasible: no package set has all of this",
    "unknown": "no answer found before the limit or Ctrl-C, and none ruled out",
    "rejected": "REJECTED by a judge: not a result, and a fault of pkgset's own; please report it",
}
FIRST_ANSWER = "as dnf would use it: required features only, best versions, no weak dependencies, no limits"
_LEAST = "at least"
_COMPARABLE = 0.05


class SizeRow(msgspec.Struct, frozen=True):
    """One total of an answer; `theirs` and `compared` speak of libsolv's first answer, empty where there is none."""

    name: str
    ours: str
    theirs: str = ""
    compared: str = ""


class Share(msgspec.Struct, frozen=True):
    """How much of one kind comes from upstream: `67 of 74 sources`, and the fraction 0..1."""

    words: str
    share: float
    of_known_sizes: bool = False


def status_words(record: RunRecord) -> str:
    """Return a run's status and who accepted its answer."""
    words = STATUS[record.status]
    if record.family is not None and record.status == "not proven":
        words = f"an image of the family {record.family}; by its own objectives alone it could be better"
    accepted = [judged.judge for judged in record.judges if judged.verdict == "accepted"]
    if record.status != "rejected" and accepted:
        words += f"; accepted by {listed(accepted, len(accepted))}"
        unasked = [judged.judge for judged in record.judges if judged.verdict == "not asked"]
        words += f", {listed(unasked, len(unasked))} not asked" if unasked else ""
    return words


def stage_rows(record: RunRecord, instance: Instance, manifest: Manifest) -> list[list[str]]:
    """Return a row of objective, value, proven bound and status for each stage worth showing."""
    weighted = any(source.weight != 1 for source in instance.sources)
    unknown = _uncounted(instance, manifest)
    return [
        _stage_row(stage, weighted=weighted, least=stage.objective in unknown)
        for stage in record.stages
        if stage.objective != "tie_break" or stage.status != "optimal"
    ]


def size_rows(record: RunRecord, manifest: Manifest) -> list[SizeRow]:
    """Return an answer's totals, beside those of libsolv's own first answer where it has one."""
    totals, unknown = manifest.totals, manifest.totals.unknown_sizes
    diverging = {package.source for package in manifest.packages if package.origin != PackageOrigin.UPSTREAM}
    ours: list[tuple[str, str, int]] = [
        ("packages", f"{totals.packages:,}", totals.packages),
        ("installed size", at_least(totals.installed_size, unknown.installed), totals.installed_size),
        ("download size", at_least(totals.download_size, unknown.download), totals.download_size),
        ("downstream sources", f"{len(diverging):,}", len(diverging)),
    ]
    first = record.libsolv_first_answer
    if first is None:
        return [SizeRow(name, words) for name, words, _ in ours]
    gaps = (
        0,
        abs(unknown.installed - first.unknown_sizes.installed),
        abs(unknown.download - first.unknown_sizes.download),
        0,
    )
    return [
        SizeRow(name, words, spelt, _compared(words, value, spelt, other, gap / max(1, totals.packages)))
        for (name, words, value), (spelt, other), gap in zip(ours, _first_answer_words(first), gaps, strict=True)
    ]


def size_notes(record: RunRecord, manifest: Manifest) -> list[str]:
    """Return what must be said of sizes that are estimates, or that nobody knows."""
    first = record.libsolv_first_answer
    return [] if first is None else [*_estimated(manifest.totals), *_unknown_sizes(manifest.totals, first)]


def reuse_shares(manifest: Manifest) -> list[Share]:
    """Return what comes from upstream by source, by package and by installed byte, each of how many."""
    reuse, of = manifest.reuse, manifest.reuse.of
    shares = []
    for share, whole, noun in ((reuse.sources, of.sources, "source"), (reuse.packages, of.packages, "package")):
        if share is not None:
            shares.append(Share(f"{round(share * whole):,} of {counted(whole, noun)}", share))
    if reuse.bytes is not None:
        used = sum(p.installed_size or 0 for p in manifest.packages if p.origin == PackageOrigin.UPSTREAM)
        words = f"{used / (1 << 20):,.1f} of {mebibytes(of.bytes)} installed"
        shares.append(Share(words, reuse.bytes, of_known_sizes=bool(manifest.totals.unknown_sizes.installed)))
    return shares


def share_words(share: Share) -> str:
    """Return a share with its fraction in per cent: `67 of 74 sources (90.5 %)`."""
    return f"{share.words} ({percent(share.share)}{', of sizes known' if share.of_known_sizes else ''})"


def entry_label(entry: Entry) -> str:
    """Return what a diverging source is called: name and version, of a stub the name alone."""
    return entry.source.removeprefix("stub:") if entry.origin == "stub" else f"{entry.source}-{entry.evr}"


def divergence_headline(entries: Sequence[Entry]) -> str:
    """Return how many sources diverge."""
    if not entries:
        return "none, every package comes from upstream as it is"
    return f"{counted(len(entries), 'source')} that upstream does not give as it is"


def at_least(size: int, unknown: int) -> str:
    """Return a size, as a lower bound where some sizes are unknown."""
    return f"{_LEAST} {mebibytes(size)}" if unknown else mebibytes(size)


def _uncounted(instance: Instance, manifest: Manifest) -> set[str]:
    """Return the size objectives in which a chosen package of unknown size counts nothing."""
    unknown = manifest.totals.unknown_sizes
    counts = {"installed_size": unknown.installed, "download_size": unknown.download}
    return set() if instance.unknown_bytes else {objective for objective, count in counts.items() if count}


def _stage_row(stage: Stage, *, weighted: bool, least: bool) -> list[str]:
    proven = stage.status == "optimal"
    if stage.objective == "tie_break":
        return ["tie-break", "", "", "not proven: another set may be as good"]
    value = (f"{_LEAST} " if least else "") + amount(stage.objective, stage.value, weighted=weighted)
    bound = "none" if stage.bound is None else amount(stage.objective, stage.bound, weighted=weighted)
    return [title(stage.objective), value, bound, "proven" if proven else "not proven"]


def _estimated(totals: Totals) -> list[str]:
    if not totals.estimated_packages:
        return []
    whose = counted(totals.estimated_packages, "package")
    return [f"sizes of {whose} are the problem's estimate, {mebibytes(totals.estimated_size)} of the installed size"]


def _unknown_sizes(totals: Totals, first: FirstAnswer) -> list[str]:
    here, there = totals.unknown_sizes.installed, first.unknown_sizes.installed
    if not here and not there:
        return []
    whose = f"{counted(here, 'package')} here and {there:,} there"
    return [f"{_LEAST}: nobody knows the installed size of {whose}; they count nothing here"]


def _compared(words: str, value: int, spelt: str, other: int, gap: float) -> str:
    """Two lower bounds say little about the sizes behind them: no more is claimed than is known.

    `gap` is the share of packages whose size is unknown on one side only.
    """
    if gap > _COMPARABLE:
        return "not comparable"
    unknown = words.startswith(_LEAST) or spelt.startswith(_LEAST)
    return relative(value, other) + (" (known)" if unknown else "")


def _first_answer_words(first: FirstAnswer) -> list[tuple[str, int]]:
    return [
        (f"{first.packages:,}", first.packages),
        (at_least(first.installed_size, first.unknown_sizes.installed), first.installed_size),
        (at_least(first.download_size, first.unknown_sizes.download), first.download_size),
        (f"{first.downstream_sources:,}", first.downstream_sources),
    ]
