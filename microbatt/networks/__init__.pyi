from .combination import (
    bin_scores,
)
from .curve import (
    CurveEstimate,
    CurveNetwork,
    CurveNetworkConfig,
)
from .draft import (
    CurveNetworkDraft,
    draft_curve_network,
)
from .input_space import (
    Projection,
    TypicalInputs,
)
from .joint import (
    LOG_RANGE,
    JointNetwork,
    JointNetworkConfig,
)
from .joint_draft import (
    JointNetworkDraft,
    draft_joint_network,
)
from .measurement import (
    NOISE_FREE,
    MeasurementNoise,
)
from .origin import (
    Origin,
    TrainingRecord,
    origin_of,
)
from .published import (
    PublishedNetwork,
    PublishedNetworkConfig,
    build_published,
)
from .trained import (
    Network,
    TrainedNetwork,
    fold_folder,
    load_copies,
    load_network,
    network_for,
    save_network,
    trained_network,
)

__all__ = [
    "LOG_RANGE",
    "NOISE_FREE",
    "CurveEstimate",
    "CurveNetwork",
    "CurveNetworkConfig",
    "CurveNetworkDraft",
    "JointNetwork",
    "JointNetworkConfig",
    "JointNetworkDraft",
    "MeasurementNoise",
    "Network",
    "Origin",
    "Projection",
    "PublishedNetwork",
    "PublishedNetworkConfig",
    "TrainedNetwork",
    "TrainingRecord",
    "TypicalInputs",
    "bin_scores",
    "build_published",
    "draft_curve_network",
    "draft_joint_network",
    "fold_folder",
    "load_copies",
    "load_network",
    "network_for",
    "origin_of",
    "save_network",
    "trained_network",
]
