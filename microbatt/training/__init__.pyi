from .curve import (
    CURVE_SETTINGS,
    fit_curve_network,
)
from .events import (
    Listener,
)
from .folds import (
    NETWORKS,
    cross_validate,
)
from .listeners import (
    TensorBoardListener,
)
from .points import (
    training_points,
)
from .progress import (
    ProgressListener,
)
from .published import (
    fit_published_network,
)
from .scores import (
    plain_scores,
)
from .settings import (
    Precision,
    TrainingSettings,
)

__all__ = [
    "CURVE_SETTINGS",
    "NETWORKS",
    "Listener",
    "Precision",
    "ProgressListener",
    "TensorBoardListener",
    "TrainingSettings",
    "cross_validate",
    "fit_curve_network",
    "fit_published_network",
    "plain_scores",
    "training_points",
]
