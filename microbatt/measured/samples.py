"""All samples of a file, step after step: what fits of whole protocols and pictures need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from microbatt.constants import SECONDS_PER_HOUR, ZERO_CELSIUS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Samples:
    """What a tester recorded, rests and charges included.

    Attributes
    ----------
    rows : numpy.ndarray
        Row of each sample in the file, shape (n,).
    time : numpy.ndarray or None
        Since the first sample, going on where the file's own time begins again, shape (n,) [s];
        None where the file has no time.
    current : numpy.ndarray
        Positive while the cell discharges, shape (n,) [A m⁻²]; [A] where the electrode's area is
        not known.
    voltage : numpy.ndarray
        Of the cell, shape (n,) [V].
    capacity : numpy.ndarray or None
        The tester's counter as it stands in the file, shape (n,) [A h m⁻², or A h].
    temperature : numpy.ndarray or None
        Of the cell, NaN where a row has none, shape (n,) [K].
    step : numpy.ndarray
        To which of `FileReading.steps` it belongs, shape (n,).
    current_step : float, default 0
        To which the currents are rounded, in their unit.
    """

    rows: NDArray[np.int64]
    time: Array | None
    current: Array
    voltage: Array
    capacity: Array | None
    temperature: Array | None
    step: NDArray[np.int64]
    current_step: float = 0.0

    def __len__(self) -> int:
        return int(self.voltage.size)

    def __repr__(self) -> str:
        steps = int(self.step[-1]) + 1 if len(self) else 0
        lasts = (
            ""
            if self.time is None or not len(self)
            else f", {self.time[-1] / SECONDS_PER_HOUR:.4g} h"
        )
        warm = "" if self.temperature is None else ", with temperatures"
        return f"<Samples: {len(self)} in {steps} steps{lasts}{warm}>"

    def to_bdf(self, *, area: float) -> pd.DataFrame:
        """Return the samples as a table of the Battery Data Format.

        Parameters
        ----------
        area : float
            Of the electrode [m²]: the format holds currents in A; 1 where they are in A already.

        Returns
        -------
        pandas.DataFrame
            ``Test Time / s``, ``Voltage / V``, ``Current / A`` (negative while the cell
            discharges), ``Step Count / 1``, and ``Surface Temperature / degC`` where it is known;
            write it with ``to_csv("name.bdf.csv", index=False)`` or
            ``to_parquet("name.bdf.parquet")``.

        Raises
        ------
        MeasurementError
            If the file has no time, which the format needs.
        ParameterError
            If the area is not positive.
        """
        import pandas as pd

        from microbatt.checks import POSITIVE, check_number
        from microbatt.errors import MeasurementError

        check_number("area", area, POSITIVE, unit="m²")
        if self.time is None:
            raise MeasurementError(
                "these samples have no time, which the Battery Data Format needs. Export the time "
                "from the tester as well."
            )
        table = pd.DataFrame(
            {
                "Test Time / s": self.time,
                "Voltage / V": self.voltage,
                "Current / A": 0.0 - self.current * area,
                "Step Count / 1": self.step + 1,
            }
        )
        if self.temperature is not None:
            table["Surface Temperature / degC"] = self.temperature - ZERO_CELSIUS
        return table
