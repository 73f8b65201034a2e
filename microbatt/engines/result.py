"""What every engine returns: one discharge, or many of them in flat arrays."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines.display import curves_svg
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from numpy.typing import NDArray


_OWN_WAY: Final = ("offsets", "sensitivities")
"""Fields of a batch that are not one array with an entry for each curve or point."""
_CURVES: Final = 24
"""At most so many of a batch are drawn."""
_SHOWN: Final = ("discharge_capacity", "energy", "power", "initial_voltage", "end_temperature")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sensitivities:
    """Derivatives of one curve by p numbers of its cell, per SI unit of each.

    Attributes
    ----------
    names : tuple of str
        The numbers, by their names in `microbatt.parameters`.
    voltage : ndarray
        Of the voltage at the points of the curve, at fixed capacity, shape (p, n) [V per unit];
        NaN throughout where a displaced curve was not solved.
    discharge_capacity : ndarray
        Of the capacity at the end, shape (p,) [A h m⁻² per unit].
    energy : ndarray
        Of the specific energy, shape (p,) [W h kg⁻¹ per unit].
    slope : ndarray
        Of the voltage, dV/d(ln Q), at the points, from its own steps: carries derivatives over
        from fixed capacity to a fixed share of it, shape (n,) [V].
    """

    names: tuple[str, ...]
    voltage: NDArray[np.float64]
    discharge_capacity: NDArray[np.float64]
    energy: NDArray[np.float64]
    slope: NDArray[np.float64]

    def __repr__(self) -> str:
        return (
            f"<Sensitivities of {self.voltage.shape[1]} points of a curve to "
            f"{', '.join(self.names)}>"
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Discharge:
    """One simulated discharge.

    Attributes
    ----------
    alpha, S, current : float
        The point [-], [-] and the current [A m⁻²].
    time, voltage, capacity, temperature : ndarray
        The curve, shape (n,): [s], [V], [A h m⁻²], [K].  The engine's steps, and between them as
        many points that straight lines may join all.  Empty where ``outcome`` says that there is
        no curve.
    outcome : Outcome
        How it ended; ``outcome.message`` says it in words.
    open_circuit_voltage, initial_voltage : float
        At rest, and as soon as the current flows [V].
    end_temperature : float
        Temperature at the end [K].
    min_salt_concentration : float
        Smallest salt concentration met anywhere at any time [mol m⁻³].
    negative_surface_stoichiometry, positive_surface_stoichiometry : float
        Extreme surface stoichiometry at the end: the smallest in the negative electrode, the
        largest in the positive one [-].
    steps, newton_iterations, rejected_steps : int
        Work done.
    energy, power : float
        Per mass of the cell sandwich [W h kg⁻¹], [W kg⁻¹].
    sensitivities : Sensitivities, optional
        Derivatives of the curve by numbers of the cell; None unless they were asked for.
    """

    alpha: float
    S: float
    current: float
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    capacity: NDArray[np.float64]
    temperature: NDArray[np.float64]
    outcome: Outcome
    open_circuit_voltage: float
    initial_voltage: float
    end_temperature: float
    min_salt_concentration: float
    negative_surface_stoichiometry: float
    positive_surface_stoichiometry: float
    steps: int
    newton_iterations: int
    rejected_steps: int
    energy: float
    power: float
    sensitivities: Sensitivities | None = None

    def __repr__(self) -> str:
        point = f"alpha {self.alpha:g}, S {self.S:g}, {self.current:g} A m⁻²"
        if not self.time.size:
            return f"<Discharge at {point}: {_words(self.outcome)}, no curve>"
        return (
            f"<Discharge at {point}: {_words(self.outcome)}, "
            f"{self.discharge_capacity:.4g} A h m⁻², {self.voltage[0]:.4g} to "
            f"{self.voltage[-1]:.4g} V, {self.time.size} points>"
        )

    def _repr_html_(self) -> str:
        rows = []
        for name in _SHOWN:
            found = quantity(name)
            label = escape(found.label)
            rows.append(f"<tr><td>{label}</td><td>{getattr(self, name):.5g}</td></tr>")
        title = f"alpha {self.alpha:g}, S {self.S:g}, {self.current:g} A m⁻²"
        return (
            f"<b>{title}</b><br>{escape(self.outcome.message)}<br>"
            f"{curves_svg([(self.capacity, self.voltage)])}<table>{''.join(rows)}</table>"
        )

    @property
    def discharge_capacity(self) -> float:
        """Delivered capacity [A h m⁻²]; NaN where there is no curve."""
        return float(self.capacity[-1]) if self.capacity.size else float("nan")

    def to_dataset(self) -> xr.Dataset:
        """Return the curve along ``time`` with CF attributes, its scalars beside it.

        Returns
        -------
        xarray.Dataset
            Units and long names in the attributes.
        """
        from microbatt.engines.labelled import curve_dataset

        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return curve_dataset(values | {"discharge_capacity": self.discharge_capacity})

    def plot(self, axes: Any = None) -> Any:  # noqa: ANN401 - matplotlib's
        """Draw the voltage against the delivered capacity.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            Where to draw; a new figure without.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.
        """
        return self.to_dataset().microbatt.plot.discharge(axes=axes)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DischargeBatch:
    """Many discharges: scalars of shape (n,), curves laid end to end in flat arrays.

    Curve ``i`` occupies ``slice(offsets[i], offsets[i + 1])`` of ``time``, ``voltage`` and
    ``temperature``; it is empty where there is no curve.  ``batch[i]`` gives it as a
    `Discharge`.

    Attributes
    ----------
    alpha, S, current : ndarray
        The points [-], [-] and the currents [A m⁻²].
    outcome : ndarray
        Codes of `Outcome`.
    offsets : ndarray, shape (n + 1,)
        Where each curve begins in the flat arrays.
    time, voltage, temperature : ndarray
        The curves, end to end: [s], [V], [K].
    open_circuit_voltage, initial_voltage : ndarray
        At rest, and as soon as the current flows [V].
    end_temperature : ndarray
        Temperature at the end [K].
    min_salt_concentration : ndarray
        Smallest salt concentration met [mol m⁻³].
    negative_surface_stoichiometry, positive_surface_stoichiometry : ndarray
        Extreme surface stoichiometries at the end [-].
    steps, newton_iterations, rejected_steps : ndarray
        Work done.
    energy, power : ndarray
        Per mass of the cell sandwich [W h kg⁻¹], [W kg⁻¹].
    sensitivities : tuple of Sensitivities, optional
        Of each curve; None unless they were asked for.
    """

    alpha: NDArray[np.float64]
    S: NDArray[np.float64]
    current: NDArray[np.float64]
    outcome: NDArray[np.int8]
    offsets: NDArray[np.int64]
    time: NDArray[np.float64]
    voltage: NDArray[np.float64]
    temperature: NDArray[np.float64]
    open_circuit_voltage: NDArray[np.float64]
    initial_voltage: NDArray[np.float64]
    end_temperature: NDArray[np.float64]
    min_salt_concentration: NDArray[np.float64]
    negative_surface_stoichiometry: NDArray[np.float64]
    positive_surface_stoichiometry: NDArray[np.float64]
    steps: NDArray[np.int32]
    newton_iterations: NDArray[np.int32]
    rejected_steps: NDArray[np.int32]
    energy: NDArray[np.float64]
    power: NDArray[np.float64]
    sensitivities: tuple[Sensitivities, ...] | None = None

    def __repr__(self) -> str:
        counts = Counter(Outcome(code) for code in self.outcome.tolist())
        endings = ", ".join(f"{count} {_words(one)}" for one, count in counts.most_common())
        return f"<DischargeBatch of {len(self)} discharges: {endings or 'none'}>"

    def _repr_html_(self) -> str:
        shown = [self[i] for i in range(min(len(self), _CURVES))]
        words = escape(repr(self)[1:-1])
        more = f"; the first {_CURVES} are drawn" if len(self) > _CURVES else ""
        picture = curves_svg([(one.capacity, one.voltage) for one in shown])
        return f"<b>{words}</b>{more}<br>{picture}"

    def __len__(self) -> int:
        return int(self.outcome.size)

    def __getitem__(self, index: int) -> Discharge:
        if not -len(self) <= index < len(self):
            raise IndexError(f"curve {index} of a batch of {len(self)}")
        i = index % len(self)
        curve = slice(int(self.offsets[i]), int(self.offsets[i + 1]))
        time = self.time[curve]
        return Discharge(
            alpha=float(self.alpha[i]),
            S=float(self.S[i]),
            current=float(self.current[i]),
            time=time,
            voltage=self.voltage[curve],
            capacity=self.current[i] * time / SECONDS_PER_HOUR,
            temperature=self.temperature[curve],
            outcome=Outcome(int(self.outcome[i])),
            open_circuit_voltage=float(self.open_circuit_voltage[i]),
            initial_voltage=float(self.initial_voltage[i]),
            end_temperature=float(self.end_temperature[i]),
            min_salt_concentration=float(self.min_salt_concentration[i]),
            negative_surface_stoichiometry=float(self.negative_surface_stoichiometry[i]),
            positive_surface_stoichiometry=float(self.positive_surface_stoichiometry[i]),
            steps=int(self.steps[i]),
            newton_iterations=int(self.newton_iterations[i]),
            rejected_steps=int(self.rejected_steps[i]),
            energy=float(self.energy[i]),
            power=float(self.power[i]),
            sensitivities=None if self.sensitivities is None else self.sensitivities[i],
        )

    def __iter__(self) -> Iterator[Discharge]:
        return (self[i] for i in range(len(self)))

    def to_dataset(self) -> xr.Dataset:
        """Return the curves along ``point`` and ``step``, padded with NaN, with CF attributes.

        Returns
        -------
        xarray.Dataset
            Units and long names in the attributes.
        """
        from microbatt.engines.labelled import batch_dataset

        return batch_dataset({field.name: getattr(self, field.name) for field in fields(self)})


def _words(outcome: Outcome) -> str:
    return outcome.name.lower().replace("_", " ")


def join_batches(batches: Sequence[DischargeBatch]) -> DischargeBatch:
    """Join batches end to end, in order.

    Parameters
    ----------
    batches : sequence of DischargeBatch
        At least one.

    Returns
    -------
    DischargeBatch
        All their discharges.
    """
    joined = {
        field.name: np.concatenate([getattr(batch, field.name) for batch in batches])
        for field in fields(DischargeBatch)
        if field.name not in _OWN_WAY
    }
    lengths = np.concatenate([np.diff(batch.offsets) for batch in batches])
    told = [batch.sensitivities for batch in batches]
    return DischargeBatch(
        **joined,
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        sensitivities=None if None in told else tuple(one for some in told for one in some or ()),
    )


def reordered(batch: DischargeBatch, order: NDArray[np.intp]) -> DischargeBatch:
    """Return the discharges of a batch in another order, `order` giving the place of each."""
    lengths = np.diff(batch.offsets)[order]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    places = np.repeat(batch.offsets[order] - offsets[:-1], lengths) + np.arange(offsets[-1])
    curves = ("time", "voltage", "temperature")
    columns = {
        field.name: getattr(batch, field.name)[places if field.name in curves else order]
        for field in fields(DischargeBatch)
        if field.name not in _OWN_WAY
    }
    told = batch.sensitivities
    return DischargeBatch(
        **columns,
        offsets=offsets,
        sensitivities=None if told is None else tuple(told[i] for i in order.tolist()),
    )


def as_batch(discharges: Sequence[Discharge]) -> DischargeBatch:
    """Lay discharges end to end.

    Parameters
    ----------
    discharges : sequence of Discharge
        Made one by one.

    Returns
    -------
    DischargeBatch
        All of them, in order.
    """
    return join_batches([_batch_of_one(one) for one in discharges])


def _batch_of_one(discharge: Discharge) -> DischargeBatch:
    def one(name: str, dtype: Any = float) -> NDArray[Any]:  # noqa: ANN401 - a NumPy type
        return np.array([getattr(discharge, name)], dtype=dtype)

    return DischargeBatch(
        alpha=one("alpha"),
        S=one("S"),
        current=one("current"),
        outcome=one("outcome", np.int8),
        offsets=np.array([0, discharge.time.size], dtype=np.int64),
        time=discharge.time,
        voltage=discharge.voltage,
        temperature=discharge.temperature,
        open_circuit_voltage=one("open_circuit_voltage"),
        initial_voltage=one("initial_voltage"),
        end_temperature=one("end_temperature"),
        min_salt_concentration=one("min_salt_concentration"),
        negative_surface_stoichiometry=one("negative_surface_stoichiometry"),
        positive_surface_stoichiometry=one("positive_surface_stoichiometry"),
        steps=one("steps", np.int32),
        newton_iterations=one("newton_iterations", np.int32),
        rejected_steps=one("rejected_steps", np.int32),
        energy=one("energy"),
        power=one("power"),
        sensitivities=None if discharge.sensitivities is None else (discharge.sensitivities,),
    )
