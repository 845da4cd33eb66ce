"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)
DIRECTORY = click.Path(path_type=Path, file_okay=False)

mirror_option = click.option(
    "--mirror",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    envvar="PKGSET_MIRROR",
    show_envvar=True,
    help="DIR/<repository id>, where it exists, stands in for the repository's URL.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bars; warnings are shown all the same.")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout, for programs.")
output_option = click.option(
    "-o",
    "--output",
    type=DIRECTORY,
    default=Path("results"),
    show_default=True,
    help="Where results go: DIR/<problem name>/.",
)
write_option = click.option(
    "--no-write", "write", is_flag=True, flag_value=False, default=True, help="Write no files."
)
time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop solving a problem after so long and keep the best answer so far.",
)
scheduler_option = click.option(
    "--scheduler", metavar="ADDRESS", help="Solve on the Dask cluster of this scheduler (needs pkgset[cluster])."
)
csv_option = click.option("--csv", "csv_file", type=FILE, help="Write the table as CSV; - is stdout.")
parquet_option = click.option("--parquet", type=FILE, help="Write the table as Parquet (needs pkgset[parquet]).")
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Threads of the solver for one problem; the answer does not depend on it.",
)
