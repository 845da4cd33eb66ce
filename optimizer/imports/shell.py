"""Shell text as simple commands: words with the variables whose value is known, never run.

shlex splits words as a POSIX shell does; what it does not know (substitutions, here-documents, compound commands) is
marked or passed over, so that nothing is taken for a package that a shell would not pass as one.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

#: Stands in a word for what only a running shell would know; no package argument may have a dollar.
_UNKNOWN = "${...}"
_MARK = "\ue000"
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?:(:?[-+=?])([^{}$]*))?\}|(\w+))")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_ENDS = frozenset(("&&", "||", ";", ";;", "|", "|&", "&", "(", ")", "\n"))
_KEYWORDS = frozenset(("if", "then", "else", "elif", "fi", "while", "until", "do", "done", "{", "}", "!", "time"))
_CONDITIONAL = frozenset(("if", "elif", "while", "until"))
_HEADS = frozenset(("for", "case", "select"))
_WRAPPERS = frozenset(("sudo", "exec", "command", "env", "nice", "eval"))
_PUNCTUATION = "();<>|&\n"


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command; `certain` is False where it may not run at all, inside an `if` or a loop."""

    words: tuple[str, ...]
    certain: bool = True


class ShellSyntaxError(ValueError):
    """Text that no shell would take: what is wrong with it."""


def commands(text: str, variables: dict[str, str]) -> list[Command]:
    """Return the simple commands of shell text in their order; assignments join `variables` as they come.

    Raises ShellSyntaxError.
    """
    found: list[Command] = []
    depth = 0
    for words in _simple(_without_substitutions(text)):
        first = next((word for word in words if word not in _KEYWORDS), "")
        depth += sum(word in ("if", "do", "case") for word in words[:1])
        depth -= sum(word in ("fi", "done", "esac") for word in words[:1])
        certain = depth <= 0 and not set(words[:1]) & _CONDITIONAL
        stripped = list(words)
        while stripped and stripped[0] in _KEYWORDS:
            stripped.pop(0)
        known = _expanded(stripped, variables)
        if first and known and words[0] not in _HEADS:
            found.append(Command(tuple(known), certain))
    return found


def substitute(text: str, variables: dict[str, str]) -> str:
    """Return text with the variables that have a known value; others stay as they are written."""

    def value(match: re.Match[str]) -> str:
        name, operator, word = match[1] or match[4], match[2] or "", match[3] or ""
        known = variables.get(name)
        if operator.endswith(("-", "=")):
            return word if known is None or (operator[0] == ":" and not known) else known
        if operator.endswith("+"):
            return word if known else match[0] if known is None else ""
        return match[0] if known is None else known

    return _VARIABLE.sub(value, text)


def _simple(text: str) -> Iterator[list[str]]:
    """Yield the words of each simple command, single-quoted dollars marked so that they are not expanded."""
    lexer = shlex.shlex(_protected(text), posix=True, punctuation_chars=_PUNCTUATION)
    lexer.whitespace = " \t\r"
    lexer.whitespace_split = True
    lexer.commenters = ""
    words: list[str] = []
    skip = False
    try:
        for token in lexer:
            if token and set(token) <= set(_PUNCTUATION):
                skip = token[-1] in "<>"
                if token in _ENDS or token.strip("\n") in _ENDS or "\n" in token or token.strip("();&|") == "":
                    yield words
                    words = []
                elif words and words[-1].isdigit():
                    words.pop()
            elif skip:
                skip = False
            else:
                words.append(token)
    except ValueError as error:
        raise ShellSyntaxError(str(error)) from error
    yield words


def _protected(text: str) -> str:
    """Return text with the dollars and backticks inside single quotes marked."""
    quoted = double = False
    found = []
    skip = False
    for letter in text:
        if skip:
            skip = False
        elif letter == "\\" and not quoted:
            skip = True
        elif letter == '"' and not quoted:
            double = not double
        elif letter == "'" and not double:
            quoted = not quoted
        found.append(_MARK if letter == "$" and quoted else letter)
    return "".join(found)


def _expanded(words: list[str], variables: dict[str, str]) -> list[str]:
    """Return a command's words with variables expanded; assignments before it, or alone, join the variables."""
    found: list[str] = []
    for word in words:
        assignment = _ASSIGNMENT.fullmatch(word) if not found else None
        value = substitute(word, variables)
        if assignment is not None:
            name, given = assignment[1], substitute(assignment[2], variables)
            if "$" in given:
                variables.pop(name, None)
            else:
                variables[name] = given
        elif not found and word in _WRAPPERS:
            continue
        elif "$" in word and value != word:
            # Unquoted, as package lists in variables are: a shell splits what comes out.
            found += value.replace(_MARK, "$").split()
        else:
            found.append(value.replace(_MARK, "$"))
    return found


def _without_substitutions(text: str) -> str:
    """Return text with each `$(...)` and `...` in backticks replaced by a word that says so."""
    found: list[str] = []
    index = 0
    while index < len(text):
        if text[index] == "\\":
            found.append(text[index : index + 2])
            index += 2
        elif text.startswith("$(", index):
            index = _closing(text, index + 1)
            found.append(_UNKNOWN)
        elif text[index] == "`":
            end = text.find("`", index + 1)
            index = len(text) if end < 0 else end + 1
            found.append(_UNKNOWN)
        else:
            found.append(text[index])
            index += 1
    return "".join(found)


def _closing(text: str, index: int) -> int:
    depth = 0
    while index < len(text):
        depth += (text[index] == "(") - (text[index] == ")")
        index += 1
        if depth == 0:
            break
    return index
