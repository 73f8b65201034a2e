from .copies import (
    network_names,
    predict_copies,
)
from .loading import (
    load_shipped,
    shipped_for,
    shipped_networks,
)
from .predicting import (
    predict,
    predict_curves,
    predict_into,
)

__all__ = [
    "load_shipped",
    "network_names",
    "predict",
    "predict_copies",
    "predict_curves",
    "predict_into",
    "shipped_for",
    "shipped_networks",
]
