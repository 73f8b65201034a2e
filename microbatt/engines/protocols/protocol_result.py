"""What a protocol gave: its points, and how each of its steps ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import NOT_NEGATIVE, check_integer, check_number
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.display import timeline_svg
from microbatt.errors import ParameterError
from microbatt.outcomes import StepOutcome
from microbatt.times import ROUNDING, in_seconds, one_in_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from microbatt.protocols import Protocol, Step

_SHOWN_STEPS: Final = 24
RESISTANCE_AT: Final = (1e-3, 1.0, 10.0)
"""Times after a step began at which its resistance is told [s]."""
_JUMP: Final = 1e-3
"""Share of the larger current by which it must jump for a resistance to be told."""
_ADDED: Final = 1e-13
"""Share of a time that adding up always leaves."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class StepResult:
    """One step of a protocol, as it went.

    Attributes
    ----------
    number : int
        Its place in the protocol, from 0.
    text : str
        What it was to do.
    outcome : StepOutcome
        How it ended; ``outcome.message`` says why in words.
    start, duration : float
        When it began, and how long it took [s]; NaN if it was not run.
    capacity : float
        Charge delivered, negative in charge [A h m⁻²].
    energy : float
        Energy delivered, negative in charge [W h m⁻²].
    start_voltage, end_voltage : float
        As soon as its current flows, and at its end [V]; NaN where it has no points.
    end_current : float
        At its end [A m⁻²].
    as_asked : bool
        Whether it ended as it says. A voltage that falls vertically, because salt or lithium ran
        out, goes through the one at which the step ends, and counts.
    points : slice
        Its points in the arrays of the simulation.
    """

    number: int
    text: str
    outcome: StepOutcome
    start: float
    duration: float
    capacity: float
    energy: float
    start_voltage: float
    end_voltage: float
    end_current: float
    as_asked: bool
    points: slice

    def __repr__(self) -> str:
        if self.points.start == self.points.stop:
            return f"<StepResult {self.number}: {self.text}; {self.outcome.message}>"
        return (
            f"<StepResult {self.number}: {self.text}; {self.duration:.6g} s, "
            f"{self.capacity:.4g} A h m⁻², {self.start_voltage:.4g} to {self.end_voltage:.4g} V; "
            f"{self.outcome.message}>"
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Simulation:
    """A protocol that was run on a cell.

    At a jump of the current two points stand at one time, before and after it.

    Attributes
    ----------
    cell : str
        Name of the cell.
    protocol : Protocol
        What was run.
    time, current, voltage, capacity, temperature : ndarray
        The curve, shape (n,): [s], [A m⁻²], [V], [A h m⁻²], [K]. Discharge is positive; capacity is
        what went through the cell since the protocol began.
    step : ndarray of int
        To which step of the protocol each point belongs.
    lithium_overpotential : ndarray
        Least potential of the negative electrode against lithium metal in the electrolyte beside it
        [V]; below zero lithium may plate, which is told and not simulated.
    mean_negative_stoichiometry, mean_positive_stoichiometry : ndarray
        Of all particles of an electrode.
    min_salt_concentration : ndarray
        Lowest in the cell [mol m⁻³].
    steps : tuple of StepResult
        How and why each step ended.
    open_circuit_voltage : float
        At rest before the protocol [V].
    area : float or None
        Of all pairs of electrodes [m²]; None where the cell does not say.
    newton_iterations, rejected_steps : int
        Work done.
    """

    cell: str
    protocol: Protocol
    time: NDArray[np.float64]
    current: NDArray[np.float64]
    voltage: NDArray[np.float64]
    capacity: NDArray[np.float64]
    temperature: NDArray[np.float64]
    step: NDArray[np.int64]
    lithium_overpotential: NDArray[np.float64]
    mean_negative_stoichiometry: NDArray[np.float64]
    mean_positive_stoichiometry: NDArray[np.float64]
    min_salt_concentration: NDArray[np.float64]
    steps: tuple[StepResult, ...]
    open_circuit_voltage: float
    area: float | None
    newton_iterations: int
    rejected_steps: int

    def __len__(self) -> int:
        return int(self.time.size)

    def __repr__(self) -> str:
        ran = sum(step.outcome is not StepOutcome.NOT_RUN for step in self.steps)
        return (
            f"<Simulation of {self.cell!r}: {ran} of {len(self.steps)} steps, "
            f"{self.duration:.6g} s, {len(self)} points, {self._how()}>"
        )

    def _how(self) -> str:
        stopped = self.stopped
        if stopped is None:
            return "all ended as they should"
        return (
            f"step {stopped.number} ended early: {stopped.outcome.name.lower().replace('_', ' ')}"
        )

    def _repr_html_(self) -> str:
        head = "<tr><th>step</th><th></th><th>time [s]</th><th>V</th><th>how it ended</th></tr>"
        rows = "".join(
            f"<tr><td>{step.number}</td><td>{escape(step.text)}</td><td>{step.duration:.6g}</td>"
            f"<td>{step.end_voltage:.4f}</td><td>{escape(step.outcome.message)}</td></tr>"
            for step in self.steps[:_SHOWN_STEPS]
        )
        more = len(self.steps) - _SHOWN_STEPS
        rest = f"and {more} more steps" if more > 0 else ""
        picture = timeline_svg(self.time, self.voltage, self.current)
        return f"<b>{escape(self.cell)}</b><br>{picture}<table>{head}{rows}</table>{rest}"

    @property
    def duration(self) -> float:
        """Of all that was run [s]."""
        return float(self.time[-1]) if len(self) else 0.0

    @property
    def stopped(self) -> StepResult | None:
        """The step that did not end as it should, after which nothing was run; None without."""
        for step in self.steps:
            if not step.as_asked:
                return step
        return None

    @property
    def is_whole(self) -> bool:
        """Whether all steps were run."""
        return self.stopped is None

    def voltage_at(self, time: ArrayLike) -> NDArray[np.float64]:
        """Return the voltage at some times, by straight lines between the points.

        At a switch, where two points share a time, it is the voltage before it; at time 0 that
        as soon as the first current flows.

        Parameters
        ----------
        time : array_like, shape (m,)
            Since the start, in seconds or as durations of NumPy, pandas or Python; a time that
            differs from that of a switch, or from the end, by rounding alone (10⁻¹⁰ of it) is
            meant to be that.

        Returns
        -------
        ndarray, shape (m,)
            [V]; NaN beyond the end.
        """
        return self._at(self.voltage, time)

    def current_at(self, time: ArrayLike) -> NDArray[np.float64]:
        """Return the current at some times, by straight lines between the points.

        At a switch, where two points share a time, it is the current before it; at time 0 the
        first that flows.

        Parameters
        ----------
        time : array_like, shape (m,)
            As for `voltage_at`.

        Returns
        -------
        ndarray, shape (m,)
            [A m⁻²], positive while the cell discharges; NaN beyond the end.

        See Also
        --------
        voltage_at : The voltage at the same times.
        """
        return self._at(self.current, time)

    def _at(self, values: NDArray[np.float64], time: ArrayLike) -> NDArray[np.float64]:
        wanted = in_seconds("time", time, dates=False)
        if not len(self):
            return np.full(wanted.shape, np.nan)
        wanted = _met(self.time, wanted)
        right = np.clip(np.searchsorted(self.time, wanted, side="left"), 1, len(self) - 1)
        span = self.time[right] - self.time[right - 1]
        share = np.where(
            span > 0.0, (wanted - self.time[right - 1]) / np.where(span > 0, span, 1), 1
        )
        found = values[right - 1] + share * (values[right] - values[right - 1])
        return np.where((wanted >= 0.0) & (wanted <= self.time[-1]), found, np.nan)

    def resistance(self, step: int, after: float) -> float:
        """Return what the voltage lost since before a step, over the change of the current.

        Parameters
        ----------
        step : int
            Number of the step, from 0.
        after : float
            Time since it began [s]; a duration of Python, NumPy or pandas is taken in seconds.

        Returns
        -------
        float
            [Ω m²]; NaN if it was over by then, or the current did not jump when it began, as in a
            hold at the voltage to which the cell was charged.

        Raises
        ------
        ParameterError
            If there is no such step, it was not run, or `after` is no time.
        """
        check_integer("step", step, low=0, high=len(self.steps) - 1)
        found = self.steps[step]
        if found.points.start == found.points.stop:
            raise ParameterError(f"step {step} has no points: {found.outcome.message}.")
        since = check_number("after", one_in_seconds("after", after), NOT_NEGATIVE, unit="s")
        return self._resistance(found, since)

    def _resistance(self, step: StepResult, after: float) -> float:
        first, inside = step.points.start, step.points
        rounding = ROUNDING * (step.start + step.duration)
        if first == inside.stop or not after <= step.duration + rounding:
            return float("nan")
        before_voltage = self.voltage[first - 1] if first else self.open_circuit_voltage
        before_current = self.current[first - 1] if first else 0.0
        at_once = self.current[first]
        if not abs(at_once - before_current) > _JUMP * max(abs(at_once), abs(before_current)):
            return float("nan")
        since = self.time[inside] - step.start
        voltage = np.interp(after, since, self.voltage[inside])
        change = np.interp(after, since, self.current[inside]) - before_current
        return float((before_voltage - voltage) / change) if change else float("nan")

    def to_dataset(self) -> xr.Dataset:
        """Return the points along ``point`` with CF attributes, and the steps along ``step``.

        Returns
        -------
        xarray.Dataset
            Units and long names in the attributes.
        """
        from microbatt.engines.labelled import simulation_dataset

        values = {field.name: getattr(self, field.name) for field in fields(self)}
        resistances = [
            [self._resistance(step, after) for after in RESISTANCE_AT] for step in self.steps
        ]
        return simulation_dataset(
            values | {"resistance": np.array(resistances), "after": np.array(RESISTANCE_AT)}
        )

    def plot(self, axes: Any = None) -> Any:  # noqa: ANN401 - matplotlib's
        """Draw the voltage against time, and the current under it.

        Parameters
        ----------
        axes : sequence of matplotlib.axes.Axes, optional
            Two of them; a new figure without.

        Returns
        -------
        sequence of matplotlib.axes.Axes
            Those of voltage and current.
        """
        return self.to_dataset().microbatt.plot.simulation(axes=axes)


def _work(
    time: NDArray[np.float64],
    current: NDArray[np.float64],
    voltage: NDArray[np.float64],
    charge: NDArray[np.float64],
) -> float:
    """Return ∫ V dQ [J m⁻²], with current and voltage on straight lines between points."""
    middle = 0.5 * (voltage[1:] + voltage[:-1])
    turned = np.diff(voltage) * np.diff(current) * np.diff(time) / 12.0
    return float(np.sum(middle * np.diff(charge) + turned))


def _as_asked(step: Step, outcome: StepOutcome) -> bool:
    """Whether a step ended as asked: also where the voltage fell vertically past its own end."""
    fell = outcome in (StepOutcome.SALT_EXHAUSTED, StepOutcome.LITHIUM_EXHAUSTED)
    return outcome.is_whole or (fell and step.until_voltage is not None)


def step_results(
    protocol: Protocol,
    points: NDArray[np.float64],
    endings: Sequence[tuple[int, StepOutcome]],
) -> tuple[StepResult, ...]:
    """Return how each step went; `endings` are where its points end and how it did, a step.

    `points` has time, current, voltage and charge [C m⁻²] as rows.
    """
    time, current, voltage, charge = points
    results, start_time, start_charge, first = [], 0.0, 0.0, 0
    for number, (step, (last, outcome)) in enumerate(zip(protocol.steps, endings, strict=True)):
        ran = outcome is not StepOutcome.NOT_RUN
        inside = slice(first, last) if ran else slice(first, first)
        some = inside.stop > inside.start
        end_time = float(time[last - 1]) if some else start_time
        end_charge = float(charge[last - 1]) if some else start_charge
        work = _work(*(row[inside] for row in points))
        results.append(
            StepResult(
                number=number,
                text=str(step),
                outcome=outcome,
                start=start_time if ran else float("nan"),
                duration=end_time - start_time if ran else float("nan"),
                capacity=(end_charge - start_charge) / SECONDS_PER_HOUR,
                energy=work / SECONDS_PER_HOUR,
                start_voltage=float(voltage[first]) if some else float("nan"),
                end_voltage=float(voltage[last - 1]) if some else float("nan"),
                end_current=float(current[last - 1]) if some else float("nan"),
                as_asked=_as_asked(step, outcome),
                points=inside,
            )
        )
        if ran:
            start_time, start_charge, first = end_time, end_charge, inside.stop
    return tuple(results)


def _met(points: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return times; those that come after a switch, or the end, by rounding alone are that one.

    What comes before by as little is told alike.  Half of the time from a switch to the next point
    is never rounding, but for what adding up some hundred times leaves: points may be nearer.
    """
    end = points[-1]
    switches = np.unique(points[1:][np.diff(points) == 0.0])
    following = points[np.minimum(np.searchsorted(points, switches, "right"), points.size - 1)]
    allowed = np.minimum(ROUNDING * switches, 0.5 * np.maximum(following - switches, 0.0))
    allowed = np.maximum(allowed, _ADDED * switches)
    late = wanted - end
    met = np.where((late > 0.0) & (late <= ROUNDING * end), end, wanted)
    met = np.where((met < 0.0) & (-met <= ROUNDING * end), 0.0, met)
    if not switches.size:
        return met
    last = np.maximum(np.searchsorted(switches, met, "left") - 1, 0)
    late = met - switches[last]
    return np.where((late > 0.0) & (late <= allowed[last]), switches[last], met)
