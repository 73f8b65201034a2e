"""Discharge curves of lithium-ion cells across electrode microstructure.

The names below are loaded when first used, so that ``import microbatt`` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from microbatt.registration import register_with_xarray

if TYPE_CHECKING:
    import microbatt.explorer as explorer  # noqa: PLR0402 - not from the root
    from microbatt.campaign.execution import run_campaign
    from microbatt.catalog import open_dataset
    from microbatt.cells.cell import Cell
    from microbatt.cells.reading import load_cell
    from microbatt.engines.request import Adiabatic, Isothermal, Lumped, Settings
    from microbatt.engines.simulation import simulate_discharge, simulate_discharges
    from microbatt.errors import MicrobattError
    from microbatt.inference.inferring import infer
    from microbatt.outcomes import Outcome

register_with_xarray()  # `dataset.microbatt`, and `dataset.microbatt.plot`

_HOME = {
    "Adiabatic": "microbatt.engines.request",
    "Cell": "microbatt.cells.cell",
    "Isothermal": "microbatt.engines.request",
    "Lumped": "microbatt.engines.request",
    "MicrobattError": "microbatt.errors",
    "Outcome": "microbatt.outcomes",
    "Settings": "microbatt.engines.request",
    "infer": "microbatt.inference.inferring",
    "load_cell": "microbatt.cells.reading",
    "open_dataset": "microbatt.catalog",
    "run_campaign": "microbatt.campaign.execution",
    "simulate_discharge": "microbatt.engines.simulation",
    "simulate_discharges": "microbatt.engines.simulation",
}
"""Public name → module that defines it."""

__all__ = [
    "Adiabatic",
    "Cell",
    "Isothermal",
    "Lumped",
    "MicrobattError",
    "Outcome",
    "Settings",
    "__version__",
    "explorer",
    "infer",
    "load_cell",
    "open_dataset",
    "run_campaign",
    "simulate_discharge",
    "simulate_discharges",
]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("microbatt")
    elif name == "explorer":
        value = import_module("microbatt.explorer")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'microbatt' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
