from .cell import (
    HIGHEST_VOLTAGE,
    NUMBERS,
    TEMPERATURE,
    Cell,
    Number,
    number_of,
)
from .collector import (
    Collector,
)
from .electrode import (
    Electrode,
)
from .electrolyte import (
    Electrolyte,
)
from .electrolyte_fits import (
    ELECTROLYTE_FITS,
    SALT_TOP,
    ElectrolyteFit,
)
from .lithium_metal import (
    LithiumMetal,
)
from .loading import (
    available_cells,
    load_cell,
)
from .microstructure import (
    area_density,
    matrix_factor,
    transport_factor,
)
from .open_circuit import (
    OPEN_CIRCUIT_FITS,
    OpenCircuitFit,
)
from .parts import (
    OPTIONAL_PARTS,
    PARTS,
)
from .pybamm_sets import (
    available_pybamm_sets,
)
from .records import (
    FitSpec,
    Spec,
    specs,
)
from .separator import (
    Separator,
)
from .stoichiometry_functions import (
    StoichiometryFunction,
)
from .synonyms import (
    nearest_meaning,
)
from .toml_writing import (
    to_toml,
)

__all__ = [
    "ELECTROLYTE_FITS",
    "HIGHEST_VOLTAGE",
    "NUMBERS",
    "OPEN_CIRCUIT_FITS",
    "OPTIONAL_PARTS",
    "PARTS",
    "SALT_TOP",
    "TEMPERATURE",
    "Cell",
    "Collector",
    "Electrode",
    "Electrolyte",
    "ElectrolyteFit",
    "FitSpec",
    "LithiumMetal",
    "Number",
    "OpenCircuitFit",
    "Separator",
    "Spec",
    "StoichiometryFunction",
    "area_density",
    "available_cells",
    "available_pybamm_sets",
    "load_cell",
    "matrix_factor",
    "nearest_meaning",
    "number_of",
    "specs",
    "to_toml",
    "transport_factor",
]
