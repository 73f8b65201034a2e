"""Where weights come from: the cell, the balance and the cube that they were learned from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

_WORDS: Final = ("name", "description", "references")
"""Of a cell: what says nothing about its curves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What weights were learned from; weights are for nothing else.

    Attributes
    ----------
    cell_name
        For people.
    cell_hash
        Of everything that bears on its curves.
    inventory, thermal_mode, cutoff_voltage
        As the cube's attributes say; the cut-off in volts.
    cube
        Name of the cube.
    campaign_hash, engine
        Of the cube, and what simulated it.
    """

    cell_name: str
    cell_hash: str
    inventory: str
    thermal_mode: str
    cutoff_voltage: float
    cube: str = ""
    campaign_hash: str = ""
    engine: str = ""

    @classmethod
    def of_cell(
        cls,
        cell: Mapping[str, Any],
        *,
        inventory: str,
        thermal_mode: str = "isothermal",
        cutoff_voltage: float,
    ) -> Origin:
        """Return the origin of curves of a cell, whatever cube they are in.

        Parameters
        ----------
        cell : mapping of str to object
            Plain form of a cell, as `Cell.to_dict` gives it.
        inventory : str
            ``"conserving"`` or ``"area-only"``.
        thermal_mode : str, default "isothermal"
            As a cube's attributes say.
        cutoff_voltage : float
            At which the discharges end [V].

        Returns
        -------
        Origin
            To ask for weights with.
        """
        return cls(
            cell_name=str(cell.get("name", "")),
            cell_hash=cell_hash(cell),
            inventory=str(inventory),
            thermal_mode=str(thermal_mode),
            cutoff_voltage=float(cutoff_voltage),
        )

    def to_dict(self) -> dict[str, Any]:
        """Describe it in JSON's terms."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """What is kept beside weights.

    Attributes
    ----------
    origin
        What they were learned from.
    settings
        How they were trained, JSON-able.
    scores
        What they reached, JSON-able; each entry says on what.
    version
        Of microbatt.
    """

    origin: Origin
    settings: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""


def cell_hash(cell: Mapping[str, Any]) -> str:
    """Return the hash of a cell's plain form; its name and description do not count."""
    numbers = {name: part for name, part in cell.items() if name not in _WORDS}
    return sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


def origin_of(cube: xr.Dataset) -> Origin:
    """Return what a network learns from when it learns from a cube.

    Raises
    ------
    ParameterError
        If the cube's attributes do not say.
    """
    attrs = cube.attrs
    missing = [name for name in ("cell", "inventory", "cutoff_voltage") if name not in attrs]
    if missing:
        raise ParameterError(
            f"the cube's attributes have no {missing}, so nobody could tell later which cells the "
            "weights are for. Keep the attributes when selecting: "
            "`xarray.set_options(keep_attrs=True)`."
        )
    asked = Origin.of_cell(
        attrs["cell"],
        inventory=attrs["inventory"],
        thermal_mode=attrs.get("thermal_mode", "isothermal"),
        cutoff_voltage=attrs["cutoff_voltage"],
    )
    return replace(
        asked,
        cube=str(attrs.get("name", "")),
        campaign_hash=str(attrs.get("campaign_hash", "")),
        engine=str(attrs.get("source", "")),
    )


def check_origin(learned: Origin, asked: Origin) -> None:
    """Refuse to use weights on curves of another cell, balance, cut-off or thermal mode.

    Raises
    ------
    ParameterError
        Naming what differs.
    """
    if differing := differences(learned, asked):
        raise ParameterError(
            f"the network's weights are for {'; '.join(differing)}. Train a network on such "
            "curves with `microbatt train`, or take weights that are for them."
        )


def differences(learned: Origin, asked: Origin) -> list[str]:
    """Return in words what keeps weights from being used on curves; empty if nothing does."""
    differing = [
        f"{name} {getattr(learned, key)!r} and not {getattr(asked, key)!r}"
        for name, key in _MUST_AGREE.items()
        if getattr(learned, key) != getattr(asked, key)
    ]
    if learned.cell_hash != asked.cell_hash:
        differing.insert(0, _other_cell(learned, asked))
    return differing


_MUST_AGREE: Final = {
    "the balance": "inventory",
    "the thermal mode": "thermal_mode",
    "the cut-off [V]": "cutoff_voltage",
}


def _other_cell(learned: Origin, asked: Origin) -> str:
    if learned.cell_name == asked.cell_name:
        return f"the cell {learned.cell_name!r} with other values in its file"
    return f"the cell {learned.cell_name!r} and not {asked.cell_name!r}"
