"""The elements of a particle whose D_s is not constant, against what is known of the sphere."""

import numpy as np
import pytest

from microbatt.porous_electrode.radial_elements import (
    BRIEF_OUTERMOST,
    element_edges,
    radial_elements,
)

COUNT = 5


def matrices(table):
    """Masses and stiffness of the whole particle."""
    n = 3 * len(table) + 1
    mass, stiffness = np.zeros(n), np.zeros((n, n))
    for e, row in enumerate(table):
        nodes = np.arange(3 * e, 3 * e + 4)
        mass[nodes] += row[:4]
        part = np.zeros((4, 4))
        part[np.triu_indices(4)] = row[4:]
        stiffness[np.ix_(nodes, nodes)] += part + np.triu(part, 1).T
    return mass, stiffness


def answer(rate):
    """Surface over flux of a sphere, in Laplace's variable: tanh √s/(√s − tanh √s)."""
    root = np.sqrt(rate)
    return np.tanh(root) / (root - np.tanh(root))


@pytest.mark.parametrize("count", [3, 5, 8])
def test_the_elements_fill_the_sphere(count):
    mass, stiffness = matrices(radial_elements(count))
    assert mass.sum() == pytest.approx(1.0 / 3.0, rel=1e-14)
    # What leaves one node arrives at others
    np.testing.assert_allclose(stiffness.sum(axis=0), 0.0, atol=1e-11)
    edges = element_edges(count, 0.01)
    assert edges[0] == 0.0
    assert 1.0 - edges[-2] == pytest.approx(0.01)


@pytest.mark.parametrize("rate", [1.0, 10.0, 100.0, 1e3, 1e4])
def test_the_surface_answers_a_flux_as_a_sphere_does(rate):
    """Some 1e-4 of the answer: less than 0.05 mV of what a discharge depletes the surface by."""
    mass, stiffness = matrices(radial_elements(COUNT))
    flux = np.zeros(len(mass))
    flux[-1] = 1.0
    surface = np.linalg.solve(rate * np.diag(mass) + stiffness, flux)[-1]
    assert surface == pytest.approx(answer(rate), rel=5e-4)


def test_more_elements_answer_better():
    errors = []
    for count in (3, 5, 8):
        mass, stiffness = matrices(radial_elements(count))
        flux = np.zeros(len(mass))
        flux[-1] = 1.0
        surface = np.linalg.solve(100.0 * np.diag(mass) + stiffness, flux)[-1]
        errors.append(abs(surface / answer(100.0) - 1.0))
    assert errors[0] > 10.0 * errors[1] > 100.0 * errors[2]


def test_brief_discharges_have_a_thinner_outermost_element():
    mass, stiffness = matrices(radial_elements(COUNT, outermost=BRIEF_OUTERMOST))
    flux = np.zeros(len(mass))
    flux[-1] = 1.0
    surface = np.linalg.solve(1e6 * np.diag(mass) + stiffness, flux)[-1]
    assert surface == pytest.approx(answer(1e6), rel=5e-3)
