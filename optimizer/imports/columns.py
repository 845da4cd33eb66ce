"""Package lists of one package a line: names, NEVRAs, and the columns of `rpm -qa --queryformat`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from optimizer.answer.listing import ListedPackage
from optimizer.imports.error import BadImportError
from optimizer.imports.nevra import ARCHITECTURES, is_evr, is_package_name, parse_argument, parse_nevra, spell_evr
from optimizer.imports.source import Source

#: Public keys lie in rpm's database as packages, and are none.
KEYS = "gpg-pubkey"

#: By the number of columns and the one that holds the architecture, from 0: the names of all columns.
ORDERS: dict[tuple[int, int | None], tuple[str, ...]] = {
    (2, None): ("NEVRA", "SIZE"),
    (3, 2): ("NAME", "EVR", "ARCH"),
    (4, 2): ("NAME", "EVR", "ARCH", "SIZE"),
    (4, 3): ("NAME", "VERSION", "RELEASE", "ARCH"),
    (5, 3): ("NAME", "VERSION", "RELEASE", "ARCH", "SIZE"),
    (5, 4): ("NAME", "EPOCH", "VERSION", "RELEASE", "ARCH"),
    (6, 4): ("NAME", "EPOCH", "VERSION", "RELEASE", "ARCH", "SIZE"),
}
_FITS: dict[str, Callable[[str], bool]] = {
    "NEVRA": lambda text: parse_nevra(text) is not None or is_package_name(text),
    "NAME": is_package_name,
    "EPOCH": lambda text: re.fullmatch(r"[0-9]{1,9}|\(none\)", text) is not None,
    "VERSION": lambda text: is_evr(text) and not {":", "-"} & set(text),
    "RELEASE": lambda text: is_evr(text) and not {":", "-"} & set(text),
    "EVR": lambda text: is_evr(text.removeprefix("(none):")),
    "ARCH": ARCHITECTURES.__contains__,
    "SIZE": lambda text: re.fullmatch(r"[0-9]{1,18}", text) is not None,
}


def listed_lines(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, without blanks at their ends; a `#` begins a comment."""
    for number, line in source.lines():
        if (text := line.strip()) and not text.startswith("#"):
            yield number, text


def read_names(source: Source) -> list[ListedPackage]:
    """Return the packages of a list of bare names; raises BadImportError."""
    found = []
    for number, text in listed_lines(source):
        if not is_package_name(text):
            raise BadImportError(source.path, f"expected a package name, found {text[:60]!r}", number)
        found.append(ListedPackage(name=text))
    return found


def read_nevras(source: Source) -> list[ListedPackage]:
    """Return the packages of `rpm -qa` output; raises BadImportError."""
    found = []
    for number, text in listed_lines(source):
        if text.startswith(f"{KEYS}-"):
            continue
        package = parse_nevra(text) or parse_argument(text)
        if package is None:
            what = f"expected NAME-[EPOCH:]VERSION-RELEASE.ARCH, found {text[:60]!r}"
            raise BadImportError(source.path, what, number)
        found.append(ListedPackage(name=package.name, evr=package.evr, arch=known_arch(package.arch)))
    return found


def read_columns(source: Source) -> list[ListedPackage]:
    """Return the packages of a queryformat in one of `ORDERS`, parted by tabs or blanks; raises BadImportError."""
    found: list[ListedPackage] = []
    order: tuple[str, ...] | None = None
    for number, text in listed_lines(source):
        fields = _fields(text)
        if KEYS in (fields[0], fields[0].rsplit("-", 2)[0]):
            continue
        order = order or order_of(text)
        if order is None:
            known = "; ".join(" ".join(names) for names in ORDERS.values())
            raise BadImportError(source.path, f"expected columns in one of the orders {known}", number)
        if len(fields) != len(order):
            what = f"expected the {len(order)} columns {' '.join(order)}, found {len(fields)}"
            raise BadImportError(source.path, what, number)
        for name, value in zip(order, fields, strict=True):
            if not _FITS[name](value):
                raise BadImportError(source.path, f"expected {name} (of {' '.join(order)}), found {value!r}", number)
        found.append(_package(dict(zip(order, fields, strict=True))))
    return found


def order_of(text: str) -> tuple[str, ...] | None:
    """Return what the columns of a line are; None where they are none of `ORDERS`."""
    fields = _fields(text)
    for (count, _), order in ORDERS.items():
        if count == len(fields) and all(_FITS[name](value) for name, value in zip(order, fields, strict=True)):
            return order
    return None


def known_arch(arch: str | None) -> str | None:
    """Return an architecture, None for rpm's `(none)`."""
    return None if arch == "(none)" else arch


def _fields(text: str) -> list[str]:
    return [field.strip() for field in text.split("\t")] if "\t" in text else text.split()


def _package(fields: dict[str, str]) -> ListedPackage:
    size = int(fields["SIZE"]) if "SIZE" in fields else None
    if "NEVRA" in fields:
        package = parse_nevra(fields["NEVRA"])
        if package is None:
            return ListedPackage(name=fields["NEVRA"], installed_size=size)
        return ListedPackage(name=package.name, evr=package.evr, arch=known_arch(package.arch), installed_size=size)
    if "EVR" in fields:
        epoch, _, rest = fields["EVR"].rpartition(":")
        evr = spell_evr(epoch, rest, None)
    else:
        evr = spell_evr(fields.get("EPOCH"), fields["VERSION"], fields["RELEASE"])
    return ListedPackage(name=fields["NAME"], evr=evr, arch=known_arch(fields["ARCH"]), installed_size=size)
