"""One figure kind a module; each takes and returns Matplotlib axes."""
