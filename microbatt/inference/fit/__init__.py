"""From residuals to an answer: initial guess, least squares, and sampling where that falls short."""
