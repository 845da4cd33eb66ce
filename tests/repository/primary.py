"""primary.xml and filelists.xml by hand, for packages that no tool would write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from tests.repository.making import Part, write_repository

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Made:
    """One package; every field is written as it is, escaped for XML."""

    name: str = "a"
    epoch: str = "0"
    version: str = "1"
    release: str = "1"
    arch: str = "noarch"
    installed: str = "10"
    download: str = "10"
    time: str = "1"
    summary: str = ""
    requires: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    obsoletes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def primary(*packages: Made) -> bytes:
    """Return the primary.xml of packages."""
    head = (
        f'{HEAD}<metadata xmlns="http://linux.duke.edu/metadata/common" '
        f'xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="{len(packages)}">\n'
    )
    return (head + "".join(map(_package, packages)) + "</metadata>\n").encode(errors="surrogateescape")


def filelists(*packages: Made) -> bytes:
    """Return the filelists.xml of the same packages."""
    listed = "".join(
        f'<package pkgid="{number:064x}" name={quoteattr(one.name)} arch={quoteattr(one.arch)}>{_version(one)}'
        f"{_files(one)}</package>\n"
        for number, one in enumerate(packages)
    )
    head = f'{HEAD}<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="{len(packages)}">\n'
    return (head + listed + "</filelists>\n").encode(errors="surrogateescape")


def write_packages(root: Path, *packages: Made) -> Path:
    """Write a repository of packages and return its root."""
    return write_repository(root, [Part("primary", primary(*packages)), Part("filelists", filelists(*packages))])


def nested(depth: int) -> str:
    """Return a rich dependency of that many parentheses within each other, which libsolv cannot make fewer."""
    operators = (" and c)", " or d)")
    return "(" * depth + "b" + "".join(operators[number % 2] for number in range(depth))


def product(count: int) -> str:
    """Return a rich dependency that multiplies out to 2 ** count clauses."""
    return "(" + " or ".join(f"(a{number} and b{number})" for number in range(count)) + ")"


def _package(one: Made) -> str:
    entries = "".join(
        f"<rpm:{kind}>{''.join(map(_entry, texts))}</rpm:{kind}>"
        for kind, texts in (
            ("provides", (f"{one.name} = {one.epoch}:{one.version}-{one.release}", *one.provides)),
            ("requires", one.requires),
            ("conflicts", one.conflicts),
            ("obsoletes", one.obsoletes),
        )
        if texts
    )
    return (
        f'<package type="rpm"><name>{escape(one.name)}</name><arch>{escape(one.arch)}</arch>{_version(one)}'
        f'<checksum type="sha256" pkgid="YES">{0:064x}</checksum><summary>{escape(one.summary)}</summary>'
        f"<time file={quoteattr(one.time)} build={quoteattr(one.time)}/>"
        f"<size package={quoteattr(one.download)} installed={quoteattr(one.installed)} archive={quoteattr('1')}/>"
        f'<location href="x.rpm"/><format>{entries}{_files(one)}</format></package>\n'
    )


def _version(one: Made) -> str:
    return f"<version epoch={quoteattr(one.epoch)} ver={quoteattr(one.version)} rel={quoteattr(one.release)}/>"


def _files(one: Made) -> str:
    return "".join(f"<file>{escape(path)}</file>" for path in one.files)


def _entry(text: str) -> str:
    name, mark, bound = text.partition(" = ") if not text.startswith("(") else (text, "", "")
    if not mark:
        return f"<rpm:entry name={quoteattr(name)}/>"
    epoch, _, rest = bound.rpartition(":")
    version, _, release = rest.partition("-")
    words = f"epoch={quoteattr(epoch or '0')} ver={quoteattr(version)}" + (
        f" rel={quoteattr(release)}" if release else ""
    )
    return f'<rpm:entry name={quoteattr(name)} flags="EQ" {words}/>'
