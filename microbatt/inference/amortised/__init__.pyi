from .asking import (
    ask_network,
)
from .calibration import (
    TargetCalibration,
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
