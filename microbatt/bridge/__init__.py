"""xarray → tf.data: which points, in which order, in which batches."""

from microbatt.bridge.dataset import to_tf_dataset
from microbatt.bridge.passes import Passes
from microbatt.bridge.splits import Split, blocked_folds, given_split, random_folds
from microbatt.bridge.surveying import PointSurvey, survey

__all__ = [
    "Passes",
    "PointSurvey",
    "Split",
    "blocked_folds",
    "given_split",
    "random_folds",
    "survey",
    "to_tf_dataset",
]
