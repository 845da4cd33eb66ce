"""A result as text for a terminal of 100 columns: status, stages, size, reuse, divergence, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import Manifest
from optimizer.answer.result import Result
from optimizer.report.columns import columns
from optimizer.report.quantity import listed
from optimizer.report.reason import core_sentences, divergence_sentence, price_sentence
from optimizer.report.summary import (
    FIRST_ANSWER,
    divergence_headline,
    entry_label,
    reuse_shares,
    share_words,
    size_notes,
    size_rows,
    stage_rows,
    status_words,
)
from optimizer.report.wrapping import wrapped


def result_text(result: Result) -> str:
    """Return the whole report of one result; lines end in a line feed, sizes are MiB."""
    blocks = [f"{result.record.problem}: {status_words(result.record)}"]
    if result.manifest is not None:
        blocks += [_stages(result, result.manifest), _sizes(result, result.manifest), _reuse(result.manifest)]
    if result.divergence is not None:
        blocks.append(_divergence(result.divergence.entries))
    if result.record.status == "infeasible":
        blocks.append(_core(result))
    if result.record.status == "rejected":
        blocks.append(_verdicts(result))
    return "\n\n".join(blocks) + "\n"


def _stages(result: Result, manifest: Manifest) -> str:
    rows = stage_rows(result.record, result.instance, manifest)
    if not rows:
        return "no objectives: any set that has the features"
    return columns(rows, ["stage", "value", "proven bound", "status"])


def _sizes(result: Result, manifest: Manifest) -> str:
    rows = size_rows(result.record, manifest)
    if result.record.libsolv_first_answer is None:
        table = columns([[row.name, row.ours] for row in rows], ["", "this answer"])
        return f"{table}\nthere is no first answer of libsolv's own to compare with"
    headers = ["", "this answer", "libsolv's own first answer *", "this answer is"]
    cells = [[row.name, row.ours, row.theirs, row.compared] for row in rows]
    notes = [f"* {FIRST_ANSWER}", *size_notes(result.record, manifest)]
    return "\n".join((columns(cells, headers), *notes))


def _reuse(manifest: Manifest) -> str:
    words = "reuse of upstream: " + (", ".join(map(share_words, reuse_shares(manifest))) or "nothing to reuse")
    return "\n".join(wrapped(words, "", "  "))


def _divergence(entries: tuple[Entry, ...]) -> str:
    lines = [f"divergence: {divergence_headline(entries)}"]
    for entry in entries:
        lines += _entry_lines(entry)
    return "\n".join(lines)


def _entry_lines(entry: Entry) -> Iterator[str]:
    yield from wrapped(f"{entry_label(entry)}  [{entry.reason}]  {divergence_sentence(entry)}", "  ", "      ")
    facts = [f"for {listed(entry.features, 2)}"] if entry.features else []
    if entry.nearest is not None:
        facts.append(f"nearest upstream {entry.nearest['upstream']} ({entry.nearest['upstream_version_is']})")
    facts.append(price_sentence(entry.price))
    yield from wrapped("; ".join(facts), "      ", "      ")


def _core(result: Result) -> str:
    from optimizer.report.relax import relaxation_lines

    if not result.record.infeasible:
        lines = ["no minimal set of reasons was found before the limit or Ctrl-C"]
        return "\n".join((*lines, *relaxation_lines(result.record.relaxations)))
    lines = ["these cannot all hold, and none of them can be left out of the clash:"]
    for sentence in core_sentences(result.record.infeasible):
        lines += wrapped(sentence, "  - ", "    ")
    if any(part.kind == "feature" and not part.providers for part in result.record.infeasible):
        lines.append("`pkgset check` looks up every name of the problem, and tells what is near")
    if result.record.relaxations:
        lines += ["", *relaxation_lines(result.record.relaxations)]
    return "\n".join(lines)


def _verdicts(result: Result) -> str:
    rejected = [judged for judged in result.record.judges if judged.verdict == "rejected"]
    return "\n".join(f"{judged.judge}: {line}" for judged in rejected for line in judged.evidence)
