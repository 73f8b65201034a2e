"""dualfoil as an engine: one run of an executable for each curve, more where one fails."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import HeatOf, Inventory, Isothermal, as_batch
from microbatt.engines.contract import Engine
from microbatt.engines.dualfoil.arrhenius import in_dualfoils_terms
from microbatt.engines.dualfoil.attempts import (
    Attempt,
    RunHistory,
    Variation,
    keep_history,
    variations,
)
from microbatt.engines.dualfoil.curve import discharge_from_rows, outcome_of
from microbatt.engines.dualfoil.files.deck import Mode
from microbatt.engines.dualfoil.files.output import Output, parse_output
from microbatt.engines.dualfoil.files.template import fill_template
from microbatt.engines.dualfoil.materials import BUILT_IN_S, ELECTROLYTES, built_in_alpha
from microbatt.engines.dualfoil.reading import held_capacity
from microbatt.engines.dualfoil.run import Inputs, Run, run_once
from microbatt.engines.dualfoil.settings import DualfoilSettings, find_executable
from microbatt.engines.dualfoil.writing import (
    Numerics,
    deck_from_cell,
    galvanostatic,
)
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Discharge, DischargeBatch
    from microbatt.engines.contract import Request
    from microbatt.engines.dualfoil.files.deck import Deck

logger = logging.getLogger(__name__)

_STEPS: Final = 600
"""The largest step is this part of the longest that a discharge can take."""
_SAME: Final = 1e-9
"""Exponents and shape factors closer than this are the same."""
_NUMERICS: Final = (
    "arrhenius.py", "attempts.py", "curve.py", "engine.py", "files/activation.py", "files/deck.py",
    "files/fortran.py", "files/output.py", "files/template.py", "reading.py", "writing.py",
    "../resample.py", "../../constants.py",
)  # fmt: skip
"""Which modules beside the executable determine a number."""


def simulate_with_history(
    request: Request, alpha: float, S: float, current: float, *, executable: Path | None = None
) -> RunHistory:
    """Discharge a cell with dualfoil, and tell how the curve came about.

    Parameters
    ----------
    request : Request
        From ``ENGINE.request(cell=…, settings=…)``.
    alpha, S, current : float
        The point [-], [-], [A m⁻²].
    executable : Path or None
        The one that the settings name, if not given.

    Returns
    -------
    RunHistory
        The curve, and every attempt at it with dualfoil's own words.

    Raises
    ------
    ParameterError
        If no executable is found.
    """
    settings = _settings(request)
    program = executable or find_executable(settings)
    cell = request.cell.with_microstructure(alpha=alpha, S=S)
    inputs = _inputs(request, cell, current)
    deadline = time.monotonic() + (request.time_limit or settings.time_limit)
    start = _run(program, replace(inputs, deck=_at_time_zero(inputs.deck)), settings, deadline)
    if _begins_below(start, request.cutoff_voltage + _drop(request, current)):
        # A discharge would halve its first step for ever.
        first = Variation(words="", deck=inputs.deck)
        discharge = _discharge(request, cell, current, start, start.output)
        return _record([(first, start, discharge)], inputs, settings)
    attempts: list[tuple[Variation, Run, Discharge]] = []
    for variation in variations(inputs.deck, settings):
        run = _run(program, replace(inputs, deck=variation.deck), settings, deadline)
        discharge = _discharge(request, cell, current, run, start.output)
        attempts.append((variation, run, discharge))
        if not _worth_another(discharge.outcome) or time.monotonic() >= deadline:
            break
    return _record(attempts, inputs, settings)


def _simulate(request: Request, points: NDArray[np.float64]) -> DischargeBatch:
    _refuse(request, points)
    executable = find_executable(_settings(request))
    return as_batch(
        [
            simulate_with_history(request, *map(float, point), executable=executable).discharge
            for point in points
        ]
    )


def _version(settings: Any) -> str:  # noqa: ANN401 - the engine's own record
    executable = find_executable(settings)
    changed = executable.stat().st_mtime_ns
    return f"executable {_digest(executable, changed)}, adapter {_adapter_digest()}"


@lru_cache(maxsize=8)
def _digest(path: Path, changed: int) -> str:
    del changed
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=1)
def _adapter_digest() -> str:
    content = b"\0".join((Path(__file__).parent / name).read_bytes() for name in _NUMERICS)
    return hashlib.sha256(content).hexdigest()[:12]


def _settings(request: Request) -> DualfoilSettings:
    settings: Any = request.settings
    assert isinstance(settings, DualfoilSettings)  # noqa: S101 - `Engine.request` has checked it
    return settings


# --- what it cannot do -------------------------------------------------------------------------


def _refuse(request: Request, points: NDArray[np.float64]) -> None:
    """Refuse what the executable cannot be told, saying so."""
    settings, cell = _settings(request), request.cell
    find_executable(settings)
    _refuse_functions(cell)
    electrolyte = ELECTROLYTES.number_of(cell.electrolyte.fit)
    deck_from_cell(cell, galvanostatic(1.0, request.cutoff_voltage))
    if request.inventory is Inventory.CONSERVING:
        _refuse_other("S", points[:, 1], BUILT_IN_S, _NOT_CONSERVING)
    if not isinstance(request.thermal, Isothermal) and request.thermal.heat_of is HeatOf.PARTICLES:
        _refuse_other("S", points[:, 1], BUILT_IN_S, _OTHER_HEAT)
    alpha = settings.built_in_alpha
    exponent = built_in_alpha(electrolyte) if alpha is None else alpha
    wanted = {
        "alpha": (points[:, 0], exponent),
        "S": (points[:, 1], BUILT_IN_S),
        "separator_alpha": ([cell.separator.alpha], exponent),
        "negative_alpha": ([cell.negative.alpha], exponent),
        "negative_S": ([cell.negative.S], BUILT_IN_S),
    }
    for name, (values, built_in) in wanted.items():
        if name not in settings.told:
            _refuse_other(name, values, built_in, _built_in(name, built_in))
    if cell.contact_resistance and settings.version == "5.1":
        _refuse_warm_contact(request)


def _refuse_functions(cell: Cell) -> None:
    """Refuse functions of the stoichiometry that only other engines take."""
    for part in ("negative", "positive"):
        electrode = getattr(cell, part)
        for key in (
            "solid_diffusivity_shape",
            "entropic_change_coefficient",
            "exchange_current_shape",
        ):
            if getattr(electrode, key) is not None:
                raise ParameterError(
                    f"the cell has `{part}.{key}`; dualfoil's deck takes a constant solid "
                    "diffusivity, the standard exchange-current density and no entropic "
                    "coefficient. Take the native engine."
                )
        if electrode.salt_exponent != _STANDARD_EXPONENT:
            raise ParameterError(
                f"the cell has `{part}.salt_exponent` = {electrode.salt_exponent:g}; dualfoil's "
                f"exchange-current density has {_STANDARD_EXPONENT:g}. Take the native engine."
            )


_STANDARD_EXPONENT: Final = 0.5
"""Of the salt concentration in an exchange-current density."""


_NOT_CONSERVING: Final = (
    "dualfoil's particles are spheres that lose what crosses their own area, the balance "
    "`area-only`; only at S = 3 is it the same as `conserving`. Ask for `area-only`, or take the "
    "native engine."
)


_OTHER_HEAT: Final = (
    "dualfoil reckons its heat from the charge passed, which is the same only at S = 3. Ask for "
    '`heat_of = "charge"`, for `isothermal`, or take the native engine.'
)


def _built_in(name: str, value: float) -> str:
    of_all = "its exponent on the porosity" if "alpha" in name else "its area of the particles"
    return (
        f"a dualfoil executable that is told nothing has {value:g} built in ({of_all} is not in "
        "the deck). If yours reads it from a file or a variable, say how: `extra_file = { name = "
        f'"...", template = "{{{name}}}" }}` or `environment = {{ NAME = "{{{name}}}" }}` in the '
        "settings; otherwise take the native engine."
    )


def _refuse_other(name: str, values: Any, served: float, why: str) -> None:  # noqa: ANN401 - array
    for value in values:
        if not abs(float(value) - served) <= _SAME:
            raise ParameterError(f"`{name}` is {float(value):g}, and {why}")


def _refuse_warm_contact(request: Request) -> None:
    if isinstance(request.thermal, Isothermal):
        return  # its drop is subtracted from the voltage
    raise ParameterError(
        f"the cell has a contact resistance of {request.cell.contact_resistance:g} Ω m², whose "
        "heat dualfoil 5.1 does not know. Ask for `isothermal`, or, with an executable of 5.2, "
        'set `version = "5.2"`.'
    )


# --- asking and answering ----------------------------------------------------------------------


def _inputs(request: Request, cell: Cell, current: float) -> Inputs:
    settings = _settings(request)
    written, activation = in_dualfoils_terms(cell, request.thermal, settings.reference_temperature)
    deck = deck_from_cell(
        written,
        galvanostatic(
            current,
            request.cutoff_voltage + _drop(request, current),
            version="5.2" if settings.version == "5.2" else "5.1",
            resistance=cell.contact_resistance,
        ),
        thermal=request.thermal,
        numerics=Numerics(
            nodes=settings.nodes,
            iteration_limit=settings.iteration_limit,
            largest_step=settings.largest_step or _largest_step(cell, current),
        ),
    )
    extra = settings.extra_file
    return Inputs(
        deck=deck,
        activation=activation,
        extra={} if extra is None else {extra.name: fill_template(extra.template, cell, current)},
        environment={
            name: fill_template(template, cell, current) for name, template in settings.environment
        },
    )


def _drop(request: Request, current: float) -> float:
    """Voltage lost in the contacts that the deck cannot say [V]."""
    in_the_deck = _settings(request).version == "5.2"
    return 0.0 if in_the_deck else current * request.cell.contact_resistance


def _largest_step(cell: Cell, current: float) -> float:
    """Return a small part of the longest time that a discharge can take [s]."""
    longest = SECONDS_PER_HOUR * held_capacity(cell.negative, cell.positive) / current
    return float(f"{longest / _STEPS:.4g}")


def _at_time_zero(deck: Deck) -> Deck:
    """Ask for the moment when the current begins to flow: a cut-off above it would never end."""
    first = deck.segments[0]
    return replace(deck, segments=(replace(first, mode=Mode.CURRENT_FOR_A_TIME, end=0.0),))


def _run(executable: Path, inputs: Inputs, settings: DualfoilSettings, deadline: float) -> Run:
    return run_once(
        executable,
        inputs,
        time_limit=max(deadline - time.monotonic(), 0.01),
        output_limit=settings.output_limit,
    )


def _discharge(
    request: Request, cell: Cell, current: float, run: Run, start: Output | None
) -> Discharge:
    """Return the curve of a run, beginning with the row of time zero if there is one."""
    cutoff, drop = request.cutoff_voltage, _drop(request, current)
    outcome = outcome_of(run.output, cutoff + drop, run.finished.stop)
    initial = None
    if start is not None and len(start.rows):
        initial = float(start.column("voltage")[0]) - drop
    output = run.output or parse_output("")
    return discharge_from_rows(
        cell,
        current,
        outcome,
        minutes=output.column("minutes"),
        voltage=output.column("voltage") - drop,
        celsius=output.column("celsius"),
        cutoff_voltage=cutoff,
        initial_voltage=initial,
    )


def _begins_below(start: Run, cutoff_voltage: float) -> bool:
    """Whether the voltage is below the cut-off as soon as the current flows."""
    return outcome_of(start.output, cutoff_voltage, start.finished.stop) is Outcome.CUTOFF_AT_START


def _worth_another(outcome: Outcome) -> bool:
    """Whether another mesh or step may do better."""
    return outcome in {Outcome.NO_CONVERGENCE, Outcome.CRASHED, Outcome.STEP_BUDGET}


def _record(
    attempts: list[tuple[Variation, Run, Discharge]], inputs: Inputs, settings: DualfoilSettings
) -> RunHistory:
    """Choose the attempt that is whole, or else got furthest."""
    discharges = [discharge for _, _, discharge in attempts]
    chosen = max(range(len(attempts)), key=lambda i: _reached(discharges[i]))
    history = RunHistory(
        discharge=discharges[chosen], attempts=tuple(map(_attempt, attempts)), chosen=chosen
    )
    if not history.discharge.outcome.is_whole:
        logger.info("dualfoil: %s", history.to_dict())
        if settings.records is not None:
            keep_history(settings.records, history, inputs, attempts[0][1].text)
    return history


def _reached(discharge: Discharge) -> tuple[bool, float]:
    return discharge.outcome.is_whole, float(discharge.time[-1]) if discharge.time.size else 0.0


def _attempt(attempt: tuple[Variation, Run, Discharge]) -> Attempt:
    variation, run, discharge = attempt
    output = run.output or parse_output("")
    return Attempt(
        changed=variation.words,
        outcome=discharge.outcome.name,
        words=output.words or tuple(run.finished.complaints.splitlines()),
        stop=str(run.finished.stop),
        exit_code=run.finished.exit_code,
        seconds=run.finished.seconds,
        rows=len(output.rows),
        mass=output.mass,
        energy=output.energy,
        power=output.power,
    )


ENGINE: Final = Engine(
    name="dualfoil",
    simulate=_simulate,
    version=_version,
    curves_per_task=8,
    settings=DualfoilSettings,
    refuse=_refuse,
    in_threads=True,
)
"""A curve takes about a second, in a process of its own."""
