"""What `pkgset check` found, as text: a table of names, and a line for each that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optimizer.report.quantity import counted, listed
from optimizer.universe.finding import Absent, Finding, NameKind, Obstacle, Severity

_TEXT_WIDTH = 44
_REMEDY = {
    Obstacle.ARCHITECTURE: "only of another architecture: policy.multilib: true would admit {packages}",
    Obstacle.OLDER: "only in an older version: policy.candidates: all, or a pin, would admit {packages}",
    Obstacle.MODULE: "only in a module stream that is not active: name it under modules: to admit {packages}",
    Obstacle.DOWNSTREAM: "only downstream, as {packages}",
}
_NOTHING = {
    NameKind.FORBIDDEN: "forbids nothing",
    NameKind.EQUIVALENT: "stands for nothing upstream",
}


def check_table(findings: Sequence[Finding], file: str) -> str:
    """Return a table of what is provided and by whom; equivalents that are in order are only counted.

    Lines are those of `file` where no other is named.
    """
    from tabulate import tabulate

    shown = [f for f in findings if f.kind is not NameKind.EQUIVALENT or f.severity is not Severity.OK]
    rows = [[_line(f.where, file), f.kind.value, _cut(f.text), _verdict(f)] for f in shown]
    text = tabulate(rows, headers=["line", "what", "name", "provided by"], disable_numparse=True) if rows else ""
    table = [finding for finding in findings if finding.kind is NameKind.EQUIVALENT]
    if table:
        right = sum(finding.severity is Severity.OK for finding in table)
        text += f"\n\nequivalents: {right:,} of {counted(len(table), 'row')} stand for something upstream"
    return text + "\n"


def complaints(findings: Iterable[Finding]) -> list[str]:
    """Return a line for each finding that is no `ok`: severity, place, what is wrong, how to mend it."""
    return [f"{finding.severity}: {_complaint(finding)}" for finding in findings if finding.severity != Severity.OK]


def _complaint(finding: Finding) -> str:
    place = f"{finding.where}: " if finding.where else ""
    if finding.kind is NameKind.MODULE:
        return f"{place}module {_with_nearest(finding.absent[0].text, finding.absent[0])}"
    if finding.kind is NameKind.PIN and finding.absent[0].other_versions:
        others = listed(finding.absent[0].other_versions, 3)
        return f"{place}the pin {finding.text} fits no candidate, so it excludes {others}"
    if finding.kind is NameKind.GROUP and not finding.providers:
        return place + _with_nearest(f"no repository has a comps group {finding.text!r}", finding.absent[0])
    nothing = "; ".join(map(_nobody, finding.absent))
    if finding.kind is NameKind.GROUP:
        return f"{place}members of group {finding.text} are left out, as dnf does: {nothing}"
    what = f"{place}{finding.kind} {finding.text}"
    if finding.kind in _NOTHING:
        return f"{what} {_NOTHING[finding.kind]}: {nothing}"
    return f"{what}: {nothing}" + ("; listed as 'must be packaged' (policy.missing: stub)" if finding.stub else "")


def _nobody(absent: Absent) -> str:
    for obstacle, remedy in _REMEDY.items():
        packages = [held.package for held in absent.held_back if held.obstacle is obstacle]
        if packages:
            return f"{absent.text} is there " + remedy.format(packages=listed(packages, 3))
    if absent.other_versions:
        return f"nobody provides {absent.text}, there is {listed(absent.other_versions, 3)}"
    return _with_nearest(f"nobody provides {absent.text}", absent)


def _with_nearest(words: str, absent: Absent) -> str:
    return f"{words}; did you mean {' or '.join(map(repr, absent.nearest))}?" if absent.nearest else words


def _verdict(finding: Finding) -> str:
    if finding.kind is NameKind.MODULE:
        return "active" if finding.severity is Severity.OK else "NO STREAM"
    if finding.kind is NameKind.GROUP and finding.providers:
        return counted(finding.providers, "package")
    if not finding.examples or finding.severity is Severity.ERROR:
        return "stub: must be packaged" if finding.stub else "NOBODY"
    return listed([finding.examples[0]], 1) + (
        f" and {finding.providers - 1:,} more" if finding.providers > 1 else ""
    )


def _line(where: str, file: str) -> str:
    """`file:line: key path` as the line alone, or with the name of another file that `extends` or a table led to."""
    place = where.partition(": ")[0].removeprefix(f"{file}:")
    return place.rpartition("/")[2]


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_WIDTH else f"{text[: _TEXT_WIDTH - 3]}..."
