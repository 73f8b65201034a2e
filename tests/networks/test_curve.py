"""The curve network as a whole, made of a decoder and of encoders that know nothing."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.networks import CurveNetwork, CurveNetworkConfig
from microbatt.networks.encoder import OUTPUTS, fit_scaling
from microbatt.networks.targets import from_targets
from tests.features.cubes import CURRENTS
from tests.networks.cubes import SMALL, learnable_tensors, made_decoder, without_curve

TENSORS, TARGETS = learnable_tensors()
VALUES, _ = from_targets(TARGETS, np.zeros((len(TARGETS), 2, 2)))


def ignorant_network():
    """Its encoders always answer with the middle of the targets."""
    scaling = fit_scaling(TENSORS, TARGETS, SMALL.bins)
    weights = (np.zeros((scaling.inputs, OUTPUTS), np.float32), np.zeros(OUTPUTS, np.float32))
    return CurveNetwork(
        config=SMALL, current=np.array(CURRENTS), scaling=scaling, members=(weights, weights),
        decoder=made_decoder(),
    )  # fmt: skip


NETWORK = ignorant_network()


def test_even_a_useless_first_estimate_is_refined_to_the_truth():
    found = NETWORK.estimate(TENSORS)
    assert found.mean == pytest.approx(VALUES, rel=0.02, abs=0.01)
    assert found.misfit.max() < 2.0


def test_points_are_estimated_alike_alone_and_together():
    alone = NETWORK.estimate(TENSORS.take([17]))
    together = NETWORK.estimate(TENSORS)
    assert alone.mean[0] == pytest.approx(together.mean[17], abs=1e-7)


def test_points_in_the_box_are_in_range_and_strange_curves_are_not():
    inside = (VALUES[:, 0] < 5.5) & (VALUES[:, 1] > 1.5) & (VALUES[:, 1] < 15)
    assert NETWORK.estimate(TENSORS.take(inside)).in_range.all()
    strange = replace(TENSORS, voltage=TENSORS.voltage - 0.3 * np.linspace(0, 1, 40) ** 2)
    assert not NETWORK.estimate(strange.take(inside)).in_range.any()


def test_an_estimate_at_the_edge_of_the_box_is_out_of_range_but_alpha_zero_is_not():
    at_zero = (VALUES[:, 0] == 0.0) & (VALUES[:, 1] > 1.5) & (VALUES[:, 1] < 15)
    highest = VALUES[:, 0] == VALUES[:, 0].max()
    assert NETWORK.estimate(TENSORS.take(at_zero)).in_range.all()
    assert not NETWORK.estimate(TENSORS.take(highest)).in_range.any()


def test_a_missing_curve_is_allowed_and_no_curve_is_not():
    found = NETWORK.estimate(without_curve(TENSORS, 0).take(np.arange(30, 50)))
    assert found.mean == pytest.approx(VALUES[30:50], rel=0.05, abs=0.05)
    nothing = replace(TENSORS, mask=np.zeros_like(TENSORS.mask))
    with pytest.raises(ParameterError, match="point 0 has no curve"):
        NETWORK.estimate(nothing)


def test_curves_at_other_currents_are_refused_with_those_allowed():
    other = replace(TENSORS, current=TENSORS.current * 2)
    with pytest.raises(ParameterError, match=r"10, 35, 70 A m⁻².*takes 5, 17.5, 35"):
        NETWORK.estimate(other)


def test_no_points_give_no_estimates():
    found = NETWORK.estimate(TENSORS.take(np.empty(0, int)))
    assert found.mean.shape == (0, 2)
    assert found.covariance.shape == (0, 2, 2)


def test_sizes_that_make_no_sense_are_refused():
    with pytest.raises(ParameterError, match="`bins` is 200"):
        CurveNetworkConfig(bins=200)
