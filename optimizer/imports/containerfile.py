"""Containerfiles: what the package managers of the image's own stages install.

Read here and not by dockerfile-parse, which knows no here-documents and joins the lines of an instruction so that the
line of a package is lost; the tests compare the instructions the two find. Source: Containerfile(5).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from optimizer.imports.error import BadImportError
from optimizer.imports.format import Format, Probe, Terms
from optimizer.imports.package_manager import MANAGERS, Run, read_run
from optimizer.imports.request import AskedRepository, At, Request
from optimizer.imports.shell import ShellSyntaxError, commands, substitute
from optimizer.imports.source import Source

_INSTRUCTION = re.compile(r"\s*([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_]\w*)\1")
_FLAG = re.compile(r"--[a-z-]+(?:=\S+)?\s+")
_ENV_OLD = re.compile(r"([A-Za-z_]\w*)\s+(.*)", re.DOTALL)
_KNOWN = frozenset(
    (
        *("FROM", "RUN", "ARG", "ENV", "COPY", "ADD", "LABEL", "CMD", "ENTRYPOINT", "WORKDIR", "USER", "EXPOSE"),
        *("VOLUME", "STOPSIGNAL", "SHELL", "HEALTHCHECK", "ONBUILD", "MAINTAINER"),
    )
)
_HARMLESS = frozenset(
    ("[", "test", "set", "rm", "mkdir", "echo", "cd", "true", ":", "bootc", "ostree", "ln", "chmod", "chown")
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction: its name in capitals, its text with the lines joined, a here-document, and its lines."""

    name: str
    text: str
    lines: tuple[tuple[int, str], ...]
    document: str = ""

    @property
    def line(self) -> int:
        """The line it begins on."""
        return self.lines[0][0]

    def line_of(self, word: str) -> int:
        """Return the first of its lines that has the word, the one it begins on where none has."""
        return next((number for number, text in self.lines if word in text), self.line)


@dataclass(slots=True)
class _Stage:
    """A stage: the image it begins with, the stages it copies from, and the calls of package managers in it."""

    name: str
    base: str
    line: int
    copies: set[str] = field(default_factory=set)
    runs: list[tuple[Run, Instruction, bool]] = field(default_factory=list)
    unread: list[tuple[str, At]] = field(default_factory=list)


def _recognise(probe: Probe) -> bool:
    words = [line.split()[0].upper() for line in probe.lines]
    return bool(words) and words[0] in ("FROM", "ARG") and "FROM" in words and bool(set(words) & (_KNOWN - {"FROM"}))


def instructions(source: Source) -> list[Instruction]:
    """Return the instructions of a Containerfile; raises BadImportError."""
    escape = "`" if re.match(r"#\s*escape\s*=\s*`", source.text) else "\\"
    found: list[Instruction] = []
    lines = source.lines()
    index = 0
    while index < len(lines):
        first = index
        number, line = lines[index]
        index += 1
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        text = line
        while text.rstrip().endswith(escape) and index < len(lines):
            following = lines[index][1]
            index += 1
            if not following.strip().startswith("#") and following.strip():
                text = text.rstrip()[:-1] + " " + following
            elif index == len(lines):
                text = text.rstrip()[:-1]
        match = _INSTRUCTION.fullmatch(text)
        if match is None or match[1].upper() not in _KNOWN:
            raise BadImportError(source.path, f"expected an instruction, found {line.strip()[:60]!r}", number)
        document, index = _here_document(match[1].upper(), match[2] or "", lines, index)
        found.append(Instruction(match[1].upper(), (match[2] or "").strip(), tuple(lines[first:index]), document))
    return found


def _here_document(name: str, text: str, lines: list[tuple[int, str]], index: int) -> tuple[str, int]:
    """Return the text of the here-documents of a RUN or COPY, and the index of the line after them."""
    inner: list[str] = []
    for _, word in _HEREDOC.findall(text) if name in ("RUN", "COPY", "ADD") else ():
        while index < len(lines) and lines[index][1].strip() != word:
            inner.append(lines[index][1])
            index += 1
        index += 1
    return "\n".join(inner), index


@dataclass(slots=True)
class _Reader:
    request: Request
    source: Source
    stages: list[_Stage] = field(default_factory=list)
    globals: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    unrelated: list[tuple[str, At]] = field(default_factory=list)
    other: list[tuple[str, At]] = field(default_factory=list)

    def read(self) -> None:
        for instruction in instructions(self.source):
            at = At(self.source.path, instruction.line)
            if instruction.name == "FROM":
                self._from(instruction.text, instruction.line)
            elif instruction.name == "ARG":
                self._argument(instruction.text)
            elif not self.stages:
                raise BadImportError(self.source.path, f"expected FROM, found {instruction.name}", instruction.line)
            elif instruction.name == "ENV":
                self._environment(instruction.text)
            elif instruction.name == "RUN":
                self._run(instruction, at)
            elif instruction.name in ("COPY", "ADD"):
                copied = re.search(r"--from=(\S+)", instruction.text)
                self.stages[-1].copies.update([copied[1].lower()] if copied else [])
                self.unrelated += [] if copied else [(instruction.name, at)]
            else:
                self.unrelated.append((instruction.name, at))
        if not self.stages:
            raise BadImportError(self.source.path, "expected FROM, found none")

    def _from(self, text: str, line: int) -> None:
        words = _FLAG.sub("", substitute(text, self.globals)).split()
        base = words[0] if words else ""
        name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else str(len(self.stages))
        self.stages.append(_Stage(name, base, line))
        self.variables = {}

    def _argument(self, text: str) -> None:
        for word in text.split() if "'" not in text and '"' not in text else [text]:
            name, equals, value = word.partition("=")
            known = self.variables if self.stages else self.globals
            if equals:
                known[name] = substitute(value.strip("\"'"), known)
            elif name in self.globals and self.stages:
                known[name] = self.globals[name]

    def _environment(self, text: str) -> None:
        old = _ENV_OLD.fullmatch(text)
        if old is not None and "=" not in text.split(maxsplit=1)[0]:
            self.variables[old[1]] = substitute(old[2].strip("\"'"), self.variables)
            return
        try:
            commands(text, self.variables)
        except ShellSyntaxError:
            self.request.lose(f"ENV {text}", "its quotes are not closed", At(self.source.path, self.stages[-1].line))

    def _run(self, instruction: Instruction, at: At) -> None:
        stage = self.stages[-1]
        text = instruction.text
        while (flag := _FLAG.match(text)) is not None:
            text = text[flag.end() :]
        if instruction.document:
            text = f"{_HEREDOC.sub('', text)}\n{instruction.document}"
        try:
            found = commands(_exec_form(text), dict(self.variables))
        except ShellSyntaxError as error:
            self.request.lose(f"RUN {text}", f"no shell command: {error}", at)
            return
        for command in found:
            run = read_run(command.words)
            if run is not None:
                stage.runs.append((run, instruction, command.certain))
            elif set(command.words) & MANAGERS and command.words[0] not in _HARMLESS:
                stage.unread.append((" ".join(command.words), at))
            elif command.words[0] not in _HARMLESS:
                self.other.append((command.words[0], at))

    def finish(self) -> None:
        """Take the calls of the last stage and of those it begins with or copies an installation root from."""
        last = self.stages[-1]
        own, copied = self._family(last)
        weak: list[bool] = []
        for stage in self.stages:
            for run, instruction, certain in stage.runs:
                inside = stage.name in own or (stage.name in copied and run.installroot is not None)
                if inside:
                    self._take(run, instruction, certain)
                    weak += [run.weak] if run.install or run.groups else []
                elif run.install or run.groups:
                    words = " ".join((*run.install, *run.groups))
                    why = f"in the stage {stage.name}, which is not the image"
                    self.request.lose(words, why, self._at(instruction, ""))
            for words, at in stage.unread:
                self.request.lose(words, "a command that is not understood", at)
        self._weak(weak, last)
        base = self._base(last)
        if base and base.lower() != "scratch":
            why = "what a base image holds is not known here; import its `rpm -qa` output for that"
            self.request.lose(f"FROM {base}", why, At(self.source.path, last.line))
        self.request.unrelated(self.unrelated)
        if self.other:
            words = ", ".join(dict.fromkeys(word for word, _ in self.other))
            self.request.lose(f"RUN {words}", "not read; packages it brings are not seen", self.other[0][1])

    def _family(self, last: _Stage) -> tuple[set[str], set[str]]:
        """Return the names of the stages an image begins with, itself first, and of those it copies from."""
        by_name = {stage.name: stage for stage in self.stages}
        own, stage = {last.name}, last
        copied = set(last.copies)
        while stage.base.lower() in by_name and stage.base.lower() not in own:
            stage = by_name[stage.base.lower()]
            own.add(stage.name)
            copied |= stage.copies
        numbers = {str(index): stage.name for index, stage in enumerate(self.stages)}
        return own, {numbers.get(name, name) for name in copied}

    def _base(self, stage: _Stage) -> str:
        by_name = {known.name: known for known in self.stages}
        seen: set[str] = set()
        while stage.base.lower() in by_name and stage.base.lower() not in seen:
            seen.add(stage.base.lower())
            stage = by_name[stage.base.lower()]
        return stage.base

    def _weak(self, weak: list[bool], last: _Stage) -> None:
        self.request.weak = any(weak) if weak else True
        self.request.weak_note = "dnf follows them by default" if self.request.weak else "as the commands say"
        if len(set(weak)) > 1:
            what = "install_weak_deps=False"
            why = "only some of the commands have it, and a problem has one rule; they are followed"
            self.request.lose(what, why, At(self.source.path, last.line))

    def _at(self, instruction: Instruction, word: str) -> At:
        return At(self.source.path, instruction.line_of(word))

    def _take(self, run: Run, instruction: Instruction, certain: bool) -> None:
        request, note = self.request, "" if certain else "its command may not run"
        for name in run.install:
            request.want(name, self._at(instruction, name), note=note)
        for name in run.groups:
            request.want(name, self._at(instruction, name), group=not name.startswith("@"), note=note)
        for name in run.remove:
            request.wanted = [word for word in request.wanted if word.text != name]
            request.forbid(name, self._at(instruction, name), note="removed")
        for name in run.exclude:
            request.forbid(name, self._at(instruction, name))
        for stream in run.modules if not run.install else ():
            request.modules.append((stream, self._at(instruction, stream)))
        for identity, url in run.repositories:
            request.repositories.append(AskedRepository(identity, self._at(instruction, identity), (url,)))
        known = {repository.id for repository in request.repositories}
        for identity in run.enabled:
            if identity not in known and not set("*?") & set(identity):
                where = self._at(instruction, identity)
                request.repositories.append(AskedRepository(identity, where, (), "only its id is known"))
        request.releasever = request.releasever or _constant(run.releasever)
        request.arch = request.arch or _constant(run.arch)
        if run.other:
            what = f"{run.manager} {run.other}"
            request.lose(what, "not read; what it changes is not seen", self._at(instruction, run.other))


def _constant(text: str | None) -> str | None:
    """Return a value that is known; `/` is dnf's way to say that of the root it installs into."""
    return text if text and "$" not in text and text != "/" else None


def _exec_form(text: str) -> str:
    """Return the shell text of a RUN that is a JSON list of words: a shell's own -c argument, or the words quoted."""
    if not text.lstrip().startswith("["):
        return text
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return text
    if (
        len(words) > 2
        and words[0].rpartition("/")[2] in ("sh", "bash")
        and words[1].startswith("-")
        and "c" in words[1]
    ):
        return str(words[2])
    quoted = [word.replace("'", "'\"'\"'") for word in words]
    return " ".join(f"'{word}'" for word in quoted)


def _read(source: Source, terms: Terms) -> Request:
    request = Request("containerfile", source.path, arch=terms.arch)
    reader = _Reader(request, source)
    reader.read()
    reader.finish()
    return request


FORMAT = Format("Containerfile or Dockerfile (dnf, microdnf, yum, tdnf, zypper)", _recognise, _read)
