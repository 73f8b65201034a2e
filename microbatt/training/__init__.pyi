from .checkpoints import (
    discard_checkpoints,
)
from .curve import (
    CURVE_SETTINGS,
    fit_curve_network,
)
from .events import (
    Event,
    Listener,
)
from .fit import (
    training_points,
)
from .folds import (
    NETWORKS,
    cross_validate,
)
from .joint import (
    JOINT_SETTINGS,
    fit_joint_network,
)
from .listeners import (
    ProgressListener,
    TensorBoardListener,
    log_listener,
)
from .published import (
    fit_published_network,
)
from .records import (
    plain_scores,
    with_record,
)
from .settings import (
    Precision,
    TrainingSettings,
)

__all__ = [
    "CURVE_SETTINGS",
    "JOINT_SETTINGS",
    "NETWORKS",
    "Event",
    "Listener",
    "Precision",
    "ProgressListener",
    "TensorBoardListener",
    "TrainingSettings",
    "cross_validate",
    "discard_checkpoints",
    "fit_curve_network",
    "fit_joint_network",
    "fit_published_network",
    "log_listener",
    "plain_scores",
    "training_points",
    "with_record",
]
