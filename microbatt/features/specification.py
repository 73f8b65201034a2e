"""Which features a network takes: small records, or their names for the usual settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from microbatt.checks import check_choice, check_integer
from microbatt.errors import ParameterError
from microbatt.features.curves import checked_currents
from microbatt.features.energies import energy_vectors
from microbatt.features.images import curve_images
from microbatt.features.tensors import SAMPLES, curve_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.features.curves import StoredCurves


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Curve tensors: ``voltage``, ``capacity``, ``current`` and ``mask``.

    Attributes
    ----------
    samples
        Voltages per curve.
    currents
        Which, and in which order [A m⁻²]; None takes the cube's.

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
        """Return the feature's arrays by name, the first axis along the points."""
        found = curves.at_currents(self.currents)
        return curve_tensors(found, samples=self.samples).arrays()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The curve image of a point: ``image``, 8 bits a colour, 0 to 255.

    Attributes
    ----------
    currents
        Those that have a colour, in their order [A m⁻²]; None takes the cube's.
    """

    name: ClassVar[str] = "image"
    currents: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_currents(self.currents)

    def arrays(self, curves: StoredCurves) -> dict[str, NDArray[Any]]:
        """Return the feature's array by name, shape (n, 48, 64, 3)."""
        return {self.name: curve_images(curves.at_currents(self.currents))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Energies:
    """Energy and power of every curve of a point: ``energies``.

    Attributes
    ----------
    published
        Whether the contact resistance is subtracted a second time, as the published work did.
    currents
        Which, and in which order [A m⁻²]; None takes the cube's.
    """

    name: ClassVar[str] = "energies"
    published: bool = False
    currents: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        _check_currents(self.currents)

    def arrays(self, curves: StoredCurves) -> dict[str, NDArray[Any]]:
        """Return the feature's array by name, shape (n, 2 c)."""
        found = curves.at_currents(self.currents)
        return {self.name: energy_vectors(found, published=self.published)}


Feature: TypeAlias = Curves | Image | Energies

FEATURES: Final[dict[str, type[Feature]]] = {k.name: k for k in (Curves, Image, Energies)}
"""Every kind of feature by name."""


def wanted_features(features: str | Feature | Sequence[str | Feature]) -> tuple[Feature, ...]:
    """Return the features asked for as records.

    Parameters
    ----------
    features
        A name, a record, or several.

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
    found = tuple(_feature(feature) for feature in given)
    names = [feature.name for feature in found]
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            f"`features` asks for {names or 'nothing'}; name at least one of {sorted(FEATURES)}, "
            "and each once."
        )
    return found


def feature_arrays(curves: StoredCurves, features: Sequence[Feature]) -> dict[str, NDArray[Any]]:
    """Return the arrays of several features by name, the first axis along the points."""
    return {name: a for feature in features for name, a in feature.arrays(curves).items()}


def _feature(given: object) -> Feature:
    if isinstance(given, Feature):
        return given
    return FEATURES[check_choice("features", given, FEATURES)]()


def _check_currents(currents: tuple[float, ...] | None) -> None:
    if currents is not None:
        checked_currents(currents)
