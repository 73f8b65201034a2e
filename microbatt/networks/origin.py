"""Where weights come from: the cell, the balance and the cube that they were learned from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What weights were learned from; weights are for nothing else.

    Parameters
    ----------
    cell_name : str
        For people.
    cell_digest : str
        Identity of its numbers and fits; see `microbatt.cells.Cell.digest`.
    inventory, thermal_mode, cutoff_voltage : str or float
        As the cube's attributes say; the cut-off in volts.
    cube : str, default ""
        Name of the cube.
    campaign_hash, engine : str, default ""
        Of the cube, and what simulated it.
    """

    cell_name: str
    cell_digest: str
    inventory: str
    thermal_mode: str
    cutoff_voltage: float
    cube: str = ""
    campaign_hash: str = ""
    engine: str = ""

    @classmethod
    def of_cell(
        cls,
        cell: Cell,
        *,
        inventory: str,
        thermal_mode: str = "isothermal",
        cutoff_voltage: float,
    ) -> Origin:
        """Return the origin of curves of a cell, whatever cube they are in.

        Parameters
        ----------
        cell : Cell
            What the curves are of.
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
            cell_name=cell.name,
            cell_digest=cell.digest,
            inventory=str(inventory),
            thermal_mode=str(thermal_mode),
            cutoff_voltage=float(cutoff_voltage),
        )

    def to_dict(self) -> dict[str, Any]:
        """Describe it in JSON's terms.

        Returns
        -------
        dict of str to object
            Name of the field → its value.
        """
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """What is kept beside weights.

    Parameters
    ----------
    origin : Origin
        What they were learned from.
    settings : mapping of str to object, default empty
        How they were trained, JSON-able.
    scores : mapping of str to object, default empty
        What they reached, JSON-able; each entry says on what.
    version : str, default ""
        Version of microbatt.
    """

    origin: Origin
    settings: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""


def origin_of(cube: xr.Dataset) -> Origin:
    """Return what a network learns from when it learns from a cube.

    Parameters
    ----------
    cube : xarray.Dataset
        With the attributes of a campaign.

    Returns
    -------
    Origin
        Cell, balance, thermal mode, cut-off and the cube itself.

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
        Cell.from_dict(attrs["cell"]),
        inventory=attrs["inventory"],
        thermal_mode=attrs.get("thermal_mode", "isothermal"),
        cutoff_voltage=attrs["cutoff_voltage"],
    )
    return replace(
        asked,
        cell_digest=str(attrs.get("cell_digest", asked.cell_digest)),
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
    if learned.cell_digest != asked.cell_digest:
        differing.insert(0, _other_cell(learned, asked))
    return differing


_MUST_AGREE: Final = {
    "the balance": "inventory",
    "the thermal mode": "thermal_mode",
    "the cut-off [V]": "cutoff_voltage",
}


def _other_cell(learned: Origin, asked: Origin) -> str:
    if learned.cell_name == asked.cell_name:
        return f"the cell {learned.cell_name!r} with other numbers or fits"
    return f"the cell {learned.cell_name!r} and not {asked.cell_name!r}"
