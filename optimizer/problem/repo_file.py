"""dnf's `.repo` files: sections that name repositories (dnf.conf(5), "Repo Options")."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass

from optimizer.problem.error import Mistake, ProblemError
from optimizer.problem.problem import Position

_TRUE = ("1", "yes", "true", "on", "enabled")
_FALSE = ("0", "no", "false", "off", "disabled")


@dataclass(frozen=True, slots=True)
class RepoSection:
    """One section: its id, whether it is enabled, its base URLs and keys as written, and the places of these.

    `lists` names the options that point to a list of mirrors instead (metalink, mirrorlist); `signed` is whether
    repomd.xml must be (repo_gpgcheck).
    """

    id: str
    enabled: bool
    baseurls: tuple[str, ...]
    lists: tuple[str, ...]
    position: Position
    baseurl_position: Position
    keys: tuple[str, ...] = ()
    signed: bool = False
    key_position: Position | None = None
    signed_position: Position | None = None


def parse_repo_file(file: str, content: bytes) -> tuple[RepoSection, ...]:
    """Return the repository sections of a `.repo` file in their order; `[main]` is dnf's own and left out.

    Raises ProblemError with the mistakes of the file.
    """
    text = _decode(file, content)
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), default_section="", inline_comment_prefixes=None
    )
    try:
        parser.read_string(text, source=file)
    except configparser.Error as error:
        raise ProblemError(_syntax_mistakes(file, error)) from error
    lines = _option_lines(text)
    mistakes: list[Mistake] = []
    sections = [_section(file, parser[name], lines, mistakes) for name in parser.sections() if name.lower() != "main"]
    if mistakes:
        raise ProblemError(tuple(mistakes))
    return tuple(sections)


def _decode(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02x}"
        raise ProblemError((Mistake(Position(file, line, ""), "UTF-8 text", found),)) from error


def _syntax_mistakes(file: str, error: configparser.Error) -> tuple[Mistake, ...]:
    if isinstance(error, configparser.DuplicateSectionError):
        position = Position(file, error.lineno or 1, error.section)
        return (Mistake(position, "each section once", "it again"),)
    if isinstance(error, configparser.DuplicateOptionError):
        position = Position(file, error.lineno or 1, f"{error.section}.{error.option}")
        return (Mistake(position, "each option once", "it again"),)
    if isinstance(error, configparser.MissingSectionHeaderError):
        return (Mistake(Position(file, error.lineno, ""), "a [section] first", repr(error.line.strip())),)
    if isinstance(error, configparser.ParsingError) and error.errors:
        return tuple(
            Mistake(Position(file, line, ""), "[section] or option=value", str(found)) for line, found in error.errors
        )
    return (Mistake(Position(file, 1, ""), "an INI file", " ".join(str(error).split())),)


def _option_lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each section (option "") and of each of its options: configparser does not keep them."""
    lines: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\[(?P<name>.+)\]", line)
        option = re.match(r"([^\s=#;][^=]*?)\s*=", line)
        if header:
            section = header.group("name")
            lines[section, ""] = number
        elif option:
            lines[section, option.group(1).lower()] = number
    return lines


def _section(
    file: str,
    options: configparser.SectionProxy,
    lines: dict[tuple[str, str], int],
    mistakes: list[Mistake],
) -> RepoSection:
    def position(option: str) -> Position:
        line = lines.get((options.name, option), lines.get((options.name, ""), 1))
        return Position(file, line, f"{options.name}.{option}" if option else options.name)

    def switch(option: str, default: str) -> bool:
        value = options.get(option, default).strip().lower()
        if value not in (*_TRUE, *_FALSE):
            mistakes.append(Mistake(position(option), "0 or 1", repr(value)))
        return value in _TRUE

    def words(option: str) -> tuple[str, ...]:
        return tuple(word for word in re.split(r"[\s,]+", options.get(option, "")) if word)

    return RepoSection(
        id=options.name,
        enabled=switch("enabled", "1"),
        baseurls=words("baseurl"),
        lists=tuple(option for option in ("metalink", "mirrorlist") if options.get(option)),
        position=position(""),
        baseurl_position=position("baseurl"),
        keys=words("gpgkey"),
        signed=switch("repo_gpgcheck", "0"),
        key_position=position("gpgkey"),
        signed_position=position("repo_gpgcheck"),
    )
