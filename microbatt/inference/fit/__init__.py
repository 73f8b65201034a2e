"""From residuals to a posterior: initial guess, least squares, and sampling where needed."""
