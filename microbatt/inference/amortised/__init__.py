"""A network for one's own cell: draws from the priors, what a tester makes of them, calibration."""
