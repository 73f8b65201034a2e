"""PyBaMM as an engine."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.checks import check_extra
from microbatt.engines import Isothermal, as_batch
from microbatt.engines.contract import Engine
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.engines import DischargeBatch
    from microbatt.engines.contract import EngineSettings, Request

_NUMERICS: Final = (
    "curve.py", "discharge.py", "fits.py", "parameters.py", "../resample.py", "../../constants.py",
)  # fmt: skip
"""Which modules beside PyBaMM determine a number."""

_STANDARD_EXPONENT: Final = 0.5
"""Of the salt concentration in an exchange-current density."""


def _simulate(request: Request, points: NDArray[np.float64]) -> DischargeBatch:
    _refuse(request, points)
    rows = [(float(alpha), float(S), float(current)) for alpha, S, current in points]
    if request.time_limit is not None:
        from microbatt.engines.pybamm.limited import discharge_limited

        return as_batch(discharge_limited(request, rows, request.time_limit))
    from microbatt.engines.pybamm.discharge import discharge

    return as_batch([discharge(request, row) for row in rows])


def _refuse(request: Request, points: NDArray[np.float64]) -> None:
    """Refuse what these equations cannot say; alpha, S and current are free."""
    del points
    check_extra("pybamm", extra="pybamm")
    cell = request.cell
    if cell.metal is not None:
        raise ParameterError(
            "the cell is a half-cell, and two porous electrodes are described to PyBaMM here. Take "
            "the native engine."
        )
    if cell.electrolyte.fit.transference_function is not None:
        raise ParameterError(
            "the transference number depends on the salt, and PyBaMM is given a number. Take the "
            "native engine."
        )
    for part in ("negative", "positive"):
        e = getattr(cell, part)
        if e.exchange_current_shape is not None or e.salt_exponent != _STANDARD_EXPONENT:
            raise ParameterError(
                f"the exchange-current density of the {part} electrode is not F k c_max "
                "√(c_e θ (1 − θ)), the form that PyBaMM is given. Take the native engine."
            )
    if request.cell.positive.film_resistance > 0.0:
        raise ParameterError(
            f"the positive electrode has a film of {request.cell.positive.film_resistance:g} Ω m², "
            "and PyBaMM's film parameters are those of the negative one. Take the native engine, "
            "or count the drop as a `contact_resistance`."
        )


def _version(settings: EngineSettings) -> str:
    del settings  # the same for all of them
    check_extra("pybamm", extra="pybamm")
    return f"pybamm {version('pybamm')}, adapter {_adapter_digest()}"


@cache
def _adapter_digest() -> str:
    content = b"\0".join((Path(__file__).parent / name).read_bytes() for name in _NUMERICS)
    return hashlib.sha256(content).hexdigest()[:12]


ENGINE: Final = Engine(
    name="pybamm",
    simulate=_simulate,
    version=_version,
    curves_per_task=100,
    settings=PybammSettings,
    thermal=(Isothermal,),
    refuse=_refuse,
)
"""A curve takes some tens of milliseconds."""
