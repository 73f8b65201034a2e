"""The default settings against the refined solution, over the whole box."""

import numpy as np
import pytest

from microbatt.engines import Inventory, Settings
from microbatt.outcomes import Outcome
from tests.reference.accuracy import FAILURES, endings, sample

BOTH = pytest.mark.parametrize("inventory", list(Inventory), ids=str)


@BOTH
def test_a_small_sample_of_the_box_is_within_a_millivolt_and_a_fifth_of_a_percent(inventory):
    s = sample(60, seed=11, inventory=inventory)
    assert s.one_sided() == []
    assert s.beyond() == []
    voltages = [d.at_capacity for d in s.differences if d is not None]
    assert max(voltages) < 1e-3
    assert np.median(voltages) < 3e-4


@pytest.mark.slow
@BOTH
def test_99_percent_of_the_box_are_within_a_millivolt_and_a_fifth_of_a_percent(inventory):
    s = sample(2000, seed=1, inventory=inventory)
    assert s.one_sided() == []
    assert len(s.beyond()) <= 0.01 * len(s.points), [s.points[i] for i in s.beyond()]


@pytest.mark.slow
@BOTH
def test_the_solver_fails_at_less_than_one_point_in_two_thousand(inventory):
    batch = endings(20_000, seed=2, inventory=inventory)
    failed = [Outcome(code).is_failure for code in batch.outcome.tolist()]
    assert np.mean(failed) < FAILURES
    assert np.all(np.isfinite(batch.voltage))
    whole = [Outcome(code).is_whole for code in batch.outcome.tolist()]
    assert np.all(np.diff(batch.offsets)[whole] > 1)
    assert np.all(batch.min_salt_concentration > 0.0)
    assert np.all(batch.negative_surface_stoichiometry > 0.0)
    assert np.all(batch.positive_surface_stoichiometry < 1.0)


@pytest.mark.slow
def test_the_refined_solution_is_itself_settled():
    """Against half as many elements and a tenth of the accuracy in time, far below a millivolt."""
    from microbatt.engines import simulate_discharges
    from tests.reference.accuracy import CELL, random_points
    from tests.reference.comparison import difference

    points = random_points(40, seed=3)
    refined = simulate_discharges(CELL, points, settings=Settings.refined())
    coarser = Settings(tolerance=1e-4, mesh=2.5, particle_modes=14, max_steps=100_000)
    others = simulate_discharges(CELL, points, settings=coarser)
    distances = [difference(a, b).at_capacity for a, b in zip(refined, others, strict=True)]
    assert max(distances) < 3e-4  # V
