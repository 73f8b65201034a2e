"""A discharge at the engine's own steps, without the points between them that are handed out."""

from microbatt.engines import ENGINE, Discharge


def own_steps(cell, alpha=2.3, S=3.0, current=17.5, **terms) -> Discharge:
    """Discharge with nothing between the steps."""
    request = ENGINE.request(cell=cell, **terms)
    return ENGINE.run(request, [(alpha, S, current)])[0]
