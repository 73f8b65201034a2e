"""What every trained network must keep: labels, statuses, refusals, and the way to disk and back.

The methods of `NetworkContract` are claims, named in a sentence each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
import xarray as xr

from microbatt.cube.predicted import PREDICTION_STATUS, PREDICTION_VARIABLES, PredictionStatus
from microbatt.errors import ParameterError
from microbatt.features import point_dims, true_values
from microbatt.networks import load_network, save_network
from microbatt.outcomes import Outcome
from microbatt.prediction import predict

if TYPE_CHECKING:
    from pathlib import Path

    from microbatt.networks import TrainedNetwork

_VALUES: Final = ("alpha_predicted", "S_predicted")
_SINGLE_PRECISION: Final = 1e-3
"""Relative; sums of single precision come out otherwise in another order, and a refinement that
starts from them ends elsewhere within its tolerance."""


def _same(first: xr.Dataset, second: xr.Dataset) -> None:
    for name in _VALUES:
        np.testing.assert_allclose(
            first[name], second[name], rtol=_SINGLE_PRECISION, atol=_SINGLE_PRECISION, err_msg=name
        )
    np.testing.assert_array_equal(first[PREDICTION_STATUS], second[PREDICTION_STATUS])


class NetworkContract:
    """What every trained network must keep; inherit it and say which in two fixtures.

    The name of the class must begin with ``Test`` for pytest to find it.

    Examples
    --------
    In a test module of your own::

        class TestOurs(NetworkContract):
            @pytest.fixture(scope="class")
            @classmethod
            def trained(cls):
                return load_network("our-weights")

            @pytest.fixture(scope="class")
            @classmethod
            def cube(cls):
                return microbatt.open_dataset("our-cube.zarr")
    """

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls) -> TrainedNetwork:
        """The network; a class that inherits says which."""
        raise NotImplementedError("define a fixture `trained` that returns a TrainedNetwork")

    @pytest.fixture(scope="class")
    @classmethod
    def cube(cls) -> xr.Dataset:
        """A small cube of the kind that it learned, in memory, with curves at every point."""
        raise NotImplementedError("define a fixture `cube` that returns a Dataset")

    @pytest.fixture(scope="class")
    @classmethod
    def predicted(cls, trained: TrainedNetwork, cube: xr.Dataset) -> xr.Dataset:
        """Predictions of all points, made once for all tests of a network."""
        return predict(cube, trained)

    def test_every_point_has_a_prediction_with_a_name_and_a_unit(
        self, cube: xr.Dataset, predicted: xr.Dataset
    ) -> None:
        assert set(PREDICTION_VARIABLES) <= set(predicted.data_vars)
        for name in PREDICTION_VARIABLES:
            variable = predicted[name]
            assert set(variable.dims) == set(point_dims(cube)), name
            assert variable.attrs["long_name"], name
            assert "units" in variable.attrs or name == PREDICTION_STATUS, name

    def test_a_prediction_is_a_number_exactly_where_its_status_says_so(
        self, predicted: xr.Dataset
    ) -> None:
        status = predicted[PREDICTION_STATUS]
        there = status.isin([PredictionStatus.PREDICTED, PredictionStatus.OUT_OF_RANGE])
        assert bool(there.any())
        for name in _VALUES:
            np.testing.assert_array_equal(np.isfinite(predicted[name]), there, err_msg=name)

    def test_spreads_are_positive_and_correlations_below_one_where_they_are_told(
        self, predicted: xr.Dataset
    ) -> None:
        for name in _VALUES:
            spread = predicted[f"{name}_std"].to_numpy()
            assert np.all(spread[np.isfinite(spread)] > 0.0), name
        correlation = predicted["predicted_correlation"].to_numpy()
        assert np.all(np.abs(correlation[np.isfinite(correlation)]) <= 1.0)

    def test_a_cube_is_left_as_it_was(self, trained: TrainedNetwork, cube: xr.Dataset) -> None:
        before = cube.copy(deep=True)
        predict(cube, trained)
        xr.testing.assert_identical(cube, before)

    def test_asked_again_it_says_the_same(
        self, trained: TrainedNetwork, cube: xr.Dataset, predicted: xr.Dataset
    ) -> None:
        xr.testing.assert_identical(predict(cube, trained), predicted)

    def test_points_are_predicted_alike_alone_and_together(
        self, trained: TrainedNetwork, cube: xr.Dataset, predicted: xr.Dataset
    ) -> None:
        alone = dict.fromkeys(point_dims(cube), slice(1, 2))
        _same(predict(cube.isel(alone), trained), predicted.isel(alone))

    def test_points_are_predicted_alike_in_any_order(
        self, trained: TrainedNetwork, cube: xr.Dataset, predicted: xr.Dataset
    ) -> None:
        back = dict.fromkeys(point_dims(cube), slice(None, None, -1))
        _same(predict(cube.isel(back), trained), predicted.isel(back))

    def test_points_without_curves_have_no_prediction_and_say_so(
        self, trained: TrainedNetwork, cube: xr.Dataset
    ) -> None:
        empty = cube.copy(deep=True)
        gone = dict.fromkeys(point_dims(cube), 0)
        empty["status"][gone] = Outcome.NO_CONVERGENCE
        point = predict(empty, trained).isel(gone)
        assert int(point[PREDICTION_STATUS]) == PredictionStatus.NO_CURVES
        assert np.isnan([float(point[name]) for name in _VALUES]).all()

    @pytest.mark.parametrize("attribute", ["inventory", "thermal_mode", "cutoff_voltage"])
    def test_a_cube_of_other_terms_is_refused_by_name(
        self, trained: TrainedNetwork, cube: xr.Dataset, attribute: str
    ) -> None:
        value = cube.attrs["cutoff_voltage"] + 0.5 if attribute == "cutoff_voltage" else "other"
        with pytest.raises(ParameterError, match="microbatt train"):
            predict(cube.assign_attrs({attribute: value}), trained)

    def test_points_that_it_was_trained_on_are_not_held_out(
        self, trained: TrainedNetwork, cube: xr.Dataset, predicted: xr.Dataset
    ) -> None:
        unseen = trained.never_saw(true_values(cube))
        np.testing.assert_array_equal(predicted["held_out"].to_numpy().ravel(), unseen)

    def test_written_to_disk_it_comes_back_the_same(
        self, trained: TrainedNetwork, cube: xr.Dataset, predicted: xr.Dataset, tmp_path: Path
    ) -> None:
        save_network(tmp_path, trained)
        again = load_network(tmp_path)
        assert again.weights_hash == trained.weights_hash
        assert again.record == trained.record
        _same(predict(cube, again), predicted)  # weights are kept in single precision
