"""Where a discharge leaves the whole cell: what the result of a simulation does not hold."""

from typing import NamedTuple

import numpy as np

from microbatt.cells import Cell, Electrode
from microbatt.constants import FARADAY
from microbatt.engines import Settings
from microbatt.porous_electrode import cell_parameters, numerics
from microbatt.porous_electrode.compilation import entry_kernel, source_digest
from microbatt.porous_electrode.discharge import Curve, simulate
from microbatt.porous_electrode.parameters import at_point


class ElectrodeEnd(NamedTuple):
    """One electrode's nodes at the end; ``area`` is particle area per area of cell."""

    electrode: Electrode
    area: np.ndarray
    j: np.ndarray
    mean: np.ndarray
    flux_factor: float
    profile_mean: np.ndarray

    def charge(self):
        """Charge that its particles hold per area of cell, over that of full ones [C m⁻²]."""
        e = self.electrode
        return FARADAY * e.particle_radius * e.max_concentration / 3.0 * self.area


class CellEnd(NamedTuple):
    """The cell when its discharge ended."""

    outcome: int
    time: np.ndarray
    voltage: np.ndarray
    temperature: float
    pore: np.ndarray
    c: np.ndarray
    negative: ElectrodeEnd
    positive: ElectrodeEnd


def _make_run(digest):
    @entry_kernel
    def run(cell, resolution, alpha, S, current, conserving, cutoff):
        room = resolution.max_steps + 3
        curve = Curve(np.empty(room), np.empty(room), np.empty(room))
        p = at_point(cell, alpha, S, conserving)
        end, w, layout = simulate(p, resolution, current, cutoff, curve)
        return w, layout, end, curve, digest

    return run


_run = _make_run(source_digest())


def discharged(
    cell: Cell,
    alpha: float,
    S: float,
    current: float,
    *,
    conserving: bool,
    heat_transfer_coefficient: float | None = None,
    cutoff: float = 2.0,
    settings: Settings = Settings(),
) -> CellEnd:
    """Discharge `cell`, isothermally unless it is told how it loses heat."""
    resolution = numerics(
        tolerance=settings.tolerance,
        mesh=settings.mesh,
        particle_modes=settings.particle_modes,
        max_steps=settings.max_steps,
    )
    w, layout, end, curve, _ = _run(
        cell_parameters(cell, heat_transfer_coefficient=heat_transfer_coefficient),
        resolution,
        alpha,
        S,
        current,
        conserving,
        cutoff,
    )
    n = 2 * sum(layout) + 1
    negative = slice(0, 2 * layout.negative + 1)
    positive = slice(2 * (layout.negative + layout.separator), n)

    masses = np.zeros(w.profile.shape[1])
    for k, row in enumerate(resolution.shells if masses.size else ()):
        masses[3 * k : 3 * k + 4] += 3.0 * row[:4]

    def electrode(e, nodes, flux_factor):
        return ElectrodeEnd(
            e,
            w.area[nodes],
            w.j[0, nodes],
            w.mean[0, nodes],
            flux_factor,
            masses @ w.profile[0][:, nodes],
        )

    return CellEnd(
        end.outcome,
        curve.time[: end.points].copy(),
        curve.voltage[: end.points].copy(),
        end.end_temperature,
        w.pore[:n],
        w.c[0, :n],
        electrode(cell.negative, negative, 1.0),
        electrode(cell.positive, positive, S / 3.0 if conserving else 1.0),
    )
