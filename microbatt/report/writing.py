"""Writing a report: one page for people, and the numbers beside it for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.checks import check_extra
from microbatt.errors import ParameterError
from microbatt.inference.forward import MICROSTRUCTURE
from microbatt.places import Kind, check_replaceable, mark, replacing
from microbatt.report.nearby_bounds import MAP_STEPS, bounds_around, bounds_at

if TYPE_CHECKING:
    from microbatt.inference import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The files of a report.

    Attributes
    ----------
    page : pathlib.Path
        HTML that needs no other file.
    numbers : pathlib.Path
        The estimate as JSON.
    arrays : pathlib.Path
        Curves, draws and maps as netCDF-4: the estimate at the root, the map of bounds in the
        group ``identifiability``.
    """

    page: Path
    numbers: Path
    arrays: Path


def report_files(page: str | Path) -> Report:
    """Return the files of a report, from the name of its page.

    Parameters
    ----------
    page : str or pathlib.Path
        Path of the page, ending in ``.html``.

    Returns
    -------
    Report
        The page, and the numbers beside it with the endings ``.json`` and ``.nc``.

    Raises
    ------
    ParameterError
        If the name does not end in ``.html``.
    """
    target = Path(page).expanduser()
    if target.suffix.lower() not in {".html", ".htm"}:
        raise ParameterError(f"the report is {target.name!r}; give it a name that ends in .html.")
    return Report(
        page=target, numbers=target.with_suffix(".json"), arrays=target.with_suffix(".nc")
    )


def check_report(page: str | Path, *, overwrite: bool = False) -> None:
    """Refuse a place for a report where something lies that is not to be lost.

    Parameters
    ----------
    page : str or pathlib.Path
        As for `write_report`.
    overwrite : bool, default False
        Whether the files of another report there may be replaced.

    Raises
    ------
    OccupiedError
        If something lies at the place of one of its files, and may not be replaced.
    ParameterError
        If the name does not end in ``.html``.
    """
    files = report_files(page)
    check_replaceable(files.page, Kind.PAGE, overwrite=overwrite)
    check_replaceable(files.numbers, Kind.NUMBERS, overwrite=overwrite)
    check_replaceable(files.arrays, Kind.ESTIMATES, overwrite=overwrite)


def write_report(
    estimate: Estimate,
    page: str | Path,
    *,
    map_steps: int = MAP_STEPS,
    overwrite: bool = False,
) -> Report:
    """Write the report of an estimate, and its numbers beside it.

    Parameters
    ----------
    estimate : Estimate
        From `microbatt.inference.infer`.
    page : str or pathlib.Path
        Path of the page, ending in ``.html``; the numbers get the same name with the endings
        ``.json`` and ``.nc``.
    map_steps : int, default 9
        Points along each axis of the map of what can be known.
    overwrite : bool, default False
        Whether the files of another report there may be replaced.

    Returns
    -------
    Report
        Where the files are.

    Raises
    ------
    MissingExtraError
        If Jinja or Matplotlib is not installed.
    OccupiedError
        If something lies at the place of one of its files, and may not be replaced.
    ParameterError
        If the name does not end in ``.html``.
    OSError
        If a file cannot be written.
    """
    if estimate.names[:2] != MICROSTRUCTURE:
        raise ParameterError(
            f"a report shows alpha and S, and this estimate is of {', '.join(estimate.names)}; "
            "leave `unknown` out, or save the numbers: `estimate.to_dataset()`."
        )
    check_extra("jinja2", extra="infer")
    check_extra("matplotlib", extra="plot")
    import xarray as xr

    from microbatt.report.numbers import estimate_numbers
    from microbatt.report.page import render_page

    check_report(page, overwrite=overwrite)
    files = report_files(page)
    around, here = None, None
    if estimate.curves:
        around, here = bounds_around(estimate, steps=map_steps), bounds_at(estimate)
    numbers = mark(Kind.NUMBERS) | estimate_numbers(estimate, here)
    with replacing(files.numbers, Kind.NUMBERS, overwrite=overwrite) as written:
        written.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")
    dataset = estimate.to_dataset().assign_attrs(mark(Kind.ESTIMATES))
    with replacing(files.arrays, Kind.ESTIMATES, overwrite=overwrite) as written:
        parts = {"/": dataset} if around is None else {"/": dataset, "/identifiability": around}
        xr.DataTree.from_dict(parts).to_netcdf(written)
    with replacing(files.page, Kind.PAGE, overwrite=overwrite) as written:
        written.write_text(render_page(estimate, around, here), encoding="utf-8")
    return files
