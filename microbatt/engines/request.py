"""What every engine is asked: under which terms to discharge a cell, and how finely to solve."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Final

from microbatt.checks import (
    NOT_NEGATIVE,
    Interval,
    check_choice,
    check_integer,
    check_number,
    shown,
)
from microbatt.errors import ParameterError
from microbatt.times import as_numbers, in_seconds


class Inventory(enum.StrEnum):
    """How the reactive area enters the lithium balance of the particles; see docs/physics.md."""

    AREA_ONLY = "area-only"
    CONSERVING = "conserving"


@dataclass(frozen=True, slots=True, kw_only=True)
class Isothermal:
    """The cell stays at its initial temperature."""


class HeatOf(enum.StrEnum):
    """At which composition the heat balance reads the open-circuit potentials.

    They differ in the ``area-only`` balance alone, where S/3 times as much lithium is delivered
    as the spheres hold.
    """

    PARTICLES = "particles"
    """The mean of the spheres: the heat is exactly open-circuit energy less delivered energy."""
    CHARGE = "charge"
    """The lithium delivered, over the sites of the active material; what dualfoil does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adiabatic:
    """No heat leaves the cell.

    Attributes
    ----------
    heat_of : HeatOf
        At which composition its source is reckoned.
    """

    heat_of: HeatOf = HeatOf.PARTICLES

    def __post_init__(self) -> None:
        _check_heat_of(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lumped:
    """One temperature for the whole cell, losing heat to the surroundings.

    Attributes
    ----------
    heat_transfer_coefficient : float
        Per area of separator [W m⁻² K⁻¹].
    heat_of : HeatOf
        As for `Adiabatic`.
    """

    heat_transfer_coefficient: float
    heat_of: HeatOf = HeatOf.PARTICLES

    def __post_init__(self) -> None:
        check_number(
            "heat_transfer_coefficient",
            self.heat_transfer_coefficient,
            NOT_NEGATIVE,
            unit="W m⁻² K⁻¹",
        )
        _check_heat_of(self)


def _check_heat_of(mode: Adiabatic | Lumped) -> None:
    check_choice("heat_of", str(mode.heat_of), [str(one) for one in HeatOf])
    object.__setattr__(mode, "heat_of", HeatOf(mode.heat_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTemperature:
    """A temperature that was measured drives the cell; straight lines between the samples.

    For `simulate`: a protocol has a time, from its start. Before the first sample and after the
    last the temperature is theirs.

    Attributes
    ----------
    time : tuple of float
        From the start of the protocol, rising [s]. Durations of NumPy, pandas or Python are taken
        in seconds, and dates from the first, with which the protocol then begins.
    temperature : tuple of float
        As many [K].
    """

    time: tuple[float, ...]
    temperature: tuple[float, ...]

    def __post_init__(self) -> None:
        rows = {
            "time": in_seconds("time", self.time),
            "temperature": as_numbers("temperature", self.temperature),
        }
        for name, row in rows.items():
            if row.ndim != 1:
                raise ParameterError(
                    f"`{name}` has the shape {row.shape}; it must be a single row."
                )
            object.__setattr__(self, name, tuple(row.tolist()))
        if not len(self.time) == len(self.temperature) >= 1:
            raise ParameterError(
                f"`time` has {len(self.time)} samples and `temperature` {len(self.temperature)}; "
                "give as many of both, at least one."
            )
        for value in self.time:
            check_number("time", value, unit="s")
        if any(not after > before for before, after in pairwise(self.time)):
            raise ParameterError("`time` must rise from sample to sample; sort them, each once.")
        for value in self.temperature:
            check_number(
                "temperature", value, Interval(200.0, 400.0), unit="K", remedy="Give kelvin."
            )


Thermal = Isothermal | Adiabatic | Lumped
"""What happens to the heat."""

_THERMAL: Final[dict[str, type[Isothermal] | type[Adiabatic] | type[Lumped]]] = {
    "isothermal": Isothermal,
    "adiabatic": Adiabatic,
    "lumped": Lumped,
}


_MODES: Final = "Isothermal(), Adiabatic() or Lumped(heat_transfer_coefficient=…)"


def check_driven(thermal: object) -> Thermal | MeasuredTemperature:
    """Return `thermal` if it is a thermal mode, or a temperature that was measured.

    Parameters
    ----------
    thermal : object
        What came.

    Returns
    -------
    Isothermal, Adiabatic, Lumped or MeasuredTemperature
        As it came.

    Raises
    ------
    ParameterError
        If it is something else, a name for instance.
    """
    if isinstance(thermal, Isothermal | Adiabatic | Lumped | MeasuredTemperature):
        return thermal
    raise ParameterError(
        f"`thermal` is {shown(thermal)}; it must be {_MODES.replace(' or', ',')} or "
        "MeasuredTemperature(time=…, temperature=…), from microbatt.engines."
    )


def check_thermal(thermal: object) -> Thermal:
    """Return `thermal` if it is one of the thermal modes.

    Parameters
    ----------
    thermal : object
        What came.

    Returns
    -------
    Isothermal, Adiabatic or Lumped
        The mode, as it came.

    Raises
    ------
    ParameterError
        If it is something else, a name for instance.
    """
    if isinstance(thermal, Isothermal | Adiabatic | Lumped):
        return thermal
    alone = " A measured temperature is for `simulate` alone."
    raise ParameterError(
        f"`thermal` is {shown(thermal)}; it must be {_MODES}, from microbatt.engines."
        + (alone if isinstance(thermal, MeasuredTemperature) else "")
    )


def thermal_to_dict(thermal: Thermal) -> dict[str, Any]:
    """Describe a thermal mode in JSON's terms.

    Parameters
    ----------
    thermal : Isothermal, Adiabatic or Lumped
        The mode.

    Returns
    -------
    dict
        Its ``mode`` in words, and its numbers.

    Examples
    --------
    >>> thermal_to_dict(Lumped(heat_transfer_coefficient=5.0))
    {'mode': 'lumped', 'heat_transfer_coefficient': 5.0}
    """
    values = {name: value for name, value in asdict(thermal).items() if value != HeatOf.PARTICLES}
    if "heat_of" in values:
        values["heat_of"] = str(values["heat_of"])
    return {"mode": type(thermal).__name__.lower(), **values}


def thermal_from_dict(described: Mapping[str, Any]) -> Thermal:
    """Read what `thermal_to_dict` wrote.

    Parameters
    ----------
    described : mapping of str to Any
        As `thermal_to_dict` returned it.

    Returns
    -------
    Isothermal, Adiabatic or Lumped
        The mode.

    Raises
    ------
    ParameterError
        If the mode is unknown, or a key is missing or does not belong to it.
    """
    if not isinstance(described, Mapping):
        raise ParameterError(
            f"`thermal` is {shown(described)}; it must be a table such as "
            '`{ mode = "adiabatic" }`.'
        )
    mode = check_choice("thermal.mode", described.get("mode"), _THERMAL)
    values = {name: value for name, value in described.items() if name != "mode"}
    needed = {"heat_transfer_coefficient"} if mode == "lumped" else set()
    allowed = needed if mode == "isothermal" else needed | {"heat_of"}
    if not needed <= set(values) <= allowed:
        raise ParameterError(
            f"`thermal` of mode {mode!r} has {sorted(values)}; it takes {sorted(allowed)}."
        )
    return _THERMAL[mode](**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How finely the native engine solves.

    Attributes
    ----------
    tolerance : float
        Local error allowed in a step: of the voltage [V], of surface stoichiometries and of the
        salt concentration over the initial one [-].
    mesh : float
        Factor on the number of elements across the cell.
    particle_modes : int
        Exponentials that stand for diffusion in a particle.
    max_steps : int
        Steps after which a discharge is given up, rejected ones included.
    """

    tolerance: float = 2e-4
    mesh: float = 1.0
    particle_modes: int = 10
    max_steps: int = 5000

    def __post_init__(self) -> None:
        check_number("tolerance", self.tolerance, Interval(1e-8, 1e-2))
        check_number("mesh", self.mesh, Interval(0.3, 64.0))
        check_integer("particle_modes", self.particle_modes, low=3, high=40)
        check_integer("max_steps", self.max_steps, low=10, high=10_000_000)

    @classmethod
    def refined(cls) -> Settings:
        """Return settings for a reference solution, some tens of times slower than the default."""
        return cls(tolerance=1e-5, mesh=5.0, particle_modes=16, max_steps=100_000)

    def to_dict(self) -> dict[str, Any]:
        """Describe the settings in JSON's terms.

        Returns
        -------
        dict
            Field → value.
        """
        return asdict(self)

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> Settings:
        """Read what `to_dict` wrote; what is left out keeps its default.

        Parameters
        ----------
        described : mapping of str to Any
            Field → value.

        Returns
        -------
        Settings
            Checked.

        Raises
        ------
        ParameterError
            If a key is unknown, or a value out of range.
        """
        for name in described:
            check_choice("settings", name, cls.__slots__)
        return cls(**described)
