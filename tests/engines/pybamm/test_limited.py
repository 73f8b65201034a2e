"""A child process that discharges, and can be ended."""

import pytest

from microbatt.cells import load_cell
from microbatt.engines.pybamm import limited
from microbatt.engines.pybamm.engine import ENGINE
from microbatt.outcomes import Outcome

REQUEST = ENGINE.request(cell=load_cell("doyle-1996-cell-1"))
POINTS = [(2.3, 3.0, 17.5), (2.3, 3.0, 35.0)]


class Silent:
    """A connection to a child that never answers, or is gone."""

    def __init__(self, *, gone):
        self.gone = gone

    def send(self, point):
        del point
        if self.gone:
            raise BrokenPipeError

    def poll(self, limit):
        del limit
        return False


@pytest.mark.parametrize(
    ("gone", "outcome"), [(False, Outcome.TIME_LIMIT), (True, Outcome.CRASHED)]
)
def test_a_child_that_does_not_answer_is_replaced_for_the_next_point(monkeypatch, gone, outcome):
    started = []

    class Child:
        def __init__(self, request):
            started.append(request)

        def __enter__(self):
            return Silent(gone=gone)

        def __exit__(self, *error):
            return False

    monkeypatch.setattr(limited, "_child", Child)
    done = limited.discharge_limited(REQUEST, POINTS, 0.01)
    assert [one.outcome for one in done] == [outcome, outcome]
    assert [one.current for one in done] == [17.5, 35.0]
    assert len(started) == 2
