"""Curves as people have them: records, or files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from microbatt.errors import ParameterError
from microbatt.measured.measurement import Experiment, Measurement

if TYPE_CHECKING:
    from collections.abc import Iterable

Curves: TypeAlias = "Experiment | Measurement | str | Path | Iterable[Measurement | str | Path]"
"""Measured curves as people have them."""


def gather(curves: Curves) -> Experiment:
    """Return the curves as one experiment.

    Parameters
    ----------
    curves
        An experiment, measurements, or paths of files or of one folder.

    Raises
    ------
    MeasurementError
        If a file cannot be read, or there is no curve.
    ParameterError
        If something else came.
    """
    if isinstance(curves, Experiment):
        return curves
    items = [curves] if isinstance(curves, Measurement | str | Path) else list(curves)
    found: list[Measurement] = []
    names: list[str] = []
    for item in items:
        if isinstance(item, Measurement):
            found.append(item)
            names.append(item.source)
        elif isinstance(item, str | Path):
            from microbatt.measured.reading import read_measurements

            found += read_measurements(Path(item))
            names.append(Path(item).stem)
        else:
            raise ParameterError(
                f"`curves` holds {item!r}; it must be an Experiment, measurements, or paths of "
                "files."
            )
    return Experiment(name=names[0] if len(names) == 1 else "experiment", measurements=tuple(found))
