"""Predictions against truth: errors, whole and by range. Arrays and cubes; no learner."""

from microbatt.scoring.coverage import interval_coverage
from microbatt.scoring.errors import relative_error
from microbatt.scoring.scores import score, with_errors

__all__ = ["interval_coverage", "relative_error", "score", "with_errors"]
