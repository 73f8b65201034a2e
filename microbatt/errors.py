"""Every exception microbatt raises on purpose.

Each message says what came, what is allowed and what to do. A numerical failure of a
simulation is not an exception but an outcome code stored with the curve.
"""

from __future__ import annotations

import re
from html import escape

_NAME = re.compile(r"(`+)([^`\n]+)\1")
"""What stands between backticks: a name, as a message writes it."""


def as_html(message: str) -> str:
    """Return a message as HTML: what it has between backticks becomes code.

    Parameters
    ----------
    message : str
        Of an error, or another sentence for people.

    Returns
    -------
    str
        Ready to stand in an element; everything else is escaped.

    Examples
    --------
    >>> as_html("`S` is -1; it must be > 0.")
    '<code>S</code> is -1; it must be &gt; 0.'
    """
    return _NAME.sub(r"<code>\2</code>", escape(message))


class MicrobattError(Exception):
    """Root of the exceptions raised on purpose; catch it to catch them all."""


class ParameterError(MicrobattError, ValueError):
    """An argument has the wrong type, unit, range or name."""


class CellFileError(ParameterError):
    """A cell file cannot be read, or holds something a cell cannot have."""


class MeasurementError(ParameterError):
    """A measured curve, or the file that holds it, cannot be read as a discharge."""


class CurveError(MeasurementError):
    """One of several measured curves is not one of the cell's; the others may be.

    Attributes
    ----------
    source
        Which one: its name.
    """

    def __init__(self, message: str, source: str) -> None:
        super().__init__(message)
        self.source = source

    def __reduce__(self) -> tuple[type[CurveError], tuple[str, str]]:
        return type(self), (str(self), self.source)


class CampaignError(MicrobattError, ValueError):
    """A campaign is badly described, or does not fit the store it is to fill."""


class StoreError(MicrobattError, OSError):
    """A store is missing, damaged, unwritable, or not a microbatt cube."""


class StoreChangedError(StoreError):
    """Another cube has taken the place of the one that was opened, or it is gone."""


class OccupiedError(StoreError):
    """Something lies where a file or a store is about to be written, and is not to be lost."""


class SimulationError(MicrobattError, RuntimeError):
    """A discharge did not end physically, and the caller asked to be told by an exception."""


class MissingExtraError(MicrobattError, ImportError):
    """A feature needs an optional dependency that is not installed."""


class ShadowedError(MicrobattError, ImportError):
    """A file of the user's has the name of a package, and is imported in its place."""


class NotCalibratedError(MicrobattError, RuntimeError):
    """A network's intervals do not hold the truth as often as they say, so it was not saved."""
