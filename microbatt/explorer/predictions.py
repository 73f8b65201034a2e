"""What a network says of a point, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from microbatt.explorer.variables import flags_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.explorer.source import CubeSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a network says of a point from its curves.

    Parameters
    ----------
    alpha, S : float
        Predicted; NaN where it says nothing.
    alpha_std, S_std, correlation : float
        Spread and correlation of its distribution; NaN where it gives none.
    status : str
        Captions on whether, and if not why not.
    nearest : int or None
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


def has_predictions(source: CubeSource) -> bool:
    """Whether a network has predicted the points, and the plane is that of alpha and S."""
    shown = source.plane.names == ("alpha", "S")
    return shown and {"alpha_predicted", "S_predicted"} <= set(source.dataset)


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
