"""What can be wrong with a repository, as values: whose, where, which file, what was expected and found."""

from __future__ import annotations

_LONGEST = 2000


class RepositoryError(Exception):
    """A repository that cannot be used; `exit_code` is what the command ends with."""

    exit_code = 65

    def __init__(
        self,
        repository: str,
        location: str,
        problem: str,
        *,
        file: str | None = None,
        expected: str | None = None,
        found: str | None = None,
    ) -> None:
        super().__init__(repository, location, problem, file, expected, found)
        self.repository, self.location, self.problem = repository, location, problem
        self.file, self.expected, self.found = file, expected, found

    def __str__(self) -> str:
        parts = [self.repository and f"repository {self.repository}", self.location, self.file, self.problem]
        words = ": ".join(part for part in parts if part)
        if self.expected is not None:
            words += f": expected {self.expected}"
        if self.found is not None:
            words += f"{',' if self.expected is not None else ':'} found {self.found}"
        return _printable(words)


def _printable(words: str) -> str:
    """Words of strangers on one line: what steers a terminal or turns the text around is shown as its escape."""
    line = " ".join(words.split())
    shown = line if len(line) <= _LONGEST else f"{line[: _LONGEST // 2]} [...] {line[-_LONGEST // 2 :]}"
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in shown)


class BadRepositoryData(RepositoryError):  # noqa: N818 - it names the fact
    """Metadata that is there but wrong: a checksum, a size, a format, a path that leaves the repository."""

    exit_code = 65


class RepositoryUnreachable(RepositoryError):  # noqa: N818 - it names the fact
    """Metadata that nobody gave: no such directory or file, no network, a server's refusal."""

    exit_code = 66


class NotThere(RepositoryUnreachable):
    """A file that its place says it does not have, where others may be: 404, no such file."""


class SignatureLibraryMissing(RepositoryError):  # noqa: N818 - it names the fact
    """Signatures are asked for, and what checks them is not installed."""

    exit_code = 2

    def __init__(self, repository: str) -> None:
        words = "repo_gpgcheck needs the library pysequoia: pip install pysequoia"
        super().__init__(repository, "", words)
        self.args = (repository,)


class NoSuchModule(RepositoryError):  # noqa: N818 - it names the fact
    """A named module stream that no repository has, or that cannot be active; `nearest` are names that do exist."""

    exit_code = 2

    def __init__(self, named: str, problem: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__("", "", problem)
        self.args = (named, problem, nearest)
        self.named, self.nearest = named, nearest

    def __str__(self) -> str:
        words = f"module {self.named}: {self.problem}"
        return f"{words}; the nearest: {', '.join(self.nearest)}" if self.nearest else words
