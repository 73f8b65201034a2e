"""``microbatt infer --along``: one cell over its life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from microbatt.cli.outputs import check_output, save_picture
from microbatt.errors import ParameterError
from microbatt.places import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import xarray as xr

    from microbatt.cells import Cell
    from microbatt.inference import InferenceOptions, Trends
    from microbatt.measured import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the options of a cell's life say: all of it empty for one experiment."""

    along: str | None
    drifting: tuple[str, ...]
    steps: tuple[str, ...]
    picture: Path | None

    def check(self, *, alone: bool, overwrite: bool) -> None:
        """Refuse options that do not go together, and a picture where something lies.

        Raises
        ------
        ParameterError
            If an option of a life stands without ``--along``, or one of other work with it.
        """
        if self.along is None:
            if self.drifting or self.steps or self.picture is not None:
                raise ParameterError(
                    "`--drifting`, `--step` and `--plot` are for --along; give it too."
                )
            return
        if not alone:
            raise ParameterError(
                "`--along` follows one cell with the engine; --report, --each and --weights are "
                "for experiments by themselves. Leave them out."
            )
        if self.picture is not None:
            from microbatt.checks import check_extra

            check_extra("matplotlib", extra="plot")
            check_output(self.picture, Kind.PICTURE, overwrite=overwrite)


def follow(
    files: Sequence[Path],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
    life: Life,
) -> Trends:
    """Infer a cell over its life.

    Parameters
    ----------
    files
        One file, or folder, a cycle; or one file that numbers its cycles in a column.
    cell, options, reading
        As for `microbatt.inference.infer_along`.
    life
        What numbers the cycles, and what drifts.
    """
    from microbatt.inference import infer_along

    places = _places(files)
    one = places[0] if len(places) == 1 else numbered_files(places)
    return infer_along(
        one,
        cell,
        options,
        drifting=life.drifting or [name for name in ("alpha", "S") if name in options.unknown],
        step=read_steps(life.steps),
        along=life.along or "cycle",
        reading=reading,
    )


def show(trends: Trends, picture: Path | None, *, overwrite: bool) -> xr.Dataset:
    """Print trends, draw them where a picture is asked for, and return them as a dataset."""
    click.echo(trends.summary())
    if picture is not None:
        from matplotlib.figure import Figure

        from microbatt.plots import draw_trends

        count = len(trends.trends)
        figure = Figure(figsize=(4.2 * count, 3.4), layout="constrained")
        draw_trends(figure.subplots(1, count, squeeze=False)[0], trends)
        save_picture(figure, picture, overwrite=overwrite)
        click.echo(f"\npicture: {picture}")
    return trends.to_dataset()


def numbered_files(files: Sequence[Path]) -> dict[float, Path]:
    """Return files by the last number that tells their names apart; in order from 1 without any.

    Raises
    ------
    ParameterError
        If names have numbers, and none of these tells all of them apart.

    Examples
    --------
    >>> from pathlib import Path
    >>> numbered_files([Path("cycle100.csv"), Path("cycle20.csv")])
    {20.0: PosixPath('cycle20.csv'), 100.0: PosixPath('cycle100.csv')}
    >>> list(numbered_files([Path("cycle100_2C.csv"), Path("cycle20_2C.csv")]))
    [20.0, 100.0]
    """
    found = [re.findall(r"\d+", one.name.split(".")[0]) for one in files]
    if not any(found):
        return {float(number): one for number, one in enumerate(files, start=1)}
    for place in range(1, min(map(len, found)) + 1):
        numbers = [float(one[-place]) for one in found]
        if len(set(numbers)) == len(numbers):
            return dict(sorted(zip(numbers, files, strict=True)))
    raise ParameterError(
        f"no number in the names of the {len(files)} files tells them apart, so that their cycles "
        "are not known. Let each name end in its cycle's number; put the curves of one cycle into "
        "one file or one folder."
    )


def read_steps(texts: Sequence[str]) -> dict[str, float] | None:
    """Read ``NAME=STEP``, a percentage for what is relative.

    Raises
    ------
    ParameterError
        If one is not of this form, or a percentage of what has its step in its own unit.

    Examples
    --------
    >>> read_steps(["alpha=0.01", "S=1%"])
    {'alpha': 0.01, 'S': 0.01}
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        share = value.strip().endswith("%")
        try:
            number = float(value.strip().removesuffix("%"))
        except ValueError:
            number = float("nan")
        if not (name and equals and number > 0.0):
            raise ParameterError(
                f"`--step` is {text!r}; write NAME=STEP, `alpha=0.01` or `S=1%` for instance."
            )
        if share and not _is_relative(name.strip()):
            raise ParameterError(
                f"`--step` is {text!r}, a percentage, and the step of {name.strip()} is one in its "
                f"own unit; write `{name.strip()}=0.01` for instance. Relative are steps of what "
                "is fitted by its logarithm, such as S."
            )
        found[name.strip()] = 0.01 * number if share else number
    return found or None


def _is_relative(name: str) -> bool:
    """Whether the step of a number is a share of it; of an unknown name it does not matter."""
    from microbatt.inference.forward import UNKNOWNS
    from microbatt.parameters import PARAMETERS, parameter

    if name in UNKNOWNS and name not in PARAMETERS:  # of the measurement, such as a temperature
        return False
    try:
        return parameter(name).transform == "log"
    except ParameterError:
        return True  # told by its name later


def _places(files: Sequence[Path]) -> list[Path]:
    """Return the files and folders of a single folder, or those given."""
    from microbatt.measured import is_curve_file

    if len(files) == 1 and files[0].is_dir():
        inside = sorted(files[0].iterdir())
        return [one for one in inside if one.is_dir() or is_curve_file(one)] or list(files)
    return list(files)
