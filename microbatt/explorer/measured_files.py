"""Measured curves laid over simulated ones: files that a viewer chooses, read and never run."""

from __future__ import annotations

import tempfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import panel as pn

from microbatt.cells import Cell
from microbatt.errors import MicrobattError, ParameterError, as_html
from microbatt.explorer.appearance import AREAL, AREAL_UNIT, STYLED
from microbatt.measured import Reading, is_curve_file, read_file
from microbatt.quantities import quantity
from microbatt.units import to_si

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from microbatt.measured import Measurement

_LONGEST: Final = 120
"""Characters of a file's name that are kept."""
_MOST_TOLD: Final = 12
"""Curves that are told one by one."""


def read_chosen(files: Mapping[str, bytes], area: float | None) -> list[Measurement]:
    """Read the discharges in some files.

    Parameters
    ----------
    files : mapping of str to bytes
        Name → content.
    area : float or None
        Of the electrode [m²], for currents in A.

    Returns
    -------
    list of Measurement
        Those of all files.

    Raises
    ------
    MicrobattError
        Naming the file, what is wrong with it, and what to do.
    """
    found: list[Measurement] = []
    for given, content in files.items():
        name = Path(given.replace("\\", "/")).name[-_LONGEST:]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (name or "a file")
            path.write_bytes(content)
            if not is_curve_file(path):
                raise ParameterError(
                    f"{path.name} has no ending of a tester's file, such as .csv or .txt. Choose "
                    "another, or rename it."
                )
            found += read_file(path, Reading(area=area)).measurements
    return found


def area_of(described: object) -> float | None:
    """Return the electrode's area that the cell of a cube states [m²], if any."""
    if not isinstance(described, dict):
        return None
    try:
        return Cell.from_dict(described).area
    except (MicrobattError, KeyError, TypeError):
        return None


class MeasuredFiles:
    """The choice of measured files, and what was read of them.

    Parameters
    ----------
    cell : object
        What the cube says of its cell.
    changed : callable
        Called when there are other curves.

    Attributes
    ----------
    curves : list of Measurement
        What is laid over the simulated curves.
    row
        To choose files, and words on what was read.
    """

    def __init__(self, cell: object, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._own_area = area_of(cell)
        self._files: dict[str, bytes] = {}
        self._waiting: dict[str, bytes] = {}
        self.curves: list[Measurement] = []
        self.chooser = pn.widgets.FileInput(multiple=True, margin=(4, 10), **STYLED)
        self.area = pn.widgets.FloatInput(
            label="Electrode area [cm²]", value=None, start=0.0, width=150, visible=False, **STYLED
        )
        self.clear = pn.widgets.Button(label="Clear measured", visible=False, **STYLED)
        self.told = pn.pane.HTML("", margin=(0, 10), sizing_mode="stretch_width", **STYLED)
        self.chooser.param.watch(lambda _: self._choose(), "value")
        self.area.param.watch(lambda _: self._read(), "value")
        self.clear.on_click(lambda _: self._forget())
        words = '<p class="mb-label">Measured curves: choose files, or drop them on the button</p>'
        self.row = pn.FlexBox(
            pn.pane.HTML(words, margin=(8, 10, 0, 10), **STYLED),
            self.chooser,
            self.area,
            self.clear,
            self.told,
            flex_direction="row",
            flex_wrap="wrap",
            align_items="center",
            sizing_mode="stretch_width",
        )

    def follow(self, other: MeasuredFiles) -> None:
        """Show the files that another chooser shows."""
        self._files = dict(other._files)
        self.area.value = other.area.value
        if self._files:
            self._read()

    def choose(self, files: Mapping[str, bytes]) -> None:
        """Lay the discharges in some files over the simulated ones.

        Parameters
        ----------
        files : mapping of str to bytes
            Name → content; they come beside those that are shown.
        """
        self._waiting = dict(files)
        self._read()

    def _choose(self) -> None:
        names: Any = self.chooser.filename
        contents: Any = self.chooser.value
        if not contents:
            return
        both = zip(_listed(names), _listed(contents), strict=True)
        self.choose({str(name): content for name, content in both})

    def _read(self) -> None:
        """Read what is waiting beside what is shown; what cannot be read waits for an area."""
        area = self._own_area
        if self.area.value is not None and self.area.value > 0.0:
            area = to_si(self.area.value, "cm²", si_unit="m²")
        wanted = self._files | self._waiting
        try:
            self.curves = read_chosen(wanted, area)
        except (MicrobattError, OSError) as error:
            self.told.object = told(self.curves) + f'<p class="mb-reason">{as_html(str(error))}</p>'
            self.area.visible = True
        else:
            self._files, self._waiting = wanted, {}
            self.told.object = told(self.curves)
        self.clear.visible = bool(wanted)
        self._changed()

    def _forget(self) -> None:
        self._files, self._waiting, self.curves = {}, {}, []
        self.told.object = ""
        self.clear.visible = self.area.visible = False
        self._changed()


def told(curves: Sequence[Measurement]) -> str:
    """Return a line for each measured curve: its file, current, capacity and end."""
    if not curves:
        return ""
    units = quantity("capacity").pretty_units
    lines = [
        f"{escape(Path(curve.source).name)}: {curve.current:.4g} A m⁻², "
        f"{curve.discharge_capacity:.4g} {units} "
        f"({AREAL * curve.discharge_capacity:.4g} {AREAL_UNIT}), down to {curve.end_voltage:.3f} V"
        for curve in curves[:_MOST_TOLD]
    ]
    if len(curves) > _MOST_TOLD:
        lines.append(f"and {len(curves) - _MOST_TOLD} more")
    chip = '<span class="mb-chip mb-measured"><i></i><em>Measured</em></span>'
    return (
        f'<div class="mb-chips">{chip}{"".join(f"<small>{line}</small>" for line in lines)}</div>'
    )


def _listed(given: Any) -> list[Any]:  # noqa: ANN401 - one of several, or one alone
    return list(given) if isinstance(given, list | tuple) else [given]
