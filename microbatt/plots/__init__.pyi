from .colours import (
    AMOUNT_MAP,
    DIFFERENCE_MAP,
    MISSING,
    OUTCOME_COLOURS,
    PALETTE,
    PREDICTION,
    colour_map,
    current_colours,
)
from .comparison import (
    draw_comparison,
)
from .corner import (
    draw_corner,
)
from .curves import (
    current_handles,
    draw_discharges,
    draw_sweep,
)
from .fit import (
    draw_fit,
    draw_fit_residuals,
    draw_run_fit,
)
from .identifiability import (
    draw_bounds,
    draw_candidates,
    draw_choices,
)
from .interactive_plane import (
    cell_edges,
)
from .labels import (
    axis_label,
    dimension,
)
from .overview import (
    draw_answer,
    draw_overview,
)
from .pairs import (
    Pairs,
)
from .predictions import (
    draw_parity,
)
from .protocol import (
    draw_simulation,
)
from .published import (
    FIGURES,
    drawable,
)
from .reading import (
    draw_reading,
)
from .trends import (
    draw_trends,
)

__all__ = [
    "AMOUNT_MAP",
    "DIFFERENCE_MAP",
    "FIGURES",
    "MISSING",
    "OUTCOME_COLOURS",
    "PALETTE",
    "PREDICTION",
    "Pairs",
    "axis_label",
    "cell_edges",
    "colour_map",
    "current_colours",
    "current_handles",
    "dimension",
    "draw_answer",
    "draw_bounds",
    "draw_candidates",
    "draw_choices",
    "draw_comparison",
    "draw_corner",
    "draw_discharges",
    "draw_fit",
    "draw_fit_residuals",
    "draw_overview",
    "draw_parity",
    "draw_reading",
    "draw_run_fit",
    "draw_simulation",
    "draw_sweep",
    "draw_trends",
    "drawable",
]
