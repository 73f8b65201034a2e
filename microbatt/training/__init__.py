"""From a cube to weights: losses, one fit, folds, checkpoints, events."""
