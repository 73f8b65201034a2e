"""A campaign: which curves, of which cell, by which engine, on which terms; and what differs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell
from microbatt.checks import check_integer, shown
from microbatt.cube.contents import (
    DEPTH_POINTS,
    MOST_DEPTHS,
    check_shape,
    design_from_dict,
    identity_hash,
    schema_of,
)
from microbatt.cube.store import check_rounding
from microbatt.engines import Inventory, Isothermal, Thermal, thermal_from_dict, thermal_to_dict
from microbatt.engines.contract import check_stored_engine, load_engine, stored_settings
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from microbatt.cube import Design
    from microbatt.engines.contract import EngineSettings, Request

_NAME: Final = re.compile(r"\w[\w .+-]{0,99}")
_MOST_IN_TASK: Final = 100_000
"""Curves of one task, which are in memory together."""
_FREE: Final = frozenset({"name", "title"})
"""Words about a campaign that change no number."""
OPTIONAL: Final = ("voltage_rounding",)
"""Parts of an identity that are not there where nothing is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Campaign:
    """A planned set of discharges.

    Attributes
    ----------
    name : str
        Short, for file names.
    cell : Cell
        Of which cell.
    design : Design
        Which curves.
    title : str, default ''
        A line of words.
    engine : str, default 'native'
        Name of the simulator; see `microbatt.engines.contract.registry.load_engine`.
    inventory : Inventory
        Which of the two lithium balances.
    cutoff_voltage : float, default 2.0
        [V].
    thermal, settings : Thermal, EngineSettings
        As for a single discharge; settings of None become the engine's default.
    depth_points : int
        Length of the depth axis.
    voltage_rounding : float, optional
        By how much a stored voltage may differ from the simulated one [V]; 10 µV make the cube half
        as large. None keeps every bit.
    curves_per_task : int, optional
        How many curves a task takes at most; None leaves it to the engine.
    time_limit : float, optional
        Wall-clock limit for one curve [s], for engines that run outside this process.
    """

    name: str
    cell: Cell
    design: Design
    title: str = ""
    engine: str = "native"
    inventory: Inventory = Inventory.CONSERVING
    cutoff_voltage: float = 2.0
    thermal: Thermal = field(default_factory=Isothermal)
    settings: EngineSettings | None = None
    depth_points: int = DEPTH_POINTS
    voltage_rounding: float | None = None
    curves_per_task: int | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_title(self.title)
        request = self.request
        object.__setattr__(self, "inventory", request.inventory)
        object.__setattr__(self, "settings", request.settings)
        check_integer("depth_points", self.depth_points, low=16, high=MOST_DEPTHS)
        check_shape(self.design.shape)
        object.__setattr__(self, "voltage_rounding", check_rounding(self.voltage_rounding))
        if self.curves_per_task is not None:
            check_integer("curves_per_task", self.curves_per_task, low=1, high=_MOST_IN_TASK)

    def __repr__(self) -> str:
        said = ", ".join(words for name, words in self._words().items() if name != "title")
        return f"<Campaign {self.name!r}: {said}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{name}</td><td>{escape(words)}</td></tr>"
            for name, words in self._words().items()
        )
        return f"<b>campaign {escape(self.name)}</b><table>{rows}</table>"

    def _words(self) -> dict[str, str]:
        """Say in a few words each what a campaign is."""
        return {
            "title": self.title,
            "curves": str(self.design),
            "cell": f"cell {self.cell.name!r}",
            "engine": f"{self.engine} engine",
            "terms": f"{self.inventory}, {self._heat}, down to {self.cutoff_voltage:g} V",
        }

    @property
    def _heat(self) -> str:
        return str(thermal_to_dict(self.thermal)["mode"])

    @property
    def _rounding(self) -> dict[str, float]:
        """What is said of rounding: nothing where there is none, as ever."""
        rounding = self.voltage_rounding
        return {} if rounding is None else {"voltage_rounding": rounding}

    @property
    def request(self) -> Request:
        """What its engine is asked, whatever the point."""
        return load_engine(self.engine).request(
            cell=self.cell,
            inventory=self.inventory,
            cutoff_voltage=self.cutoff_voltage,
            thermal=self.thermal,
            settings=self.settings,
            time_limit=self.time_limit,
            varied=tuple(self.design.others),
        )

    @property
    def identity(self) -> dict[str, Any]:
        """Everything that determines the numbers, in JSON's terms."""
        free = {name: value for name, value in self.to_dict().items() if name not in _FREE}
        return free | {
            "cell_digest": self.cell.digest,
            "engine_version": self.engine_version,
            "microbatt_schema": schema_of(self.design.to_dict()),
        }

    @property
    def engine_version(self) -> str:
        """Version of the engine installed here, with these settings."""
        return load_engine(self.engine).version(self.settings)

    @property
    def hash(self) -> str:
        """SHA-256 of the identity: equal for campaigns that give the same numbers."""
        return identity_hash(self.identity)

    @property
    def attributes(self) -> dict[str, Any]:
        """What a cube says of the campaign that it belongs to."""
        described, identity = self.to_dict(), self.identity
        seed = {"seed": described["design"]["seed"]} if "seed" in described["design"] else {}
        return {
            **described,
            **identity,
            "source": f"microbatt, {self.engine} engine {identity['engine_version']}",
            "cell_name": self.cell.name,
            "thermal_mode": described["thermal"]["mode"],
            "campaign_hash": identity_hash(identity),
            **seed,
        }

    def to_dict(self) -> dict[str, Any]:
        """Describe the campaign in JSON's terms; `Campaign.from_dict` reads it.

        Returns
        -------
        dict
            The fields by name.
        """
        return {
            "name": self.name,
            "title": self.title,
            "cell": self.cell.to_dict(),
            "design": self.design.to_dict(),
            "engine": self.engine,
            "inventory": str(self.inventory),
            "cutoff_voltage": self.cutoff_voltage,
            "thermal": thermal_to_dict(self.thermal),
            "settings": self.request.settings.to_dict(),
            "depth_points": self.depth_points,
            **self._rounding,
        }

    @classmethod
    def from_dict(cls, described: Mapping[str, Any], *, engine: str | None = None) -> Campaign:
        """Read what `Campaign.to_dict` wrote; other keys are passed over.

        Parameters
        ----------
        described : dict
            From `Campaign.to_dict`, or the attributes of a cube.
        engine : str, optional
            Simulator to use: the one that is named, which you then vouch for, or another, with its
            own settings. None takes the one that is named if it is microbatt's, or if its module is
            imported already.

        Returns
        -------
        Campaign
            That it describes.

        Raises
        ------
        ParameterError
            If it describes none, or names an engine whose module would have to be imported.
        """
        named = described.get("engine")
        chosen = check_stored_engine(named) if engine is None else engine
        loaded = load_engine(chosen)
        try:
            return cls(
                name=described["name"],
                title=described["title"],
                cell=Cell.from_dict(described["cell"]),
                design=design_from_dict(described["design"]),
                engine=chosen,
                inventory=Inventory(described["inventory"]),
                cutoff_voltage=described["cutoff_voltage"],
                thermal=thermal_from_dict(described["thermal"]),
                settings=(
                    stored_settings(loaded, described["settings"]) if chosen == named else None
                ),
                depth_points=described["depth_points"],
                voltage_rounding=described.get("voltage_rounding"),
            )
        except ParameterError:
            raise
        except KeyError as error:
            raise ParameterError(
                f"no campaign is described: {error} is missing. Take the attributes of a cube that "
                "`microbatt run` made."
            ) from error
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ParameterError(
                f"no campaign is described: a value has the wrong type ({error}). Take the "
                "attributes of a cube that `microbatt run` made."
            ) from error


def _check_title(title: object) -> None:
    """Refuse what is no line of words: terminals and pages show it."""
    if not isinstance(title, str) or not (title.isprintable() and len(title) <= _LONGEST_TITLE):
        raise ParameterError(
            f"`title` is {shown(title)}; it must be one line of at most {_LONGEST_TITLE} printable "
            "characters."
        )


_LONGEST_TITLE: Final = 1000


def _check_name(name: object) -> None:
    """Refuse what makes no file name: it becomes one."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ParameterError(
            f"`name` is {shown(name)}; it becomes a file name, so it must be 1 to 100 letters, "
            "digits, blanks, `-`, `_`, `.` or `+`, and begin with a letter or a digit."
        )


_ABSENT = "absent"
_MOST = 12
"""Lines shown before the rest is counted."""


def differences(stored: Mapping[str, object], asked: Mapping[str, object]) -> list[str]:
    """Compare two nested descriptions.

    Parameters
    ----------
    stored, asked : dict
        Dictionaries of dictionaries, lists, numbers and words.

    Returns
    -------
    list of str
        One line for each value that differs.

    Examples
    --------
    >>> differences({"cell": {"thickness": 1.0}}, {"cell": {"thickness": 2.0}})
    ['cell.thickness: 1.0 in the store, 2.0 asked for']
    """
    left, right = dict(_leaves("", stored)), dict(_leaves("", asked))
    return [
        f"{name}: {_shown(left.get(name, _ABSENT))} in the store, "
        f"{_shown(right.get(name, _ABSENT))} asked for"
        for name in sorted(left.keys() | right.keys())
        if left.get(name, _ABSENT) != right.get(name, _ABSENT)
    ]


def shortened(lines: list[str]) -> str:
    """Return the first lines, indented, and how many there are beyond.

    Parameters
    ----------
    lines : list of str
        From `differences`.

    Returns
    -------
    str
        At most twelve lines.

    Examples
    --------
    >>> shortened(["a: 1 in the store, 2 asked for"])
    '  a: 1 in the store, 2 asked for'
    """
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join(f"  {line}" for line in lines[:_MOST] + more)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    else:
        yield path, value


def _shown(value: object) -> str:
    if isinstance(value, list) and len(value) > 4:
        return f"{len(value)} values from {value[0]} to {value[-1]}"
    return _ABSENT if value is _ABSENT else repr(value)
