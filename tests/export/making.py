"""Answers made by hand for the formats: a small one with every kind of package, and ones with hostile names."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import msgspec

from optimizer.answer.divergence import Entry
from optimizer.answer.manifest import (
    Denominators,
    Manifest,
    ManifestPackage,
    Reuse,
    Totals,
    UnknownSizes,
)
from optimizer.answer.result import DivergenceList, RunRecord
from optimizer.export.exported import Exported, export_answer
from optimizer.universe.instance import (
    Capability,
    Feature,
    Forbidden,
    Input,
    Instance,
    Package,
    PackageOrigin,
    Source,
)

UPSTREAM, DOWNSTREAM = "base", "ours"


def package(name: str, evr: str, arch: str = "x86_64", **changes: object) -> ManifestPackage:
    """Return a package of the upstream repository; `evr` is `epoch:version-release`."""
    epoch, _, rest = evr.rpartition(":")
    version, _, release = rest.partition("-")
    file = f"{name}-{rest}.{arch}.rpm"
    made = ManifestPackage(
        name=name,
        epoch=int(epoch or 0),
        version=version,
        release=release,
        arch=arch,
        repository=UPSTREAM,
        origin="upstream",
        source=f"{name}-{rest}",
        installed_size=3 << 20,
        download_size=1 << 20,
        checksum="sha256:" + hashlib.sha256(file.encode()).hexdigest(),
        location=f"Packages/{name[0] if name else '_'}/{file}",
        required_by=(),
    )
    return msgspec.structs.replace(made, **changes)


def small() -> Exported:
    """Return an answer with epochs, two architectures of one name, a package of our own, a stub, and one kept out."""
    packages = (
        package("NetworkManager", "1:1.46.0-1.el9", required_by=("feature: NetworkManager",)),
        package("bash", "5.1.8-4.el9", required_by=("NetworkManager", "feature: bash")),
        package("glibc", "2.34-60.el9", required_by=("bash", "keel")),
        package("glibc", "2.34-60.el9", "i686", required_by=("feature: glibc(x86-32)",)),
        package("keel", "1.4~rc1-2.ours", repository=DOWNSTREAM, origin="downstream", required_by=("feature: keel",)),
        package(
            "stub:agent", "0", "noarch", repository="@stubs", origin="stub", source="stub:agent-0",
            checksum="", location="", download_size=None, installed_size=None, required_by=("feature: agent",),
        ),
        package("tzdata", "2024a-1.el9", "noarch", required_by=("glibc",)),
    )  # fmt: skip
    entries = (
        entry("keel", "downstream", "keel-1.4~rc1-2.ours.x86_64", "absent"),
        entry("stub:agent", "stub", "stub:agent-0.noarch", "absent"),
    )
    return answer(packages, entries, forbidden=("libdb",))


def entry(source: str, origin: str, nevra: str, reason: str) -> Entry:
    """Return a divergence entry of one package."""
    return Entry(
        source=source, origin=origin, evr="", packages=(nevra,), reason=reason, evidence={}, features=(),
        nearest=None, price={},
    )  # fmt: skip


def answer(
    packages: tuple[ManifestPackage, ...],
    entries: tuple[Entry, ...] = (),
    *,
    problem: str = "small",
    forbidden: tuple[str, ...] = (),
    urls: dict[str, str] | None = None,
    time: int | None = None,
) -> Exported:
    """Return an answer of these packages, proven; each forbidden name is a package that is not among them."""
    unknown = sum(one.download_size is None for one in packages)
    manifest = Manifest(
        format=1,
        problem=problem,
        arch="x86_64",
        packages=packages,
        totals=Totals(
            packages=len(packages),
            sources=len(packages),
            installed_size=sum(one.installed_size or 0 for one in packages),
            download_size=sum(one.download_size or 0 for one in packages),
            unknown_sizes=UnknownSizes(installed=unknown, download=unknown),
        ),
        reuse=Reuse(sources=None, packages=None, bytes=None, of=Denominators(sources=0, packages=0, bytes=0)),
    )
    record = RunRecord(
        format=1, problem=problem, status="proven", stages=(), judges=(), infeasible=(), libsolv_first_answer=None,
        size_of_instance={}, timings={}, versions={}, inputs=(), warnings=(),
    )  # fmt: skip
    divergence = DivergenceList(format=1, problem=problem, entries=entries)
    return export_answer(manifest, divergence, record, instance(packages, problem, forbidden), urls=urls, time=time)


def instance(packages: tuple[ManifestPackage, ...], problem: str, forbidden: tuple[str, ...]) -> Instance:
    """Return a question that has these packages and the forbidden ones as its candidates."""
    sources = tuple(Source(name=one.source, evr="", origin=PackageOrigin(one.origin)) for one in packages)
    candidates = tuple(
        Package(
            name=one.name, epoch=one.epoch, version=one.version, release=one.release, arch=one.arch,
            repository=one.repository, origin=PackageOrigin(one.origin), source=index,
            installed_bytes=one.installed_size, download_bytes=one.download_size,
        )
        for index, one in enumerate(packages)
    )  # fmt: skip
    kept_out = tuple(
        Package(
            name=name, epoch=0, version="1", release="1", arch="x86_64", repository=UPSTREAM,
            origin=PackageOrigin.UPSTREAM, source=0, installed_bytes=1, download_bytes=1,
        )
        for name in forbidden
    )  # fmt: skip
    inputs: list[Input] = []
    for one in packages:
        known = {given.repository for given in inputs}
        if one.origin in ("upstream", "downstream") and one.repository not in known:
            inputs.append(
                Input(
                    repository=one.repository,
                    origin="upstream" if one.origin == "upstream" else "downstream",
                    location=f"https://example.invalid/{one.repository}/x86_64/os",
                    checksum="sha256:00",
                )
            )
    return Instance(
        format=1,
        problem=problem,
        arch="x86_64",
        packages=(*candidates, *kept_out),
        sources=sources,
        capabilities=tuple(
            Capability(text=name, providers=(len(candidates) + index,)) for index, name in enumerate(forbidden)
        ),
        requirements=(),
        exclusions=(),
        unique_names=(),
        features=(Feature(text="f", formula=("all",), required=True),),
        forbidden=tuple(Forbidden(text=name, formula=index) for index, name in enumerate(forbidden)),
        pins=(),
        limits=(),
        objectives=(),
        inputs=tuple(inputs),
    )


def with_request(exported: Exported, **changes: object) -> Exported:
    """Return the same answer asked for in another way."""
    return replace(exported, request=replace(exported.request, **changes))  # type: ignore[arg-type]
