"""Where a repository lies: the text of a `baseurl` as an absolute path or a URL."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from optimizer.problem.arch import Arch, base_arch
from optimizer.problem.document import show
from optimizer.problem.error import Mistake
from optimizer.problem.nearest import nearest
from optimizer.problem.problem import Position
from optimizer.problem.reading import Reading

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")
# A user, a password and a query (tokens) of a URL, well formed or not.
_SECRETS = re.compile(r"(?<=//)[^/]*@|(?<=.)\?.*")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Variables(msgspec.Struct, frozen=True):
    """What `$arch`, `$basearch` and `$releasever` stand for in repository URLs (dnf.conf(5), "Variables")."""

    values: dict[str, str]

    def unknown(self, text: str) -> str | None:
        """Return the first variable in `text` that has no value."""
        names = (match.group(1) or match.group(2) for match in _VARIABLE.finditer(text))
        return next((name for name in names if name not in self.values), None)

    def substitute(self, text: str) -> str:
        """Return `text` with its variables replaced, `$name` or `${name}`."""
        return _VARIABLE.sub(lambda match: self.values.get(match.group(1) or match.group(2), match.group()), text)


def read_variables(reading: Reading) -> Variables:
    """Return the variables that the problem's `arch` and `releasever` set."""
    values: dict[str, str] = {}
    arch, release = reading.text(("arch",)), reading.value(("releasever",))
    if arch is not None:
        values |= {"arch": arch, "basearch": base_arch(Arch(arch))}
    if release is not None:
        values["releasever"] = str(release)
    return Variables(values)


def read_location(
    reading: Reading,
    position: Position,
    text: str,
    variables: Variables,
    *,
    schemes: tuple[str, ...] = ("file", "http", "https"),
    expected: str = "a directory, a .solv file, or a file://, http:// or https:// URL",
) -> str | None:
    """Return a location as an absolute path or a URL of one of `schemes`, or note the mistake.

    Nothing is looked up: a mirror may stand in for a directory that is not there.
    """

    def refuse(expected: str, found: str = text, near: tuple[str, ...] = ()) -> None:
        reading.mistakes.append(Mistake(position, expected, show(_SECRETS.sub("", found)), near))

    unknown = variables.unknown(text)
    if unknown is not None:
        known = {"arch", "basearch", "releasever"}
        if unknown not in known:
            refuse("only the variables $arch, $basearch and $releasever", f"${unknown}", nearest(unknown, known))
        elif not reading.has((key := "releasever" if unknown == "releasever" else "arch",)):
            refuse(f"a top-level {key}, for ${unknown}")
        return None
    text = variables.substitute(text)
    scheme = _SCHEME.match(text)
    if scheme is None:
        return str(reading.beside(position, text))
    try:
        url = urlsplit(text)
        port_is_valid = url.port != 0
    except ValueError:
        port_is_valid = False
    if not port_is_valid or re.search(r"\s", text):
        refuse("a URL")
    elif url.scheme not in schemes:
        refuse(expected)
    elif url.scheme == "file" and (url.netloc not in ("", "localhost") or not text[5:].startswith("//")):
        refuse("file:///, then an absolute path")
    elif url.scheme != "file" and not url.hostname:
        refuse(f"{url.scheme}://, then a host")
    else:
        return text
    return None
