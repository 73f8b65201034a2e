from . import explorer
from .campaign import run_campaign
from .catalog import open_dataset
from .cells import Cell, load_cell
from .engines import (
    Adiabatic,
    Isothermal,
    Lumped,
    Settings,
    simulate_discharge,
    simulate_discharges,
)
from .errors import MicrobattError
from .inference import infer
from .measured import open_measured
from .outcomes import Outcome

__version__: str

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
    "open_measured",
    "run_campaign",
    "simulate_discharge",
    "simulate_discharges",
]
