"""The native engine: the porous-electrode equations and their numerics, on arrays and numba."""
