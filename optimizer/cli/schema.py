"""`pkgset schema`."""

from __future__ import annotations

import click


@click.command()
@click.option("--family", is_flag=True, help="Of a family file: images that are solved together.")
@click.option("--certificate", is_flag=True, help="Of the certificate.json that `pkgset certify` writes.")
def schema(family: bool, certificate: bool) -> int:
    """Print the JSON Schema of a problem file."""
    from optimizer.cli.output import say_json

    if family and certificate:
        raise click.UsageError("one schema at a time: --family or --certificate")
    if certificate:
        from optimizer.certify.certificate import certificate_schema

        say_json(certificate_schema())
        return 0
    from optimizer.problem.family_shape import family_schema
    from optimizer.problem.shape import problem_schema

    say_json(family_schema() if family else problem_schema())
    return 0
