"""Binary files of testers, each read by a package that knows its format: Neware, BioLogic, Arbin.

The columns get the names and the units that the tester's own program writes into text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.errors import MeasurementError
from microbatt.measured.bounds import MOST_ARBIN_BYTES, check_bytes, check_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_SINGLE: Final = 6
"""Decimal places of numbers of single precision that mean anything."""
_NEWARE: Final = {"Time": "Step Time [s]", "Voltage": "Voltage [V]", "Status": "Step Type"}
"""What the columns of Neware's binary files are, which their reader names without units."""
_ARBIN: Final = {
    "Test_Time": "Test_Time(s)",
    "Step_Time": "Step_Time(s)",
    "Step_Index": "Step_Index",
    "Cycle_Index": "Cycle_Index",
    "Current": "Current(A)",
    "Voltage": "Voltage(V)",
    "Charge_Capacity": "Charge_Capacity(Ah)",
    "Discharge_Capacity": "Discharge_Capacity(Ah)",
}
"""Columns of Arbin's database that are of use → as Arbin's program exports them."""
_ARBIN_ROWS: Final = "Channel_Normal_Table"
"""Table of that database."""
_CURRENTS: Final = ("I/mA", "<I>/mA")
_CHARGES: Final = ("dq/mA.h", "dQ/mA.h")
_NO_MODE: Final = "flags"


def read_neware(path: Path) -> tuple[pd.DataFrame, str]:
    """Read Neware's own files, ``.nda`` and ``.ndax``, by the package NewareNDA.

    Parameters
    ----------
    path : pathlib.Path
        Of the file.

    Returns
    -------
    frame : pandas.DataFrame
        Its rows.
    format : str
        In words.

    Raises
    ------
    MeasurementError
        If it is none of Neware's, or has too many rows.
    MissingExtraError
        If the package is not installed.
    """
    check_extra("NewareNDA", extra="files")
    import NewareNDA

    try:
        frame = NewareNDA.read(str(path), log_level="CRITICAL")
    except Exception as error:  # it checks nothing, so anything may come
        raise _unreadable(path, "a file of Neware's BTS or BTSDA", error) from error
    check_size(path.name, *frame.shape)
    short = {name: _SINGLE for name, one in frame.dtypes.items() if one == np.float32}
    named = frame.astype(dict.fromkeys(short, float)).round(short).rename(columns=_NEWARE)
    return named, "Neware's binary format"


def read_biologic(path: Path) -> tuple[pd.DataFrame, str]:
    """Read BioLogic's own files, ``.mpr``, by the package galvani.

    Where EC-Lab computes a column from others, so is it here: the current from the charge between
    two rows, and the voltage of a cell with a reference electrode.

    Parameters
    ----------
    path : pathlib.Path
        Of the file.

    Returns
    -------
    frame : pandas.DataFrame
        Its rows, under the headings of EC-Lab's text files.
    format : str
        In words.

    Raises
    ------
    MeasurementError
        If it is none of BioLogic's, has columns that the package does not know, or too many rows.
    MissingExtraError
        If the package is not installed.
    """
    check_extra("galvani", extra="biologic")
    from galvani import BioLogic

    try:
        with path.open("rb") as file:
            data = BioLogic.MPRfile(file).data
    except Exception as error:  # it asserts what it expects
        raise _unreadable(path, "a file of BioLogic's EC-Lab", error) from error
    check_size(path.name, data.shape[0], len(data.dtype.names))
    return _biologic_columns(data), "BioLogic's binary format"


def _biologic_columns(data: NDArray[np.void]) -> pd.DataFrame:
    """Return the columns of a file of EC-Lab, with those that it computes for people."""
    import pandas as pd

    names = [name for name in data.dtype.names or () if name != _NO_MODE]
    frame = pd.DataFrame({name: _tidy(data[name]) for name in names})
    charge = next((name for name in _CHARGES if name in frame), None)
    if charge is not None and "time/s" in frame and not any(name in frame for name in _CURRENTS):
        frame["<I>/mA"] = _mean_current(frame["time/s"].to_numpy(), frame[charge].to_numpy())
    if {"Ewe/V", "Ece/V"} <= set(frame):
        frame["Ewe-Ece/V"] = frame["Ewe/V"] - frame["Ece/V"]
    return frame


def _mean_current(time: Array, charge: Array) -> Array:
    """Return the current from the charge since the row before, shape (n,) [mA].

    The first row, and one that repeats a time, as the first of a step does, has that of the next.
    """
    passed = np.diff(time)
    current = np.full(time.size, np.nan)
    current[1:] = np.divide(
        charge[1:] * SECONDS_PER_HOUR, passed, out=np.full(passed.size, np.nan), where=passed > 0.0
    )
    known = np.flatnonzero(np.isfinite(current))
    if not known.size:
        return np.zeros(time.size)
    following = np.searchsorted(known, np.arange(time.size))
    return np.asarray(current[known[np.minimum(following, known.size - 1)]])


def read_arbin(path: Path) -> tuple[pd.DataFrame, str]:
    """Read Arbin's own files, ``.res``, which are databases of Access, by access-parser.

    Parameters
    ----------
    path : pathlib.Path
        Of the file.

    Returns
    -------
    frame : pandas.DataFrame
        Its rows in the order in which they were recorded, under the headings of Arbin's exports.
    format : str
        In words.

    Raises
    ------
    MeasurementError
        If it is none of Arbin's, or too large to be read in reasonable time.
    MissingExtraError
        If the package is not installed.
    """
    check_extra("access_parser", extra="files")
    check_bytes(path.name, path.stat().st_size, MOST_ARBIN_BYTES)
    import pandas as pd
    from access_parser import AccessParser

    try:
        database = AccessParser(str(path))
        table = pd.DataFrame(dict(database.parse_table(_ARBIN_ROWS)))
        ordered = table.sort_values(["Test_ID", "Data_Point"], ignore_index=True)
        frame = ordered[[name for name in _ARBIN if name in ordered]].rename(columns=_ARBIN)
        tests = ordered["Test_ID"]
        if tests.iloc[0] != tests.iloc[-1]:
            frame["Cell ID"] = tests.astype(str)
    except Exception as error:  # it checks nothing, so anything may come
        raise _unreadable(path, "a file of Arbin's MITS Pro", error) from error
    check_size(path.name, *frame.shape)
    return frame, "Arbin's binary format"


READERS: Final[dict[str, Callable[[Path], tuple[pd.DataFrame, str]]]] = {
    ".nda": read_neware,
    ".ndax": read_neware,
    ".mpr": read_biologic,
    ".res": read_arbin,
}
"""Ending of a file's name → its reader."""


def _tidy(values: NDArray[np.generic]) -> Array:
    """Return numbers of single precision with the digits that mean anything."""
    if values.dtype != np.float32:
        return np.asarray(values, dtype=float)
    wide = values.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = 10.0 ** (_SINGLE - np.floor(np.log10(np.abs(wide))))
    good = np.isfinite(place)
    wide[good] = np.round(wide[good] * place[good]) / place[good]
    return wide


def _unreadable(path: Path, kind: str, error: Exception) -> MeasurementError:
    return MeasurementError(
        f"{path.name}: it cannot be read as {kind} ({type(error).__name__}: {error}). Export it as "
        "text from there."
    )
