"""The lines of a page's two long tables: packages, and the sources that diverge."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.answer.divergence import Entry
from optimizer.answer.stored import identity
from optimizer.report.anchor import unique_anchors
from optimizer.report.page_members import Member, Members
from optimizer.report.quantity import listed, mebibytes
from optimizer.report.reason import evidence_parts, price_sentence
from optimizer.report.summary import entry_label

_NAMED_FEATURES = 3


@dataclass(frozen=True, slots=True)
class Amount:
    """A size in words and in bytes, None where nobody knows."""

    size: int | None
    words: str


@dataclass(frozen=True, slots=True)
class PackageRow:
    """A line of the package table; `purpose` says which feature leads to it, or how many do."""

    anchor: str
    name: str
    version: str
    arch: str
    repository: str
    origin: str
    source: str
    installed: Amount
    download: Amount
    purpose: str
    required_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DivergenceRow:
    """A line of the divergence table; `packages` are NEVRAs with the ids of their rows.

    `facts` are the parts of a core too long for `evidence`.
    """

    anchor: str
    label: str
    origin: str
    reason: str
    evidence: str
    facts: tuple[str, ...]
    features: str
    nearest: str
    price: str
    packages: tuple[tuple[str, str], ...]


def package_rows(members: Members) -> list[PackageRow]:
    """Return a line for each package, in the manifest's order."""
    return [_package_row(member, members) for member in members.packages]


def divergence_rows(entries: tuple[Entry, ...], members: Members) -> list[DivergenceRow]:
    """Return a line for each diverging source, in the list's order."""
    rows = {identity(member.package)[0]: member.anchor for member in reversed(members.packages)}
    anchors = unique_anchors("source", [entry.source.removeprefix("stub:") for entry in entries], members.prefix)
    return [_divergence_row(entry, anchor, rows) for entry, anchor in zip(entries, anchors, strict=True)]


def _package_row(member: Member, members: Members) -> PackageRow:
    package = member.package
    estimated = ", estimated" if package.size_estimated else ""
    version = f"{package.version}-{package.release}" if package.release else package.version
    return PackageRow(
        anchor=member.anchor,
        name=package.name,
        version=f"{package.epoch}:{version}" if package.epoch else version,
        arch=package.arch,
        repository=package.repository,
        origin=package.origin,
        source=package.source.removesuffix(f"-{version}").removeprefix("stub:"),
        installed=_amount(package.installed_size, estimated),
        download=_amount(package.download_size, ""),
        purpose=_purpose(member, members),
        required_by=package.required_by,
    )


def _amount(size: int | None, note: str) -> Amount:
    return Amount(size, "unknown" if size is None else mebibytes(size) + note)


def _purpose(member: Member, members: Members) -> str:
    if len(member.features) == 1:
        return members.instance.features[member.features[0]].text
    return f"{len(member.features):,} features" if member.features else "no feature"


def _divergence_row(entry: Entry, anchor: str, rows: dict[str, str]) -> DivergenceRow:
    evidence, facts = evidence_parts(entry)
    nearest = entry.nearest
    return DivergenceRow(
        anchor=anchor,
        label=entry_label(entry),
        origin=entry.origin,
        reason=entry.reason,
        evidence=evidence,
        facts=facts,
        features=listed(entry.features, _NAMED_FEATURES),
        nearest=f"{nearest['upstream']} ({nearest['upstream_version_is']})" if nearest else "none",
        price=price_sentence(entry.price),
        packages=tuple((nevra, rows.get(nevra, "")) for nevra in entry.packages),
    )
