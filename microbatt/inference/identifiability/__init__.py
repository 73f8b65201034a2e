"""What curves can tell at all: bounds, maps of them, and the currents that tell most."""
