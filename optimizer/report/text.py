"""A result as text for a terminal of 100 columns: status, stages, size, reuse, divergence, or why there is none."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import Manifest, Totals
from optimizer.answer.result import FirstAnswer, Result
from optimizer.model.solution import Stage
from optimizer.report.objective import amount, title
from optimizer.report.quantity import counted, listed, mebibytes, percent, relative
from optimizer.report.reason import core_sentences, divergence_sentence, price_sentence
from optimizer.universe.instance import Instance, PackageOrigin

WIDTH = 100
_LEAST = "at least"
_FIRST_ANSWER = "* as dnf would use it: required features only, best versions, no weak dependencies, no limits"
_COMPARABLE = 0.05
_STATUS = {
    "proven": "proven optimal",
    "not proven": "feasible, not proven optimal: the limit or Ctrl-C came first",
    "infeasible": "infeasible: no package set has all of this",
    "unknown": "no answer found before the limit or Ctrl-C, and none ruled out",
    "rejected": "REJECTED by a judge: not a result, and a fault of pkgset's own; please report it",
}


def result_text(result: Result) -> str:
    """Return the whole report of one result; lines end in a line feed, sizes are MiB."""
    blocks = [_headline(result)]
    if result.manifest is not None:
        blocks += [_stages(result, result.manifest), _sizes(result, result.manifest), _reuse(result.manifest)]
    if result.divergence is not None:
        blocks.append(_divergence(result.divergence.entries))
    if result.record.status == "infeasible":
        blocks.append(_core(result))
    if result.record.status == "rejected":
        blocks.append(_verdicts(result))
    return "\n\n".join(blocks) + "\n"


def _headline(result: Result) -> str:
    record = result.record
    words = f"{record.problem}: {_STATUS[record.status]}"
    accepted = [judged.judge for judged in record.judges if judged.verdict == "accepted"]
    if record.status != "rejected" and accepted:
        words += f"; accepted by {listed(accepted, len(accepted))}"
        unasked = [judged.judge for judged in record.judges if judged.verdict == "not asked"]
        words += f", {listed(unasked, len(unasked))} not asked" if unasked else ""
    return words


def _stages(result: Result, manifest: Manifest) -> str:
    from tabulate import tabulate

    weighted = any(source.weight != 1 for source in result.instance.sources)
    unknown = _uncounted(result.instance, manifest)
    rows = [
        _stage_row(stage, weighted=weighted, least=stage.objective in unknown)
        for stage in result.record.stages
        if _worth_showing(stage)
    ]
    if not rows:
        return "no objectives: any set that has the features"
    return tabulate(rows, headers=["stage", "value", "proven bound", "status"], disable_numparse=True)


def _worth_showing(stage: Stage) -> bool:
    return stage.objective != "tie_break" or stage.status != "optimal"


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


def _sizes(result: Result, manifest: Manifest) -> str:
    from tabulate import tabulate

    totals, unknown = manifest.totals, manifest.totals.unknown_sizes
    diverging = {package.source for package in manifest.packages if package.origin != PackageOrigin.UPSTREAM}
    ours: list[tuple[str, str, int]] = [
        ("packages", f"{totals.packages:,}", totals.packages),
        ("installed size", _at_least(totals.installed_size, unknown.installed), totals.installed_size),
        ("download size", _at_least(totals.download_size, unknown.download), totals.download_size),
        ("downstream sources", f"{len(diverging):,}", len(diverging)),
    ]
    first = result.record.libsolv_first_answer
    if first is None:
        rows = [[name, words] for name, words, _ in ours]
        note = "\nthere is no first answer of libsolv's own to compare with"
        return tabulate(rows, headers=["", "this answer"], disable_numparse=True) + note
    theirs = _first_answer_words(first)
    gaps = (
        0,
        abs(unknown.installed - first.unknown_sizes.installed),
        abs(unknown.download - first.unknown_sizes.download),
        0,
    )
    rows = [
        [name, words, spelt, _compared(words, value, spelt, other, gap / max(1, totals.packages))]
        for (name, words, value), (spelt, other), gap in zip(ours, theirs, gaps, strict=True)
    ]
    headers = ["", "this answer", "libsolv's own first answer *", "this answer is"]
    notes = [_FIRST_ANSWER, *_estimated(totals), *_unknown_sizes(unknown.installed, first)]
    return "\n".join((tabulate(rows, headers=headers, disable_numparse=True), *notes))


def _estimated(totals: Totals) -> list[str]:
    if not totals.estimated_packages:
        return []
    whose = counted(totals.estimated_packages, "package")
    return [f"sizes of {whose} are the problem's estimate, {mebibytes(totals.estimated_size)} of the installed size"]


def _unknown_sizes(here: int, first: FirstAnswer) -> list[str]:
    there = first.unknown_sizes.installed
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
        (_at_least(first.installed_size, first.unknown_sizes.installed), first.installed_size),
        (_at_least(first.download_size, first.unknown_sizes.download), first.download_size),
        (f"{first.downstream_sources:,}", first.downstream_sources),
    ]


def _at_least(size: int, unknown: int) -> str:
    return f"{_LEAST} {mebibytes(size)}" if unknown else mebibytes(size)


def _reuse(manifest: Manifest) -> str:
    reuse, of = manifest.reuse, manifest.reuse.of
    shares = []
    for share, whole, noun in ((reuse.sources, of.sources, "source"), (reuse.packages, of.packages, "package")):
        if share is not None:
            shares.append(f"{round(share * whole):,} of {counted(whole, noun)} ({percent(share)})")
    if reuse.bytes is not None:
        used = sum(p.installed_size or 0 for p in manifest.packages if p.origin == PackageOrigin.UPSTREAM)
        known = ", of sizes known" if manifest.totals.unknown_sizes.installed else ""
        shares.append(f"{used / (1 << 20):,.1f} of {mebibytes(of.bytes)} installed ({percent(reuse.bytes)}{known})")
    words = "reuse of upstream: " + (", ".join(shares) or "nothing to reuse")
    return "\n".join(_wrapped(words, "", "  "))


def _divergence(entries: tuple[Entry, ...]) -> str:
    if not entries:
        return "divergence: none, every package comes from upstream as it is"
    lines = [f"divergence: {counted(len(entries), 'source')} that upstream does not give as it is"]
    for entry in entries:
        lines += _entry_lines(entry)
    return "\n".join(lines)


def _entry_lines(entry: Entry) -> Iterator[str]:
    yield from _wrapped(f"{_label(entry)}  [{entry.reason}]  {divergence_sentence(entry)}", "  ", "      ")
    facts = [f"for {listed(entry.features, 2)}"] if entry.features else []
    if entry.nearest is not None:
        facts.append(f"nearest upstream {entry.nearest['upstream']} ({entry.nearest['upstream_version_is']})")
    facts.append(price_sentence(entry.price))
    yield from _wrapped("; ".join(facts), "      ", "      ")


def _label(entry: Entry) -> str:
    return entry.source.removeprefix("stub:") if entry.origin == "stub" else f"{entry.source}-{entry.evr}"


def _core(result: Result) -> str:
    if not result.record.infeasible:
        return "no minimal set of reasons was found before the limit or Ctrl-C"
    lines = ["these cannot all hold, and none of them can be left out of the clash:"]
    for sentence in core_sentences(result.record.infeasible):
        lines += _wrapped(sentence, "  - ", "    ")
    if any(part.kind == "feature" and not part.providers for part in result.record.infeasible):
        lines.append("`pkgset check` looks up every name of the problem, and tells what is near")
    return "\n".join(lines)


def _verdicts(result: Result) -> str:
    rejected = [judged for judged in result.record.judges if judged.verdict == "rejected"]
    return "\n".join(f"{judged.judge}: {line}" for judged in rejected for line in judged.evidence)


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
