"""Importing PyBaMM, with its telemetry switched off."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from microbatt.checks import check_extra

if TYPE_CHECKING:
    from types import ModuleType

TELEMETRY_SWITCH: Final = "PYBAMM_DISABLE_TELEMETRY"
"""Environment variable that PyBaMM reads when it is imported."""


def load_pybamm() -> ModuleType:
    """Import PyBaMM so that it reports nothing to anybody.

    Returns
    -------
    module
        Of the name ``pybamm``.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    check_extra("pybamm", extra="pybamm")
    os.environ[TELEMETRY_SWITCH] = "true"
    import pybamm

    pybamm.telemetry.disable()  # it may have been imported before
    module: ModuleType = pybamm
    return module
