"""What the command line knows of the terminal."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.console import Console

from microbatt.quantities import quantity

if TYPE_CHECKING:
    from rich.progress import Progress

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Braille bits of a character's 4 rows × 2 columns of dots."""
_BLANK = 0x2800
_NOTHING = 1e-9
_PLAIN = (1e3, 1e8)
"""From where to where a number is written without decimals and without an exponent."""


def console() -> Console:
    """Return a console for results; colours and width follow the terminal."""
    return Console(highlight=False)


@contextmanager
def stages_shown(of: str) -> Iterator[None]:
    """Show on the standard error at which stage long work is, and how long it takes.

    On a terminal a line says so all the time; elsewhere one is written now and then, and none about
    work of seconds.  Warnings are told in any case.

    Parameters
    ----------
    of
        Name of the logger that the work tells of its stages; what loggers below those tell is a
        detail of a stage.
    """
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    out = Console(stderr=True, highlight=False)
    progress = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=out, transient=True, refresh_per_second=4, disable=not out.is_terminal,
    )  # fmt: skip
    log, handler = logging.getLogger(of), _Stages(progress, Waiting())
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        with progress:
            yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Stages(logging.Handler):
    """Writes what a logger tells beside the spinner, and warnings above it."""

    def __init__(self, progress: "Progress", waiting: "Waiting") -> None:
        super().__init__()
        self._progress, self._waiting = progress, waiting
        self._task = progress.add_task("")
        self._stage = self._teller = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Show one message."""
        if record.levelno >= logging.WARNING:
            self._progress.console.print(record.getMessage(), markup=False, soft_wrap=True)
            return
        told = record.getMessage()
        if not self._teller or record.name == self._teller:  # who begins tells of the stages
            self._stage, self._teller = told, record.name
        else:
            told = f"{self._stage}, {told}"
        self._progress.update(self._task, description=told)
        seconds = self._waiting.seconds_to_tell()
        if self._progress.disable and seconds:
            self._progress.console.print(f"{told}, {seconds:.0f} s", markup=False, soft_wrap=True)


class Waiting:
    """How long somebody has waited, told every now and then.

    Parameters
    ----------
    every
        Seconds between two words.
    clock
        Tells the time [s].
    """

    def __init__(self, every: float = 10.0, clock: Callable[[], float] = time.perf_counter) -> None:
        self._every, self._clock = every, clock
        self._begun = self._told = clock()

    def seconds_to_tell(self) -> float:
        """Return the seconds since the beginning if it is time for a word, else 0."""
        now = self._clock()
        if now - self._told < self._every:
            return 0.0
        self._told = now
        return now - self._begun


def heading(name: str) -> str:
    """Return a column heading of three lines: two for the quantity, one for its unit."""
    found = quantity(name)
    words = found.name.replace("c_rate", "C-rate").split("_")
    return "\n".join([*["", *words][-2:], f"[dim]{found.pretty_units}[/dim]"])


def shown(value: float) -> str:
    """Return a number for a table: a dash where there is none, no exponents for seconds.

    Less than 10⁻⁹ is what rounding leaves of nothing.
    """
    if math.isnan(value):
        return "–"
    if abs(value) < _NOTHING:
        return "0"
    return f"{value:.0f}" if _PLAIN[0] <= abs(value) < _PLAIN[1] else f"{value:.4g}"


def chart(curves: Sequence[tuple[Sequence[float], Sequence[float]]], *, width: int = 60) -> str:
    """Draw curves as lines of braille dots, labelled with the extremes of both axes.

    Parameters
    ----------
    curves
        Pairs of x and y, each with at least one point.
    width
        Characters across.

    Returns
    -------
    str
        Lines of text.
    """
    height = 10
    left, right = _range([x for xs, _ in curves for x in xs])
    bottom, top = _range([y for _, ys in curves for y in ys])
    cells = [[0] * width for _ in range(height)]
    for xs, ys in curves:
        dots = [
            (
                round((x - left) / (right - left) * (2 * width - 1)),
                round((top - y) / (top - bottom) * (4 * height - 1)),
            )
            for x, y in zip(xs, ys, strict=True)
        ]
        for column, row in _joined(dots):
            cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    lines = ["".join(chr(_BLANK + bits) for bits in line) for line in cells]
    labels = [f"{top:.4g}", *[""] * (height - 2), f"{bottom:.4g}"]
    margin = max(map(len, labels))
    ticks = ["┤", *["│"] * (height - 2), "┤"]
    rows = [
        f"{label:>{margin}} {tick}{line}"
        for label, tick, line in zip(labels, ticks, lines, strict=True)
    ]
    ends = f"{left:<{width // 2}.4g}{right:>{width - width // 2}.4g}"
    return "\n".join([*rows, f"{'':{margin}} └{'─' * width}", f"{'':{margin}}  {ends}"])


def _joined(dots: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the dots and those on the straight lines between them."""
    yield dots[0]
    for (x0, y0), (x1, y1) in pairwise(dots):
        steps = max(abs(x1 - x0), abs(y1 - y0))
        for k in range(1, steps + 1):
            yield x0 + round(k * (x1 - x0) / steps), y0 + round(k * (y1 - y0) / steps)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, low + 0.5)
