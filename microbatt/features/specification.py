"""Which features a network takes: small records, or their names for the usual settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from microbatt.checks import check_choice, check_integer
from microbatt.errors import ParameterError
from microbatt.features.curves import checked_currents, current_place
from microbatt.features.energies import energy_vectors
from microbatt.features.images import curve_images
from microbatt.features.points import CURRENT
from microbatt.features.tensors import SAMPLES, curve_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.features.curves import StoredCurves


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Curve tensors: ``voltage``, ``capacity``, ``current`` and ``mask``.

    Parameters
    ----------
    samples : int, default 100
        Voltages per curve.
    currents : tuple of float, optional
        Which currents, and in which order [A m⁻²]; None takes the cube's.

    Examples
    --------
    >>> Curves(samples=64, currents=(17.5, 35.0)).samples
    64
    """

    name: ClassVar[str] = "curves"
    samples: int = SAMPLES
    currents: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        check_integer("samples", self.samples, low=2)
        _check_currents(self.currents)

    def arrays(self, curves: StoredCurves) -> dict[str, NDArray[Any]]:
        """Return the feature's arrays by name, the first axis along the points.

        Parameters
        ----------
        curves : StoredCurves
            Curves of n points.

        Returns
        -------
        dict of str to numpy.ndarray
            As `CurveTensors.arrays` gives them.
        """
        chosen = curves.at_currents(self.currents)
        return curve_tensors(chosen, samples=self.samples).arrays()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The curve image of a point: ``image``, 8 bits a colour, 0 to 255.

    Parameters
    ----------
    currents : tuple of float, optional
        Those that have a colour, in their order [A m⁻²]; None takes the cube's.
    """

    name: ClassVar[str] = "image"
    currents: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_currents(self.currents)

    def arrays(self, curves: StoredCurves) -> dict[str, NDArray[Any]]:
        """Return the feature's array by name, shape (n, 48, 64, 3).

        Parameters
        ----------
        curves : StoredCurves
            Curves of n points.

        Returns
        -------
        dict of str to numpy.ndarray of uint8
            ``image``, shape (n, 48, 64, 3).
        """
        return {self.name: curve_images(curves.at_currents(self.currents))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Energy and power of every curve of a point: ``energies``.

    Parameters
    ----------
    published : bool, default False
        Whether the contact resistance is subtracted a second time, as the published work did.
    currents : tuple of float, optional
        Which currents, and in which order [A m⁻²]; None takes the cube's.
    """

    name: ClassVar[str] = "energies"
    published: bool = False
    currents: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_currents(self.currents)

    def arrays(self, curves: StoredCurves) -> dict[str, NDArray[Any]]:
        """Return the feature's array by name, shape (n, 2 c).

        Parameters
        ----------
        curves : StoredCurves
            Curves of n points.

        Returns
        -------
        dict of str to numpy.ndarray of float32
            ``energies``, shape (n, 2 c).
        """
        chosen = curves.at_currents(self.currents)
        return {self.name: energy_vectors(chosen, published=self.published)}


Feature: TypeAlias = Curves | Image | Energies

FEATURES: Final[dict[str, type[Feature]]] = {k.name: k for k in (Curves, Image, Energies)}
"""Every kind of feature by name."""


def wanted_features(features: str | Feature | Sequence[str | Feature]) -> tuple[Feature, ...]:
    """Return the features asked for as records.

    Parameters
    ----------
    features : str, Curves, Image or Energies or sequence of str or Curves, Image or Energies
        A name, a record, or several.

    Returns
    -------
    tuple of Feature
        In the order given.

    Raises
    ------
    ParameterError
        If a name is not known (the nearest are offered), none is given, or one is given twice.

    Examples
    --------
    >>> wanted_features(["image", Energies(published=True)])
    (Image(currents=None), Energies(published=True, currents=None))
    """
    given = [features] if isinstance(features, str | Feature) else list(features)
    records = tuple(_feature(feature) for feature in given)
    names = [feature.name for feature in records]
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            f"`features` asks for {names or 'nothing'}; name at least one of {sorted(FEATURES)}, "
            "and each once."
        )
    return records


def with_currents_of(cube: xr.Dataset, features: Sequence[Feature]) -> xr.Dataset:
    """Return an arranged cube without the currents that no feature takes.

    Parameters
    ----------
    cube : xarray.Dataset
        From `arranged`.
    features : sequence of Feature
        What is to be made of it.

    Returns
    -------
    xarray.Dataset
        The same cube where every current is taken.

    Raises
    ------
    ParameterError
        If the cube has none of the currents.
    """
    own: NDArray[np.float64] = cube[CURRENT].to_numpy()
    wanted = {c for f in features for c in (own.tolist() if f.currents is None else f.currents)}
    places = sorted({p for c in wanted for p in [current_place(own, c)] if p is not None})
    if not places:
        raise ParameterError(
            f"`currents` are {sorted(wanted)}; the cube has none of them, but "
            f"{', '.join(f'{c:g}' for c in own)} A m⁻². Ask for some of those."
        )
    return cube if len(places) == own.size else cube.isel({CURRENT: places})


def _feature(given: object) -> Feature:
    if isinstance(given, Feature):
        return given
    return FEATURES[check_choice("features", given, FEATURES)]()


def _check_currents(currents: tuple[float, ...] | None) -> None:
    if currents is not None:
        checked_currents(currents)
