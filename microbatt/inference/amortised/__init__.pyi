from .calibration import (
    TargetCalibration,
)
from .network_answer import (
    ask_network,
)
from .own_network import (
    OWN_SETTINGS,
    OWN_SIZES,
    inference_options,
)

__all__ = [
    "OWN_SETTINGS",
    "OWN_SIZES",
    "TargetCalibration",
    "ask_network",
    "inference_options",
]
