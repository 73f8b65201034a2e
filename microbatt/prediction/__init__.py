"""Networks and cubes → labelled predictions: `load_shipped`, `predict_curves`, `predict`."""

from microbatt.prediction.loading import TrainedNetwork, load_network, load_shipped
from microbatt.prediction.predicting import predict, predict_curves, predict_into

__all__ = [
    "TrainedNetwork",
    "load_network",
    "load_shipped",
    "predict",
    "predict_curves",
    "predict_into",
]
