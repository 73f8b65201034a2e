"""What is known of one point: its curves, and what a network says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.explorer.variables import flags_of, is_whole
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.explorer.source import CubeSource

_SCALARS: Final = ("discharge_capacity", "energy", "power")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One discharge of a point.

    Attributes
    ----------
    current, c_rate
        [A m⁻²], [h⁻¹]; the latter NaN where the cube has none.
    capacity, voltage
        [A h m⁻²], [V], shape (n,); empty where there is no curve.
    outcome
        How it ended.
    scalars
        Capacity, energy and power; NaN where the curve is not whole.
    kept
        Capacity over that at the lowest current; NaN where one of the two is not whole.
    """

    current: float
    c_rate: float
    capacity: NDArray[np.float64]
    voltage: NDArray[np.float64]
    outcome: Outcome
    scalars: dict[str, float]
    kept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a network says of a point from its curves.

    Attributes
    ----------
    alpha, S
        Predicted; NaN where it says nothing.
    alpha_std, S_std, correlation
        Of its distribution; NaN where it gives none.
    status
        Words on whether, and if not why not.
    nearest
        Number of the point in the cube that is nearest to the predicted one; its curves are
        what the prediction is to be judged by. None without a prediction.
    """

    alpha: float
    S: float
    alpha_std: float
    S_std: float
    correlation: float
    status: str
    nearest: int | None

    @property
    def place(self) -> tuple[float, float] | None:
        """Predicted alpha and S, if there are any."""
        return None if self.nearest is None else (self.alpha, self.S)


def point_curves(source: CubeSource, number: int) -> list[Curve]:
    """Return the curves of a point, one for each current of the cube, in their order."""
    voltage = source.voltage(number)
    end = source.values("discharge_capacity")[number]
    status = source.status[number]
    whole = is_whole(status)
    depth = source.dataset["depth"].to_numpy()
    rates = source.dataset["c_rate"].to_numpy() if "c_rate" in source.dataset.coords else None
    curves = []
    for k, current in enumerate(source.currents):
        there = np.isfinite(voltage[k]).all() and np.isfinite(end[k])
        curves.append(
            Curve(
                current=float(current),
                c_rate=float("nan") if rates is None else float(rates[k]),
                capacity=depth * end[k] if there else depth[:0],
                voltage=voltage[k] if there else depth[:0],
                outcome=Outcome(int(status[k])),
                scalars={
                    name: float(source.values(name)[number, k]) if whole[k] else float("nan")
                    for name in _SCALARS
                    if name in source.dataset
                },
                kept=float(end[k] / end[0]) if whole[k] and whole[0] else float("nan"),
            )
        )
    return curves


def has_predictions(source: CubeSource) -> bool:
    """Whether a network has predicted the points of a cube."""
    return {"alpha_predicted", "S_predicted"} <= set(source.dataset)


def point_prediction(source: CubeSource, number: int) -> Prediction | None:
    """Return the prediction of a point; None where the cube has no predictions at all."""
    if not has_predictions(source):
        return None
    alpha, S = (_value(source, f"{name}_predicted", number) for name in ("alpha", "S"))
    exists = bool(np.isfinite(alpha) and np.isfinite(S))
    return Prediction(
        alpha=alpha,
        S=S,
        alpha_std=_value(source, "alpha_predicted_std", number),
        S_std=_value(source, "S_predicted_std", number),
        correlation=_value(source, "predicted_correlation", number),
        status=_prediction_status(source, number, exists=exists),
        nearest=source.plane.nearest(alpha, S) if exists else None,
    )


def spread_outline(
    prediction: Prediction, count: int = 60
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ellipse of one standard deviation around a prediction.

    Returns
    -------
    tuple of numpy.ndarray
        alpha and S, each of shape (count,); empty where the network gives no distribution.
    """
    if not (np.isfinite(prediction.alpha_std) and np.isfinite(prediction.S_std)):
        return np.empty(0), np.empty(0)
    r = prediction.correlation if np.isfinite(prediction.correlation) else 0.0
    angle = np.linspace(0, 2 * np.pi, count)
    alpha = prediction.alpha + prediction.alpha_std * np.cos(angle)
    across = r * np.cos(angle) + np.sqrt(max(0.0, 1 - r**2)) * np.sin(angle)
    return alpha, prediction.S + prediction.S_std * across


def _value(source: CubeSource, name: str, number: int) -> float:
    return float(source.values(name)[number]) if name in source.dataset else float("nan")


def _prediction_status(source: CubeSource, number: int, *, exists: bool) -> str:
    if "prediction_status" not in source.dataset:
        return "predicted" if exists else "not predicted"
    code = int(source.values("prediction_status")[number])
    return flags_of(source.dataset["prediction_status"]).get(code, f"code {code}")
