"""From residuals to an answer: initial guess, least squares, sampling where that falls short."""
