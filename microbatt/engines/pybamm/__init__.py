"""PyBaMM as an engine: its Doyle–Fuller–Newman equations of the same cell, solved by IDAKLU.

PyBaMM is imported at the first curve, with its telemetry switched off.
"""
