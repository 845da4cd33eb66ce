"""`pkgset cache`."""

from __future__ import annotations

import click

from optimizer.cli.options import json_option


@click.group(invoke_without_command=True)
@click.pass_context
def cache(context: click.Context) -> int | None:
    """Show or clear the cache of repository metadata.

    It lies in PKGSET_CACHE, else in the user's cache directory; nothing in it is needed, everything is made again.
    """
    return context.invoke(show, as_json=False) if context.invoked_subcommand is None else None


@cache.command()
@json_option
def show(as_json: bool) -> int:
    """Show where the cache is and how much it holds (the default)."""
    from optimizer.cli.output import say, say_json
    from optimizer.report.quantity import counted, mebibytes
    from optimizer.repository.cache import Cache

    held = Cache()
    entries = held.entries()
    kinds = sorted({entry.kind for entry in entries})
    sizes = {kind: [entry.size for entry in entries if entry.kind == kind] for kind in kinds}
    if as_json:
        by_kind = {kind: {"files": len(of_kind), "bytes": sum(of_kind)} for kind, of_kind in sizes.items()}
        total = sum(entry.size for entry in entries)
        say_json({"directory": str(held.directory), "files": len(entries), "bytes": total, "kinds": by_kind})
        return 0
    total = sum(entry.size for entry in entries)
    say(f"{held.directory}: {counted(len(entries), 'file')}, {mebibytes(total)}", newline=True)
    for kind, of_kind in sizes.items():
        say(f"  {kind or 'other'}: {counted(len(of_kind), 'file')}, {mebibytes(sum(of_kind))}", newline=True)
    return 0


@cache.command()
def clear() -> int:
    """Remove everything in the cache; commands that run at the same time keep what they have open."""
    from optimizer.cli.output import say
    from optimizer.report.quantity import counted, mebibytes
    from optimizer.repository.cache import Cache

    held = Cache()
    files, size = held.clear()
    say(f"{held.directory}: removed {counted(files, 'file')}, {mebibytes(size)}", newline=True)
    return 0
