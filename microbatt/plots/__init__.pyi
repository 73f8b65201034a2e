from .colours import (
    AMOUNT_MAP,
    DIFFERENCE_MAP,
    ENDING_COLOURS,
    MISSING,
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
)
from .fit import (
    draw_fit,
    draw_fit_residuals,
)
from .identifiability import (
    draw_bounds,
    draw_candidates,
    draw_choices,
)
from .interactive_dimensions import (
    dimension,
)
from .interactive_plane import (
    cell_edges,
)
from .labels import (
    axis_label,
)
from .parity import (
    draw_parity,
)
from .predictions import (
    PARAMETERS,
    Pairs,
)
from .published import (
    FIGURES,
    drawable,
)
from .sweep import (
    draw_sweep,
)

__all__ = [
    "AMOUNT_MAP",
    "DIFFERENCE_MAP",
    "ENDING_COLOURS",
    "FIGURES",
    "MISSING",
    "PALETTE",
    "PARAMETERS",
    "PREDICTION",
    "Pairs",
    "axis_label",
    "cell_edges",
    "colour_map",
    "current_colours",
    "current_handles",
    "dimension",
    "draw_bounds",
    "draw_candidates",
    "draw_choices",
    "draw_comparison",
    "draw_corner",
    "draw_discharges",
    "draw_fit",
    "draw_fit_residuals",
    "draw_parity",
    "draw_sweep",
    "drawable",
]
