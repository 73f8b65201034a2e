"""Predictions against truth: errors, whole and by range. Arrays and cubes; no learner."""
