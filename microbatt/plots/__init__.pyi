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
    sweep_axes,
    sweep_shape,
)
from .fit import (
    draw_fit,
    draw_fit_residuals,
    draw_run_fit,
    residual_scale,
)
from .identifiability import (
    draw_bounds,
    draw_candidates,
    draw_choices,
)
from .interactive_plane import (
    cell_edges,
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
from .rows import (
    check_reach,
)
from .trade_offs import (
    draw_trade_offs,
)
from .trends import (
    draw_trends,
)

__all__ = [
    "FIGURES",
    "Pairs",
    "cell_edges",
    "check_reach",
    "current_handles",
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
    "draw_trade_offs",
    "draw_trends",
    "drawable",
    "residual_scale",
    "sweep_axes",
    "sweep_shape",
]
