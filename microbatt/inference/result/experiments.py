"""What became of many experiments: one record each, and all of them as one dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from microbatt.inference.forward.unknowns import unknown_quantity
from microbatt.inference.result.dataset import CONVENTIONS, NOISE_ALONE, OF_PARAMETER, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from microbatt.inference.result.dataset import Labelled
    from microbatt.inference.result.estimate import Estimate
    from microbatt.measured import Unread

_NUMBERS: Final[dict[str, Callable[[Estimate], float]]] = {
    "alpha_S_correlation": lambda one: one.correlation,
    "reduced_chi_square": lambda one: one.diagnostics.reduced_chi_square,
    "curves": lambda one: len(one.curves),
    "seconds": lambda one: sum(one.seconds.values()),
}
_FLAGS: Final[dict[str, Callable[[Estimate], bool]]] = {
    "misfit": lambda one: one.diagnostics.misfit,
    "out_of_range": lambda one: one.diagnostics.out_of_range,
    "at_bound": lambda one: one.diagnostics.at_bound,
    "settled": lambda one: one.diagnostics.settled,
}
_SENTENCES: Final[dict[str, Callable[[Estimate], str]]] = {
    "verdict": lambda one: str(one.diagnostics.verdict),
    "misfit_causes": lambda one: "; ".join(cause.name for cause in one.diagnostics.causes),
    "misfit_sentence": lambda one: one.diagnostics.misfit_sentence,
    "range_sentence": lambda one: one.diagnostics.range_sentence,
    "what_was_read": lambda one: "\n\n".join(one.what_was_read),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """What became of one experiment.

    Attributes
    ----------
    name : str
        Of the experiment.
    estimate : Estimate or None, default None
        None if it came to nothing.
    failure : str, default empty
        Why it came to nothing; empty if it did not.
    unread : tuple of Unread, default none
        Its files that could not be read; the estimate is without them.
    """

    name: str
    estimate: Estimate | None = None
    failure: str = ""
    unread: tuple[Unread, ...] = ()


def experiments_dataset(experiments: Sequence[Inferred]) -> xr.Dataset:
    """Put the estimates of many experiments beside each other.

    Parameters
    ----------
    experiments : sequence of Inferred
        What became of each.

    Returns
    -------
    xarray.Dataset
        Along ``experiment``: for each parameter its value, ``…_std``, ``…_low`` and ``…_high``;
        ``alpha_S_correlation``, ``reduced_chi_square``, ``misfit``, ``out_of_range`` and their
        sentences; ``at_bound``, whether an interval of alpha or S ends where the search does;
        ``what_was_read`` of its files; ``failure`` is empty where an experiment succeeded and
        ``unread`` tells which of its files were left out. NaN, and no flag, where it did not
        succeed.
    """
    estimates = [one.estimate for one in experiments]
    names = list(dict.fromkeys(name for one in estimates if one is not None for name in one.names))
    variables: dict[str, Labelled] = {}
    for name in names:
        variables |= _parameter_columns(estimates, name)
    for name, number in _NUMBERS.items():
        values = [np.nan if one is None else number(one) for one in estimates]
        variables[name] = ("experiment", np.array(values, dtype=float))
    for name, flag in _FLAGS.items():
        flags = [one is not None and flag(one) for one in estimates]
        variables[name] = ("experiment", np.array(flags, dtype=bool))
    for name, text in _SENTENCES.items():
        told = ["" if one is None else text(one) for one in estimates]
        variables[name] = ("experiment", words(told))
    variables["failure"] = ("experiment", words(one.failure for one in experiments))
    variables["unread"] = (
        "experiment",
        words("; ".join(file.reason for file in one.unread) for one in experiments),
    )
    return xr.Dataset(
        variables,
        coords={"experiment": ("experiment", words(one.name for one in experiments))},
        attrs={"Conventions": CONVENTIONS, "title": "microstructure inferred from discharges"},
    )


def _parameter_columns(estimates: Sequence[Estimate | None], name: str) -> dict[str, Labelled]:
    """Return value, deviation and ends of a parameter; NaN where it was not inferred."""
    found: dict[str, Labelled] = {}
    for key, meaning in (OF_PARAMETER | {"noise_std": NOISE_ALONE}).items():
        values = [
            getattr(one[name], key) if one is not None and name in one.names else np.nan
            for one in estimates
        ]
        known = unknown_quantity(name)
        described = known.attrs | {"long_name": f"{known.long_name}, {meaning}"}
        label = name if key == "value" else f"{name}_{key}"
        found[label] = ("experiment", np.array(values, dtype=float), described)
    return found
