"""The variables of a cube: which there are, of which type, and what each says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

CURVE_DIM: Final = "depth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One data variable of a cube."""

    name: str
    """Also the name of its quantity."""
    dtype: Literal["float32", "float64", "int32", "int8"]
    """Type in the store."""
    along_depth: bool = False
    """Whether it has the depth axis beside the axes of the design."""

    @property
    def fill_value(self) -> float | int:
        """What a curve that was never run reads as."""
        return float("nan") if self.dtype.startswith("float") else 0

    def attributes(self, coordinates: str) -> dict[str, Any]:
        """CF attributes of the variable as stored."""
        return {**quantity(self.name).attrs, **_links(self.name), "coordinates": coordinates}


STATUS: Final = Variable(name="status", dtype="int8")
"""How each curve ended; a block is finished when, and only when, this says so."""

RESULTS: Final = (
    Variable(name="voltage", dtype="float32", along_depth=True),
    Variable(name="discharge_capacity", dtype="float64"),
    Variable(name="energy", dtype="float64"),
    Variable(name="power", dtype="float64"),
    Variable(name="open_circuit_voltage", dtype="float64"),
    Variable(name="initial_voltage", dtype="float64"),
    Variable(name="end_temperature", dtype="float64"),
    Variable(name="min_salt_concentration", dtype="float64"),
    Variable(name="negative_surface_stoichiometry", dtype="float64"),
    Variable(name="positive_surface_stoichiometry", dtype="float64"),
    Variable(name="solve_time", dtype="float64"),
    Variable(name="steps", dtype="int32"),
    Variable(name="newton_iterations", dtype="int32"),
    Variable(name="rejected_steps", dtype="int32"),
)
"""Everything a simulation fills in, in the order in which it is written."""

VARIABLES: Final = (*RESULTS, STATUS)
"""All data variables, `STATUS` last."""

UNREPEATABLE: Final = frozenset({"solve_time"})
"""Variables that measure the machine; two runs of the same campaign differ in nothing else."""


def _links(name: str) -> dict[str, Any]:
    if name != STATUS.name:
        return {"ancillary_variables": STATUS.name}
    return {
        "flag_values": [int(outcome) for outcome in Outcome],
        "flag_meanings": " ".join(outcome.name.lower() for outcome in Outcome),
        "comment": "; ".join(f"{int(outcome)}: {outcome.message}" for outcome in Outcome),
    }


def typed_flags(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return attributes with ``flag_values`` in the type of the variable, as CF wants them."""
    if "flag_values" not in attrs:
        return attrs
    return attrs | {"flag_values": np.asarray(attrs["flag_values"], dtype=STATUS.dtype)}
