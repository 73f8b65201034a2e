"""Networks from curves to alpha and S: one a file, each with its own frozen settings."""
