"""Writing a report: one page for people, and the numbers beside it for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.checks import check_extra
from microbatt.errors import ParameterError
from microbatt.report.surroundings import MAP_STEPS, bounds_around, bounds_at

if TYPE_CHECKING:
    from microbatt.inference import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The files of a report.

    Attributes
    ----------
    page
        HTML that needs no other file.
    numbers
        The estimate as JSON.
    arrays
        Curves, draws and maps as netCDF-4: the estimate at the root, the map of bounds in the
        group ``identifiability``.
    """

    page: Path
    numbers: Path
    arrays: Path


def write_report(estimate: Estimate, page: str | Path, *, map_steps: int = MAP_STEPS) -> Report:
    """Write the report of an estimate, and its numbers beside it.

    Parameters
    ----------
    estimate
        From `microbatt.inference.infer.infer`.
    page
        Path of the page, ending in ``.html``; the numbers get the same name with the endings
        ``.json`` and ``.nc``. Files that exist are replaced.
    map_steps
        Points along each axis of the map of what can be known.

    Returns
    -------
    Report
        Where the files are.

    Raises
    ------
    MissingExtraError
        If Jinja or Matplotlib is not installed.
    ParameterError
        If the name does not end in ``.html``.
    OSError
        If a file cannot be written.
    """
    check_extra("jinja2", extra="infer")
    check_extra("matplotlib", extra="plot")
    import xarray as xr

    from microbatt.report.numbers import estimate_numbers
    from microbatt.report.page import render_page

    target = Path(page).expanduser()
    if target.suffix.lower() not in {".html", ".htm"}:
        raise ParameterError(f"the report is {target.name!r}; give it a name that ends in .html.")
    around, here = bounds_around(estimate, steps=map_steps), bounds_at(estimate)
    files = Report(
        page=target, numbers=target.with_suffix(".json"), arrays=target.with_suffix(".nc")
    )
    numbers = estimate_numbers(estimate, here)
    files.numbers.write_text(json.dumps(numbers, indent=1, ensure_ascii=False) + "\n", "utf-8")
    tree = xr.DataTree.from_dict({"/": estimate.to_dataset(), "/identifiability": around})
    tree.to_netcdf(files.arrays)
    files.page.write_text(render_page(estimate, around, here), encoding="utf-8")
    return files
