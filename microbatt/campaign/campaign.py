"""A campaign: which curves, of which cell, by which engine, on which terms; and what differs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import Cell
from microbatt.checks import check_integer, shown
from microbatt.cube import Design
from microbatt.cube.contents import (
    DEPTH_POINTS,
    MOST_DEPTHS,
    SAMPLES_PER_STEP,
    Layout,
    check_samples,
    check_shape,
    depth_axis,
    design_from_dict,
    discharge_layout,
    identity_hash,
    protocol_layout,
    schema_of,
)
from microbatt.cube.store import check_rounding
from microbatt.engines import Inventory, Isothermal, Thermal, thermal_from_dict, thermal_to_dict
from microbatt.engines.contract import check_stored_engine, load_engine, stored_settings
from microbatt.engines.protocols import ProtocolRequest, protocol_version
from microbatt.errors import ParameterError
from microbatt.protocols import Protocol, as_protocol, protocol_from_dict, protocol_to_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from microbatt.cube import Design
    from microbatt.engines.contract import EngineSettings, Request

_NAME: Final = re.compile(r"\w[\w .+-]{0,99}")
_MOST_IN_TASK: Final = 100_000
"""Curves of one task, which are in memory together."""
_FREE: Final = frozenset({"name", "title"})
"""Words about a campaign that change no number."""
_RUNS_PROTOCOLS: Final = "native"
OPTIONAL: Final = (
    "voltage_rounding",
    *("cutoff_voltage", "depth_points"),
    *("protocol", "samples_per_step", "lower_voltage", "upper_voltage"),
)
"""Parts of an identity that not all campaigns have: those of a rounding, discharges, a protocol."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Campaign:
    """A planned set of discharges, or of runs of one protocol.

    Attributes
    ----------
    name : str
        Short, for file names.
    cell : Cell
        Of which cell.
    design : Design
        Which curves: with currents for discharges, without for a protocol.
    protocol : Protocol, optional
        What every point runs, as `microbatt.protocols.as_protocol` takes it; None discharges at the
        currents of the design.
    title : str, default ''
        A line of words.
    engine : str, default 'native'
        Name of the simulator; see `microbatt.engines.contract.registry.load_engine`.
    inventory : Inventory
        Which of the two lithium balances.
    cutoff_voltage : float, default the cell's own, or 2 V where it says none
        Where a discharge ends [V]; None of a protocol.
    lower_voltage, upper_voltage : float, default the cell's own
        Between which a protocol uses the cell [V]; see `microbatt.simulate`. An infinite upper one
        is none.
    thermal, settings : Thermal, EngineSettings
        As for a single discharge; settings of None become the engine's default.
    depth_points : int
        Length of the depth axis, of discharges.
    samples_per_step : int, default 64
        How many samples a step of a protocol has, at fixed shares of the time that it takes; a step
        that follows a sampled profile has the samples of the profile.
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
    protocol: Protocol | None = None
    title: str = ""
    engine: str = "native"
    inventory: Inventory = Inventory.CONSERVING
    cutoff_voltage: float | None = None
    lower_voltage: float | None = None
    upper_voltage: float | None = None
    thermal: Thermal = field(default_factory=Isothermal)
    settings: EngineSettings | None = None
    depth_points: int = DEPTH_POINTS
    samples_per_step: int = SAMPLES_PER_STEP
    voltage_rounding: float | None = None
    curves_per_task: int | None = None
    time_limit: float | None = None

    def __post_init__(self) -> None:
        _check_name(self.name)
        _check_title(self.title)
        if self.protocol is not None:
            object.__setattr__(self, "protocol", as_protocol(self.protocol))
            check_samples(self.protocol, self.samples_per_step)
        self._check_kind()
        request = self.request
        object.__setattr__(self, "inventory", request.inventory)
        object.__setattr__(self, "settings", request.settings)
        if isinstance(request, ProtocolRequest):
            object.__setattr__(self, "lower_voltage", request.lower_voltage)
            object.__setattr__(self, "upper_voltage", request.upper_voltage)
        else:
            object.__setattr__(self, "cutoff_voltage", request.cutoff_voltage)
        check_integer("depth_points", self.depth_points, low=16, high=MOST_DEPTHS)
        check_shape(self.design.shape)
        object.__setattr__(self, "voltage_rounding", check_rounding(self.voltage_rounding))
        if self.curves_per_task is not None:
            check_integer("curves_per_task", self.curves_per_task, low=1, high=_MOST_IN_TASK)

    def _check_kind(self) -> None:
        """Refuse a mixture of discharges at constant current and a protocol."""
        if self.protocol is None:
            if self.design.current is None:
                raise ParameterError(
                    "the design has no `current`, and the campaign no `protocol`; give one of them."
                )
            if (self.lower_voltage, self.upper_voltage) != (None, None):
                raise ParameterError(
                    "`lower_voltage` and `upper_voltage` are of a protocol, and this campaign "
                    "discharges at constant current, down to `cutoff_voltage`. Give that."
                )
            return
        if self.design.current is not None:
            raise ParameterError(
                "the design has an axis `current`, and the campaign a `protocol`, whose steps say "
                "themselves what flows. Leave one of them out."
            )
        if self.engine != _RUNS_PROTOCOLS:
            raise ParameterError(
                f"`engine` is {self.engine!r}, which runs no protocols in a campaign; "
                f"{_RUNS_PROTOCOLS!r} does. Leave `engine` out."
            )
        if self.cutoff_voltage is not None:
            raise ParameterError(
                f"`cutoff_voltage` is {self.cutoff_voltage:g} V, which ends discharges at constant "
                "current; the range of a protocol is `lower_voltage` and `upper_voltage`."
            )

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
        protocol = {} if self.protocol is None else {"protocol": repr(self.protocol)[1:-1]}
        return {
            "title": self.title,
            "curves": str(self.design),
            **protocol,
            "cell": f"cell {self.cell.name!r}",
            "engine": f"{self.engine} engine",
            "terms": f"{self.inventory}, {self._heat}, {self._range}",
        }

    @property
    def _range(self) -> str:
        """Say between which voltages it runs."""
        if self.protocol is None:
            return f"down to {self.cutoff_voltage:g} V"
        lowest, highest = self.lower_voltage or 0.0, self.upper_voltage or math.inf
        return f"from {lowest:g} V" + (f" to {highest:g} V" if math.isfinite(highest) else "")

    @property
    def _heat(self) -> str:
        return str(thermal_to_dict(self.thermal)["mode"])

    @property
    def _rounding(self) -> dict[str, float]:
        """What is said of rounding: nothing where there is none, as ever."""
        rounding = self.voltage_rounding
        return {} if rounding is None else {"voltage_rounding": rounding}

    @property
    def layout(self) -> Layout:
        """What its cube holds of each curve."""
        if self.protocol is None:
            return discharge_layout(depth_axis(self.depth_points))
        return protocol_layout(self.protocol, self.samples_per_step)

    @property
    def request(self) -> Request | ProtocolRequest:
        """What its engine is asked, whatever the point."""
        if self.protocol is not None:
            return ProtocolRequest(
                cell=self.cell,
                protocol=self.protocol,
                lower_voltage=self.lower_voltage,
                upper_voltage=self.upper_voltage,
                inventory=self.inventory,
                thermal=self.thermal,
                settings=self.settings,  # type: ignore[arg-type]  # which checks it
                time_limit=self.time_limit,
                varied=tuple(self.design.others),
            )
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
        if self.protocol is not None:
            return protocol_version()
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
            "thermal": thermal_to_dict(self.thermal),
            "settings": {} if self.settings is None else self.settings.to_dict(),
            **self._own_terms(),
            **self._rounding,
        }

    def _own_terms(self) -> dict[str, Any]:
        """Describe what discharges have, or what a protocol has."""
        if self.protocol is None:
            return {"cutoff_voltage": self.cutoff_voltage, "depth_points": self.depth_points}
        highest = self.upper_voltage
        return {
            "protocol": protocol_to_dict(self.protocol),
            "samples_per_step": self.samples_per_step,
            "lower_voltage": self.lower_voltage,
            "upper_voltage": None if highest is None or math.isinf(highest) else highest,
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
                thermal=thermal_from_dict(described["thermal"]),
                settings=(
                    stored_settings(loaded, described["settings"]) if chosen == named else None
                ),
                voltage_rounding=described.get("voltage_rounding"),
                **_terms_in(described),
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


def _terms_in(described: Mapping[str, Any]) -> dict[str, Any]:
    """Read what discharges have, or what a protocol has."""
    if "protocol" not in described:
        return {name: described[name] for name in ("cutoff_voltage", "depth_points")}
    highest = described["upper_voltage"]
    return {
        "protocol": protocol_from_dict(described["protocol"]),
        "samples_per_step": described["samples_per_step"],
        "lower_voltage": described["lower_voltage"],
        "upper_voltage": math.inf if highest is None else highest,
    }


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
