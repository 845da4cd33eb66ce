"""`pkgset schema`."""

from __future__ import annotations

import click


@click.command()
@click.option("--family", is_flag=True, help="Of a family file: images that are solved together.")
def schema(family: bool) -> int:
    """Print the JSON Schema of a problem file."""
    from optimizer.cli.output import say_json
    from optimizer.problem.family_shape import family_schema
    from optimizer.problem.shape import problem_schema

    say_json(family_schema() if family else problem_schema())
    return 0
