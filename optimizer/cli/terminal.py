"""Progress for people who watch: a bar on stderr where that is a terminal, warnings everywhere."""

from __future__ import annotations

import sys
from typing import Any

from optimizer.cli.output import tell


class Terminal:
    """The Progress of a command: bars only on a terminal, every warning printed at once and kept in `warnings`.

    `about` is the file that printed warnings name, where there are several.
    """

    def __init__(self, *, bars: bool, echo: bool = True, about: str = "") -> None:
        self.warnings: list[str] = []
        self._bars, self._echo, self._about = bars, echo, about
        self._bar: Any = None

    def again(self) -> Terminal:
        """Return one that shows the same and has not been warned of anything."""
        return Terminal(bars=self._bars, echo=self._echo, about=self._about)

    def start(self, stage: str, total: int | None) -> None:
        """Show a bar for a stage; downloads count bytes."""
        if self._bars:
            from tqdm import tqdm

            in_bytes = stage.startswith("download")
            self._bar = tqdm(
                desc=stage,
                total=total,
                unit="B" if in_bytes else "",
                unit_scale=in_bytes,
                unit_divisor=1024,
                leave=False,
                delay=0.2,
                file=sys.stderr,
            )

    def advance(self, amount: int) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.update(amount)

    def finish(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def warn(self, text: str) -> None:
        """Print a warning, above the bar if there is one."""
        self.warnings.append(text)
        if not self._echo:
            return
        if self._bar is not None:
            self._bar.clear()
        tell_warning(text, self._about)


def tell_warning(text: str, about: str = "") -> None:
    """Print a warning on stderr, about a file or about nothing in particular."""
    tell(f"warning: {about}: {text}" if about else f"warning: {text}")


def terminal(*, quiet: bool, about: str = "") -> Terminal:
    """Return the Progress that suits stderr as it is."""
    return Terminal(bars=not quiet and sys.stderr.isatty(), about=about)
