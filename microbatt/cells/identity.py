"""A cell's identity: a digest of its numbers and of its fits as functions.

Two cells with one digest discharge alike. The name of a fit says nothing of what it computes, so
the digest samples the functions themselves: change an open-circuit potential under its old name
and every cell that uses it has another digest, and no other cell has.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cells.records import FitSpec, specs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from microbatt.cells.records import Fit

SAMPLES: Final = 1025


def content_digest(records: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all declared numbers and sampled fits of some records.

    Parameters
    ----------
    records : mapping of str to record
        The parts of a cell by name, the cell itself among them.

    Returns
    -------
    str
        64 hexadecimal digits; names, descriptions and references do not count.
    """
    content = {
        f"{part}.{name}": _fit_digest(value) if isinstance(spec, FitSpec) else value
        for part, record in records.items()
        for name, (_, spec) in specs(record).items()
        for value in [getattr(record, name)]
        if not spec.left_out(value)
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=256)
def _fit_digest(fit: Fit) -> str:
    """Digest what a fit's functions return, in single precision.

    The last bits of an exponential depend on the processor; they must not make another cell.
    """
    low, high = fit.limits
    # Chebyshev's points, ends included: potentials and their slopes plunge at the ends
    nodes = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, SAMPLES)))
    x = low + (high - low) * nodes
    where = [low, high, fit.lower, fit.upper, *getattr(fit, "temperatures", ())]
    sampled = hashlib.sha256(json.dumps(where).encode())
    for function in fit.functions:
        values = np.broadcast_to(np.asarray(function(x), dtype=np.float32), x.shape)
        sampled.update(values.tobytes())
    return sampled.hexdigest()
