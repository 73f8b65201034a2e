"""From unknowns to residuals: unknowns, priors, simulated curves and the error model."""
