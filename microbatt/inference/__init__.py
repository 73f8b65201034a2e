"""Measured curves in; alpha and S out, with their uncertainty and what limits it."""
