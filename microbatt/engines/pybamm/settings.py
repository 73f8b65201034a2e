"""How finely PyBaMM is to solve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from microbatt.checks import Interval, check_choice, check_integer, check_number
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

_TOLERANCE = Interval(1e-12, 1e-1)
_LAYERS = ("negative", "separator", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class PybammSettings:
    """Mesh and tolerances.

    The mesh is PyBaMM's default; the tolerances are a tenth of it, at which a third as many
    discharges fail to converge and a curve takes no longer.

    Attributes
    ----------
    volumes : tuple of int
        Even finite volumes across negative, separator and positive.
    particle_volumes : int
        Even finite volumes along the radius of a particle.
    rtol, atol : float
        Relative and absolute tolerance of IDAKLU.
    """

    volumes: tuple[int, int, int] = (20, 20, 20)
    particle_volumes: int = 20
    rtol: float = 1e-5
    atol: float = 1e-7

    def __post_init__(self) -> None:
        if not isinstance(self.volumes, tuple) or len(self.volumes) != len(_LAYERS):
            raise ParameterError(
                f"`volumes` is {self.volumes!r}; give three numbers: {', '.join(_LAYERS)}."
            )
        for name, count in zip(_LAYERS, self.volumes, strict=True):
            check_integer(f"volumes, {name}", count, low=3)
        check_integer("particle_volumes", self.particle_volumes, low=3)
        check_number("rtol", self.rtol, _TOLERANCE)
        check_number("atol", self.atol, _TOLERANCE)

    @classmethod
    def refined(cls) -> PybammSettings:
        """Return settings ten times slower than the default, on even meshes still."""
        return cls(volumes=(60, 30, 60), particle_volumes=40, rtol=1e-6, atol=1e-8)

    def to_dict(self) -> dict[str, Any]:
        """Describe the settings in JSON's terms."""
        return asdict(self) | {"volumes": list(self.volumes)}

    @classmethod
    def from_dict(cls, described: Mapping[str, Any], /) -> PybammSettings:
        """Read what `to_dict` wrote; what is left out keeps its default.

        Raises
        ------
        ParameterError
            If a key is unknown, or a value out of range.
        """
        for name in described:
            check_choice("settings", name, cls.__slots__)
        values = dict(described)
        if isinstance(values.get("volumes"), list):
            values["volumes"] = tuple(values["volumes"])
        return cls(**values)
