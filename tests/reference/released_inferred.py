"""Infers alpha and S from the six released curves of the published work, on several assumptions.

They are no part of the project; see `tests.reference.beside` for where they are looked for.  What
it prints is in docs/results/inference.md:

    python -m tests.reference.released_inferred
"""

# ruff: noqa: T201 - its product is what it prints

from dataclasses import replace

from microbatt.engines import Adiabatic, HeatOf
from microbatt.inference import Estimate, infer
from microbatt.measured import Measurement
from microbatt.measured.reading import read_measurements
from tests.reference.beside import FOLDER
from tests.reference.released import EXTERNAL_RESISTANCE, FILES, PUBLISHED, released_cell

NOISE = 1e-3  # V
ASSUMED = (
    ((), 0.0),
    (("voltage_offset",), 0.0),
    (("contact_resistance", "voltage_offset"), 0.0),
    (("contact_resistance",), 5e-3),
)
"""What is free, and the standard deviation of each curve's own offset [V]."""


def released_curves() -> list[Measurement]:
    """Read the six curves as they are published."""
    return [one for file in FILES.values() for one in read_measurements(FOLDER / PUBLISHED / file)]


def infer_released(free: tuple[str, ...], offset_error: float) -> Estimate:
    """Infer them with a cell of their parameters.

    The drop outside the heat balance is added to the voltages; all else is the cell's.
    """
    inside = [
        replace(one, voltage=one.voltage + EXTERNAL_RESISTANCE * one.current)
        for one in released_curves()
    ]
    return infer(
        inside,
        released_cell(),
        noise=NOISE,
        free=free,
        cell_error=0.0,
        offset_error=offset_error,
        inventory="area-only",
        thermal=Adiabatic(heat_of=HeatOf.CHARGE),
    )


def main() -> None:
    """Print the estimates."""
    for free, offset_error in ASSUMED:
        estimate = infer_released(free, offset_error)
        print(f"\nfree: {', '.join(free) or 'nothing'}; own offsets {1e3 * offset_error:g} mV")
        print(estimate.summary(), flush=True)
    print("\ndoyle-1996-cell-1 as it is, isothermal")
    plain = infer(
        released_curves(), "doyle-1996-cell-1", noise=NOISE, cell_error=0.0, inventory="area-only"
    )
    print(plain.summary())


if __name__ == "__main__":
    main()
