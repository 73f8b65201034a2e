"""What a cube holds of each of its curves: the variables of a discharge, or of a protocol."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from microbatt.checks import check_integer
from microbatt.cube.contents.bounds import MOST_DEPTHS, MOST_SAMPLES, check_bound
from microbatt.cube.contents.depth import depth_axis
from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.engines.protocols import RESISTANCE_AT
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome, StepOutcome
from microbatt.protocols import protocol_from_dict
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from microbatt.protocols import Protocol

    Outcomes: TypeAlias = type[Outcome] | type[ProtocolOutcome] | type[StepOutcome]

CURVE_DIM: Final = "depth"
SAMPLE_DIM: Final = "sample"
STEP_DIM: Final = "step"
AFTER_DIM: Final = "after"
PROTOCOL: Final = "protocol"
"""Attribute of a cube whose curves are of a protocol: what is run."""
_SAMPLES: Final = "samples_per_step"
SAMPLES_PER_STEP: Final = 64
"""Samples of a step of a protocol; see docs/guide/cube.md for the error that they leave."""

Coordinates: TypeAlias = "Mapping[str, tuple[str, NDArray[Any]]]"
"""Name → (dimension it lies along, values)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One data variable of a cube."""

    name: str
    """Also the name of its quantity."""
    dtype: Literal["float32", "float64", "int32", "int8"]
    """Type in the store."""
    along: tuple[str, ...] = ()
    """Dimensions beside the axes of the design."""
    outcomes: Outcomes | None = None
    """What its codes mean, if it holds any."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What it says of itself beside its quantity."""

    @property
    def fill_value(self) -> float | int:
        """What a curve that was never run reads as."""
        return float("nan") if self.dtype.startswith("float") else 0

    @property
    def is_curve(self) -> bool:
        """Whether it has many smooth values for each curve, which are packed by pcodec."""
        return self.along in ((CURVE_DIM,), (SAMPLE_DIM,))

    def attributes(self, coordinates: str) -> dict[str, Any]:
        """CF attributes of the variable as stored."""
        return {
            **quantity(self.name).attrs,
            **self.words,
            **self._links(),
            "coordinates": coordinates,
        }

    def _links(self) -> dict[str, Any]:
        vouching = {} if self.name == _STATUS else {"ancillary_variables": _STATUS}
        if self.outcomes is None:
            return vouching
        return vouching | {
            "flag_values": [int(outcome) for outcome in self.outcomes],
            "flag_meanings": " ".join(outcome.name.lower() for outcome in self.outcomes),
            "comment": "; ".join(f"{int(one)}: {one.message}" for one in self.outcomes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a cube holds of each curve, and along which axes beside those of its design.

    Attributes
    ----------
    variables : tuple of Variable
        In the order in which they are written, ``status`` last: a block is finished when, and only
        when, it says so.
    outcomes : type of Outcome or ProtocolOutcome
        What ``status`` means.
    coordinates : Coordinates
        Of the axes beside those of the design.
    """

    variables: tuple[Variable, ...]
    outcomes: type[Outcome] | type[ProtocolOutcome]
    coordinates: Coordinates

    @property
    def results(self) -> tuple[Variable, ...]:
        """Everything that a simulation fills in."""
        return self.variables[:-1]

    def size(self, dim: str) -> int:
        """Return the length of an axis beside those of the design.

        Parameters
        ----------
        dim : str
            Name of the axis.

        Returns
        -------
        int
            How many values it has.
        """
        return next(values.size for along, values in self.coordinates.values() if along == dim)

    def lengths(self, variable: Variable) -> tuple[int, ...]:
        """Return the lengths of a variable's axes beside those of the design.

        Parameters
        ----------
        variable : Variable
            One of `variables`.

        Returns
        -------
        tuple of int
            Empty where it has one number for each curve.
        """
        return tuple(map(self.size, variable.along))


_STATUS: Final = "status"
STATUS: Final = Variable(name=_STATUS, dtype="int8", outcomes=Outcome)
"""How each curve ended; a block is finished when, and only when, this says so."""

RESULTS: Final = (
    Variable(name="voltage", dtype="float32", along=(CURVE_DIM,)),
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
"""Everything that the simulation of a discharge fills in, in the order in which it is written."""

VARIABLES: Final = (*RESULTS, STATUS)
"""All data variables of a cube of discharges, `STATUS` last."""

_SAMPLE, _STEP = (SAMPLE_DIM,), (STEP_DIM,)
SAMPLED: Final = (
    Variable(
        name="time",
        dtype="float64",
        along=_SAMPLE,
        words={"long_name": "time since the start of the protocol"},
    ),
    Variable(name="voltage", dtype="float32", along=_SAMPLE),
    Variable(
        name="current", dtype="float32", along=_SAMPLE, words={"long_name": "current density"}
    ),
    Variable(
        name="capacity",
        dtype="float32",
        along=_SAMPLE,
        words={"comment": "per area of separator, since the start; negative where charged"},
    ),
    Variable(name="temperature", dtype="float32", along=_SAMPLE),
)
"""Curves of a protocol: one value for each sample."""
PROTOCOL_VARIABLES: Final = (
    *SAMPLED,
    Variable(name="step_start", dtype="float64", along=_STEP),
    Variable(name="step_duration", dtype="float64", along=_STEP),
    Variable(name="step_capacity", dtype="float64", along=_STEP),
    Variable(name="step_energy", dtype="float64", along=_STEP),
    Variable(name="step_start_voltage", dtype="float64", along=_STEP),
    Variable(name="step_end_voltage", dtype="float64", along=_STEP),
    Variable(name="step_end_current", dtype="float64", along=_STEP),
    Variable(name="step_end_temperature", dtype="float64", along=_STEP),
    Variable(name="step_min_lithium_overpotential", dtype="float64", along=_STEP),
    Variable(name="step_resistance", dtype="float64", along=(STEP_DIM, AFTER_DIM)),
    Variable(name="step_outcome", dtype="int8", along=_STEP, outcomes=StepOutcome),
    Variable(name="open_circuit_voltage", dtype="float64"),
    Variable(name="min_salt_concentration", dtype="float64"),
    Variable(name="solve_time", dtype="float64"),
    Variable(name="newton_iterations", dtype="int32"),
    Variable(name="rejected_steps", dtype="int32"),
    Variable(name=_STATUS, dtype="int8", outcomes=ProtocolOutcome),
)
"""All data variables of a cube of a protocol, ``status`` last."""

UNREPEATABLE: Final = frozenset({"solve_time"})
"""Variables that measure the machine; two runs of the same campaign differ in nothing else."""


def variables_in(attributes: Mapping[str, Any]) -> tuple[Variable, ...]:
    """Return the variables of a cube with these attributes, ``status`` last."""
    return PROTOCOL_VARIABLES if PROTOCOL in attributes else VARIABLES


def discharge_layout(depth: NDArray[np.float64]) -> Layout:
    """Return what a cube of discharges holds.

    Parameters
    ----------
    depth : numpy.ndarray
        Depth axis, increasing from 0 to 1.

    Returns
    -------
    Layout
        With the depth axis.
    """
    return Layout(
        variables=VARIABLES, outcomes=Outcome, coordinates={CURVE_DIM: (CURVE_DIM, depth)}
    )


def protocol_layout(protocol: Protocol, samples_per_step: int) -> Layout:
    """Return what a cube of a protocol holds.

    A step that follows samples has theirs; any other so many samples at fixed shares of the time
    that it takes, closer where it begins and ends.

    Parameters
    ----------
    protocol : Protocol
        What is run.
    samples_per_step : int
        Of a step that follows none, at least 4.

    Returns
    -------
    Layout
        With the axes ``sample``, ``step`` and ``after``.

    Examples
    --------
    >>> from microbatt.protocols import as_protocol
    >>> layout = protocol_layout(as_protocol(["Rest for 1 s", "Charge at 1C for 1 s"]), 16)
    >>> layout.size("sample"), layout.size("step"), layout.size("after")
    (32, 2, 3)
    """
    shares = depth_axis(samples_per_step)
    axes = [
        shares if step.samples is None else step.samples.time / step.samples.duration
        for step in protocol.steps
    ]
    numbers = np.arange(len(axes), dtype=np.int32)
    return Layout(
        variables=PROTOCOL_VARIABLES,
        outcomes=ProtocolOutcome,
        coordinates={
            "sample_step": (SAMPLE_DIM, np.repeat(numbers, [axis.size for axis in axes])),
            "sample_fraction": (SAMPLE_DIM, np.concatenate(axes)),
            STEP_DIM: (STEP_DIM, numbers),
            AFTER_DIM: (AFTER_DIM, np.array(RESISTANCE_AT)),
        },
    )


def check_samples(protocol: Protocol, samples_per_step: object) -> int:
    """Return how many samples a step of a protocol has, if a cube can hold them.

    Parameters
    ----------
    protocol : Protocol
        What is run.
    samples_per_step : object
        A whole number from 4 on.

    Returns
    -------
    int
        As it came.

    Raises
    ------
    ParameterError
        If it is no such number, or the samples of all steps are too many.
    """
    count = check_integer("samples_per_step", samples_per_step, low=4, high=MOST_DEPTHS)
    total = sum(count if step.samples is None else len(step.samples) for step in protocol.steps)
    remedy = "Take fewer steps or samples, or a shorter profile."
    check_bound("the protocol, in samples of a run,", float(total), MOST_SAMPLES, remedy)
    return count


def layout_of(attributes: Mapping[str, Any]) -> Layout:
    """Return what a cube with these attributes holds.

    Parameters
    ----------
    attributes : dict
        Of a cube.

    Returns
    -------
    Layout
        Of a protocol where they name one, of discharges otherwise.

    Raises
    ------
    ParameterError
        If they are those of no cube.
    """
    try:
        if PROTOCOL not in attributes:
            return discharge_layout(depth_axis(attributes["depth_points"]))
        protocol = protocol_from_dict(attributes[PROTOCOL])
        return protocol_layout(protocol, check_samples(protocol, attributes[_SAMPLES]))
    except KeyError as error:
        raise ParameterError(f"the attributes of the cube have no {error}.") from error
