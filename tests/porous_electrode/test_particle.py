"""A handful of exponentials against the diffusion in a sphere that they stand for."""

from itertools import pairwise

import numpy as np
import pytest

from microbatt.engines import Settings
from microbatt.porous_electrode.particle import reduced_sphere, sphere_eigenvalues

DEFAULT_MODES = Settings().particle_modes


def exact_answer(s):
    """θ_surf/f of a sphere in Laplace space: 1/(√s coth √s − 1)."""
    root = np.sqrt(s)
    return 1.0 / (root / np.tanh(root) - 1.0)


def reduced_answer(s, n_modes):
    """The same of the mean and the modes kept."""
    rates, weights = reduced_sphere(n_modes)
    return 3.0 / s + (weights / (s[:, None] + rates)).sum(axis=1)


def exact_depletion(t):
    """Surface below the mean after a constant unit flux for `t`: the sum over all modes."""
    rates = sphere_eigenvalues(20_000)
    return 0.2 - 2.0 * (np.exp(-rates * t[:, None]) / rates).sum(axis=1)


def test_the_eigenvalues_solve_their_equation():
    roots = np.sqrt(sphere_eigenvalues(100))
    # tan λ − λ, multiplied by cos λ so that it stays bounded; rounding of an argument near 300
    np.testing.assert_allclose(np.sin(roots) - roots * np.cos(roots), 0.0, atol=1e-10)
    assert roots[0] == pytest.approx(4.493409457909064, rel=1e-14)  # Crank (1975), table 6.1


@pytest.mark.parametrize("n_modes", [3, 6, DEFAULT_MODES, 16])
def test_rates_and_weights_are_positive_so_the_reduced_particle_is_as_stable_as_the_sphere(n_modes):
    rates, weights = reduced_sphere(n_modes)
    assert rates.shape == weights.shape == (n_modes,)
    assert np.all(rates > 0.0)
    assert np.all(weights > 0.0)


@pytest.mark.parametrize("n_modes", [3, 6, DEFAULT_MODES, 16])
def test_the_steady_depletion_of_the_surface_is_a_fifth(n_modes):
    rates, weights = reduced_sphere(n_modes)
    assert (weights / rates).sum() == pytest.approx(0.2, rel=1e-12)


def test_the_default_modes_answer_every_rate_a_discharge_has():
    s = np.geomspace(1e-2, 1e6, 200)
    # From steps of microseconds to hours, with D_s/r² between 1e-4 and 1e-3 per second
    np.testing.assert_allclose(reduced_answer(s, DEFAULT_MODES), exact_answer(s), rtol=2e-3)


def test_the_default_modes_follow_a_step_of_the_flux():
    t = np.geomspace(1e-6, 1.0, 60)
    rates, weights = reduced_sphere(DEFAULT_MODES)
    reduced = 0.2 - (weights * np.exp(-rates * t[:, None]) / rates).sum(axis=1)
    np.testing.assert_allclose(reduced, exact_depletion(t), rtol=1e-2, atol=2e-5)


def test_the_start_of_a_step_grows_like_the_square_root_of_time():
    t = np.geomspace(1e-6, 1e-4, 20)
    rates, weights = reduced_sphere(16)
    reduced = 0.2 - (weights * np.exp(-rates * t[:, None]) / rates).sum(axis=1)
    # The curvature of the sphere adds a relative √(π t)/2 or so.
    np.testing.assert_allclose(reduced, 2.0 * np.sqrt(t / np.pi), rtol=0.03)


def test_more_modes_come_closer():
    s = np.geomspace(1.0, 1e5, 100)
    errors = [np.abs(reduced_answer(s, n) / exact_answer(s) - 1.0).max() for n in (4, 7, 10, 16)]
    assert all(later < 0.5 * earlier for earlier, later in pairwise(errors))
