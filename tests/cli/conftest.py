"""What the tests of commands have in common."""

import pytest

from microbatt.report import writing


@pytest.fixture(autouse=True)
def _a_coarse_map(monkeypatch):
    """Draw the map of a report on few points: its commands write the same, ten times sooner."""
    whole = writing.bounds_around
    monkeypatch.setattr(writing, "bounds_around", lambda estimate, **_: whole(estimate, steps=2))
