"""`pkgset schema`."""

from __future__ import annotations

import click


@click.command()
def schema() -> int:
    """Print the JSON Schema of a problem file."""
    from optimizer.cli.output import say_json
    from optimizer.problem.shape import problem_schema

    say_json(problem_schema())
    return 0
