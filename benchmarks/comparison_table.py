"""The comparison with dnf and libsolv as values, and as Markdown."""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody installs: the number of packages and their sizes in bytes."""

    packages: int
    installed_size: int
    download_size: int


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A package of dnf's answer that ours does without, what ours has in its place if anything, the bytes saved."""

    package: str
    replacement: str | None
    installed_size: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answers; `dnf_weak` has weak dependencies on; `differences` are to `dnf`, largest first.

    `ours` takes a word for a capability, as RPM and libsolv do; `ours_by_name` for a package's name, as dnf does.
    """

    request: str
    repositories: tuple[str, ...]
    features: tuple[str, ...]
    dnf: Answer
    dnf_weak: Answer
    libsolv: Answer
    ours: Answer
    ours_by_name: Answer
    differences: tuple[Difference, ...]


def write_table(comparisons: list[Comparison], versions: dict[str, str]) -> str:
    """Return the comparisons as Markdown."""
    lines = [
        "# The proven optimum beside what dnf and libsolv install",
        "",
        "Made by `python -m benchmarks.comparison`; bytes are in comparison.json. All choose among the newest",
        "versions; ours are proven optimal for the installed size. `dnf` has weak dependencies off, `dnf, weak` on.",
        "`libsolv` is the answer that libsolv, set up as dnf sets it up, gives by itself.",
        "",
        "`ours` takes a word for a capability, as RPM and libsolv do, so that coreutils-single is a `coreutils` and",
        "kernel-core a `kernel`: compare it with libsolv's. `by name` takes the package that bears the name, as dnf",
        "does: compare it with dnf's. CentOS 8 suggests glibc-all-langpacks, so dnf takes its 400 MiB; CentOS 7",
        "leaves hardly a choice.",
        "",
        "## Installed size, MiB (packages)",
        "",
        *_table(comparisons, "installed_size"),
        "",
        "## Download size, MiB (packages), of the same answers",
        "",
        *_table(comparisons, "download_size"),
        "",
        "## What dnf installs and `ours` does without, or replaces: installed size saved, the three largest",
        "",
        "| request | | | |",
        "|---|---|---|---|",
    ]
    lines += [_differences(each) for each in comparisons]
    lines += ["", "## Requests", "", "| request | repositories | asks for |", "|---|---|---|"]
    for each in comparisons:
        asked = ", ".join(f"`{text}`" for text in each.features)
        lines.append(f"| {each.request} | {', '.join(each.repositories)} | {asked} |")
    lines += ["", "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + "."]
    return "\n".join(lines) + "\n"


def summary(compared: Comparison) -> str:
    """Return one line on a request: installed sizes and what is saved."""
    return " | ".join(_cells(compared, "installed_size"))


def _table(comparisons: list[Comparison], size: str) -> list[str]:
    head = "request", "ours", "libsolv", "saved", "by name", "dnf", "saved", "dnf, weak", "saved"
    rows = [head, ("---", *["--:"] * (len(head) - 1)), *(_cells(each, size) for each in comparisons)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _cells(each: Comparison, size: str) -> tuple[str, ...]:
    cells = [each.request]
    for mine, *others in ((each.ours, each.libsolv), (each.ours_by_name, each.dnf, each.dnf_weak)):
        cells.append(_answer(mine, size))
        for other in others:
            cells += [_answer(other, size), _saved(mine, other, size)]
    return tuple(cells)


def _answer(answer: Answer, size: str) -> str:
    return f"{getattr(answer, size) / 2**20:.1f} ({answer.packages})"


def _saved(mine: Answer, other: Answer, size: str) -> str:
    share = 100 * (getattr(other, size) - getattr(mine, size)) / getattr(other, size)
    return f"{share + 0.0:.1f} %".replace("-0.0 %", "0.0 %")


def _differences(each: Comparison) -> str:
    cells = [f"{_replaced(one)} {one.installed_size / 2**20:.1f} MiB" for one in each.differences]
    return (
        "| " + " | ".join((each.request, *(cells or ["the same packages"]), *[""] * (3 - max(len(cells), 1)))) + " |"
    )


def _replaced(one: Difference) -> str:
    return f"`{one.package} -> {one.replacement}`" if one.replacement else f"`{one.package}`"
