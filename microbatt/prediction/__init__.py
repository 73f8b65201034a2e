"""Networks and cubes → labelled predictions: `load_shipped`, `predict_curves`, `predict`."""

from microbatt.networks.trained import TrainedNetwork, load_copies, load_network
from microbatt.prediction.copies import predict_copies
from microbatt.prediction.loading import load_shipped
from microbatt.prediction.predicting import predict, predict_curves, predict_into

__all__ = [
    "TrainedNetwork",
    "load_copies",
    "load_network",
    "load_shipped",
    "predict",
    "predict_copies",
    "predict_curves",
    "predict_into",
]
