"""Curves → what a network eats: resampled curves, curve images, energy and power."""
