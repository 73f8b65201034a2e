"""``microbatt dualfoil-compatible``: do what dualfoil would do, by the native engine."""

from __future__ import annotations

from pathlib import Path

import click

from microbatt.errors import ParameterError


@click.command(
    "dualfoil-compatible",
    epilog="Example: microbatt dualfoil-compatible --environment 'DF_ALPHA={alpha}' runs/*",
)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--extra-file",
    nargs=2,
    metavar="NAME TEMPLATE",
    help="File that holds alpha and S, and its form, such as alpha-S.in '{exponent} {S}'.",
)
@click.option(
    "--environment",
    multiple=True,
    metavar="NAME=TEMPLATE",
    help="Environment variable that holds alpha or S, such as 'DF_S={S}'; may be repeated.",
)
def command(
    *, folders: tuple[Path, ...], extra_file: tuple[str, str] | None, environment: tuple[str, ...]
) -> None:
    """Read dualfoil5.in in each of FOLDERS (or here), and write dualfoil5.out there.

    What dualfoil would write there is replaced, as dualfoil replaces it. A script of two lines that
    calls this can stand where dualfoil's executable stood. Many folders in one call are much faster
    than one call each: starting takes longer than solving.
    """
    from microbatt.engines.dualfoil import Told, run_folder
    from microbatt.engines.dualfoil.files import ExtraFile

    extra = None if extra_file is None else ExtraFile(name=extra_file[0], template=extra_file[1])
    told = Told(extra_file=extra, environment=tuple(_pair(word) for word in environment))
    for folder in folders or (Path(),):
        run_folder(folder.absolute(), told)


def _pair(word: str) -> tuple[str, str]:
    from microbatt.engines.dualfoil.files import check_template

    name, equals, template = word.partition("=")
    if not equals:
        raise ParameterError(f"`--environment` is {word!r}; write it as NAME=TEMPLATE.")
    check_template(f"--environment {name}", template)
    return name, template
