"""Physical constants, SI (CODATA 2018, exact or rounded to the last digit given there)."""

from typing import Final

FARADAY: Final = 96485.33212
"""Charge of a mole of electrons [C mol⁻¹]."""

GAS_CONSTANT: Final = 8.314462618
"""Molar gas constant [J mol⁻¹ K⁻¹]."""

ZERO_CELSIUS: Final = 273.15
"""The ice point [K]."""

REFERENCE_TEMPERATURE: Final = 298.15
"""Temperature at which every parameter and fit is given [K]."""

SECONDS_PER_HOUR: Final = 3600.0
"""[s h⁻¹]."""
