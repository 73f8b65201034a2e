"""The page of a report: an estimate and what belongs to it, set in HTML."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube.writing import now
from microbatt.errors import as_html
from microbatt.inference.result import (
    cell_sensitivity_sentence,
    own_offset,
    strained_sentence,
    trade_off_sentence,
)
from microbatt.report.numbers import estimate_numbers
from microbatt.report.pictures import (
    corner_picture,
    fit_picture,
    map_picture,
    residual_picture,
    run_picture,
    trade_off_picture,
)
from microbatt.report.text import against_bounds, parameter_fact, rounded, structure_facts

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.inference import Estimate, FittedCurve, FittedRun, InitialGuess
    from microbatt.report.numbers import JSON

_PACKAGE: Final = "microbatt.report"
_NOTHING: Final = 1e-3
"""A stage that took less was left out [s]."""
_TOLD: Final = 10
"""At most so many values of the cell file are listed."""
_LITTLE: Final = 1e-12
_SHORT_TABLE: Final = 8
"""A table of more points is told in short; the numbers of the page hold it whole."""


def render_page(estimate: Estimate, bounds: xr.Dataset | None, here: xr.Dataset | None) -> str:
    """Set a report in HTML.

    Parameters
    ----------
    estimate
        What was inferred.
    bounds, here
        From `microbatt.report.nearby_bounds`: around the estimate, and at it; None without
        discharges.

    Returns
    -------
    str
        A page that needs no other file and no network.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    template = files(_PACKAGE).joinpath("page.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["as_html"] = lambda words: Markup(as_html(words))  # noqa: S704 - escaped
    return environment.from_string(template).render(
        style=files(_PACKAGE).joinpath("page.css").read_text(encoding="utf-8"),
        made=now(),
        estimate=estimate,
        level=f"{100 * estimate.level:.0f}\u00a0%",
        noise=f"{1e3 * estimate.noise:.3g}\u00a0mV",
        facts=[parameter_fact(one) for one in estimate.parameters],
        structure=structure_facts(estimate),
        strained=strained_sentence(estimate) if estimate.cell_values else "",
        trade_offs=trade_off_sentence(estimate),
        correlation=f"{estimate.correlation:+.2f}",
        against_bounds="" if here is None else against_bounds(estimate, here),
        bounds_for={} if bounds is None else bounds["alpha_bound"].attrs,
        held=_held(estimate),
        runs=[_run_row(run) for run in estimate.runs],
        curves=[_curve_row(estimate, curve) for curve in _ordered(estimate)],
        cell_sensitivity_sentence=cell_sensitivity_sentence(estimate)
        if estimate.cell_sensitivity
        else "",
        cell_sensitivity=_sensitivity_rows(estimate),
        starts=[_start_row(estimate, one) for one in estimate.starts],
        pictures=_pictures(estimate, bounds),
        what_was_read="\n\n".join(estimate.what_was_read),
        cell=json.dumps(_without_tables(estimate.cell.to_dict()), indent=1, ensure_ascii=False),
        numbers=_for_script(estimate_numbers(estimate, here)),
        seconds={stage: time for stage, time in estimate.seconds.items() if time > _NOTHING},
    )


def _pictures(estimate: Estimate, bounds: xr.Dataset | None) -> dict[str, str]:
    """Return the pictures that there are, empty where there is nothing to be drawn."""
    return {
        "fit": fit_picture(estimate) if estimate.curves else "",
        "residuals": residual_picture(estimate) if estimate.curves else "",
        "runs": run_picture(estimate) if estimate.runs else "",
        "corner": corner_picture(estimate),
        "trade_offs": trade_off_picture(estimate),
        "map": "" if bounds is None else map_picture(bounds, estimate),
    }


def _held(estimate: Estimate) -> str:
    """Say what was fitted: so many discharge curves, and runs."""
    counted = [(len(estimate.curves), "discharge curve"), (len(estimate.runs), "run")]
    told = [f"{many} {noun}{'' if many == 1 else 's'}" for many, noun in counted if many]
    return " and ".join(told)


def _run_row(run: FittedRun) -> dict[str, str | int]:
    return {
        "source": run.source,
        "hours": f"{run.time[-1] / SECONDS_PER_HOUR:.3g}",
        "samples": run.samples,
        "rms": f"{1e3 * run.residual_rms:.2f}",
        "allowed": f"{1e3 * run.allowed_rms:.2f}",
        "alpha_share": round(100.0 * run.information[0]),
        "S_share": round(100.0 * run.information[1]),
        "remarks": "; ".join(run.remarks),
    }


def _ordered(estimate: Estimate) -> list[FittedCurve]:
    return sorted(estimate.curves, key=lambda curve: curve.current)


def _curve_row(estimate: Estimate, curve: FittedCurve) -> dict[str, str | int]:
    return {
        "source": curve.source,
        "current": f"{curve.current:g}",
        "c_rate": f"{curve.current / estimate.cell.one_c_current:.3g}",
        "samples": curve.samples,
        "rms": f"{1e3 * curve.residual_rms:.2f}",
        "allowed": f"{1e3 * curve.allowed_rms:.2f}",
        "alpha_share": round(100.0 * curve.information[0]),
        "S_share": round(100.0 * curve.information[1]),
        "remarks": "; ".join([*own_offset(curve), *curve.remarks]),
    }


def _sensitivity_rows(estimate: Estimate) -> list[dict[str, str | int]]:
    """Return the values of the cell file on which alpha rests most."""
    most = {
        name: max((abs(getattr(one, name)) for one in estimate.cell_sensitivity), default=0.0)
        for name in ("alpha", "S")
    }
    return [
        {
            "label": one.label,
            "alpha": f"{one.alpha:+.2g}",
            "S": f"{one.S:+.2g}",
            "alpha_share": round(100.0 * abs(one.alpha) / max(most["alpha"], _LITTLE)),
            "S_share": round(100.0 * abs(one.S) / max(most["S"], _LITTLE)),
        }
        for one in estimate.cell_sensitivity[:_TOLD]
    ]


def _without_tables(plain: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the numbers of a cell with what is to be said of a table in its place."""
    if isinstance(plain, list):
        return [_without_tables(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    x, y = plain.get("x"), plain.get("y")
    if isinstance(x, list) and isinstance(y, list) and len(x) > _SHORT_TABLE:
        ends = (f"{name} from {min(of):.4g} to {max(of):.4g}" for name, of in (("x", x), ("y", y)))
        return f"table of {len(x)} points, {', '.join(ends)}"
    return {key: _without_tables(value) for key, value in plain.items()}


def _start_row(estimate: Estimate, start: InitialGuess) -> dict[str, str]:
    return {
        "origin": start.origin,
        "alpha": rounded(start.alpha, 10.0 * estimate["alpha"].std),
        "S": rounded(start.S, 10.0 * estimate["S"].std),
    }


def _for_script(numbers: dict[str, JSON]) -> str:
    """Return JSON that cannot end the element in which it stands."""
    return json.dumps(numbers, ensure_ascii=False).replace("<", "\\u003c")
