"""``ds.microbatt``: the usual questions to a cube, as methods of the dataset that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    import xarray as xr
    from numpy.typing import ArrayLike

    from microbatt.cube.predicted.predictions import Fold
    from microbatt.cube.summary import CubeSummary

_Namespace = TypeVar("_Namespace", bound=type)


class CubeAccessor:
    """Questions to a cube; each answer is computed when it is asked for."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def __repr__(self) -> str:
        return f"<microbatt questions to a cube>\n{self.summary()}"

    def _repr_html_(self) -> str:
        from microbatt.cube.summary import summary_html

        return summary_html(self.summary())

    def ok(self) -> xr.DataArray:
        """Tell which curves are whole: they exist and run to a physical end.

        Returns
        -------
        xarray.DataArray
            Boolean, with the dimensions of ``status``; lazy where the cube is.

        Examples
        --------
        ``ds.voltage.where(ds.microbatt.ok())`` keeps the whole curves.
        """
        from microbatt.cube.contents.outcomes import whole_curves

        return whole_curves(self._dataset)

    def curve(
        self, *, capacity: ArrayLike | None = None, method: str | None = None, **at: float
    ) -> xr.DataArray:
        """Return one curve as voltage against delivered capacity.

        Parameters
        ----------
        capacity : array_like, optional
            Where to rebuild it [A h m⁻²]; without, at the stored depths.
        method : str, optional
            None takes exact values of the axes (to 1e-9), ``"nearest"`` the nearest.
        **at : float
            One value for each dimension: ``alpha``, ``S`` and ``current`` of a grid; ``point``
            (its number) and ``current`` of scattered points; of a protocol also ``step``, if one
            step is wanted alone.

        Returns
        -------
        xarray.DataArray
            Voltage [V] along ``capacity`` [A h m⁻²], with the point, the current and the outcome
            as coordinates; of length zero, unless `capacity` is given, where there is no curve. Of
            a protocol along ``sample``, with time, current, capacity and temperature as coordinates
            and NaN where a step was not run.

        Raises
        ------
        ParameterError
            If a dimension is missing or unknown, or the axis has no such value.

        Examples
        --------
        ``ds.microbatt.curve(alpha=2.3, S=3, current=17.5).plot()``
        """
        from microbatt.cube.curve import curve_of

        return curve_of(self._dataset, at, capacity=capacity, method=method)

    def run(self, *, method: str | None = None, **at: float) -> xr.Dataset:
        """Return one run of the protocol of a cube, as `microbatt.simulate` would give it.

        Parameters
        ----------
        method : str, optional
            None takes exact values of the axes (to 1e-9), ``"nearest"`` the nearest.
        **at : float
            One value for each dimension: ``alpha`` and ``S`` of a grid, ``point`` (its number) of
            scattered points; and ``step``, if one step of the run is wanted alone.

        Returns
        -------
        xarray.Dataset
            The samples that are there along ``point``, with ``time``, and what is said of each step
            along ``step``; ``.microbatt.plot.simulation()`` draws it.

        Raises
        ------
        ParameterError
            If the cube holds discharges, a dimension is missing or unknown, or the axis has no such
            value.

        Examples
        --------
        ``ds.microbatt.run(alpha=2.3, S=3).voltage.max()``
        """
        from microbatt.cube.curve import run_of

        return run_of(self._dataset, at, method=method)

    def failures(self) -> pd.DataFrame:
        """List the curves that the simulation, not the cell, brought to an end.

        Returns
        -------
        pandas.DataFrame
            One row per curve: alpha, S, current, outcome (its name) and reason.
        """
        from microbatt.cube.contents.outcomes import failure_table

        return failure_table(self._dataset)

    def outcomes(self) -> dict[str, int]:
        """Count the curves by outcome, ``not_run`` included."""
        from microbatt.cube.contents.outcomes import count_outcomes

        return count_outcomes(self._dataset)

    def predicted(self, network: str | None = None, fold: Fold | None = None) -> xr.Dataset:
        """Return the cube with the predictions of one network alone, one for each point.

        Parameters
        ----------
        network : str, optional
            Name; None is the only one, or the first.
        fold : Fold, optional
            Number, or ``"held_out"``; see `microbatt.cube.predicted.predictions.predicted_by`.

        Examples
        --------
        ``ds.microbatt.predicted("published").alpha_predicted.sel(S=10).plot()``
        """
        from microbatt.cube.predicted.predictions import predicted_by

        return predicted_by(self._dataset, network, fold)

    def summary(self) -> CubeSummary:
        """Return what the cube holds and what made it; printing it gives a short text."""
        from microbatt.cube.summary import summarise

        return summarise(self._dataset)

    def to_netcdf(
        self,
        path: str | Path,
        *,
        overwrite: bool = False,
        **options: Any,  # noqa: ANN401 - forwarded
    ) -> Path:
        """Write the cube to one netCDF-4 file with the attributes typed as CF wants them.

        Parameters
        ----------
        path : str or pathlib.Path
            Of the file.
        overwrite : bool, default False
            Whether a cube that lies there in netCDF may be replaced; nothing else ever is.
        **options : object
            Forwarded to `xarray.Dataset.to_netcdf`.

        Returns
        -------
        pathlib.Path
            The file.
        """
        from microbatt.cube.netcdf import write_netcdf

        return write_netcdf(self._dataset, path, overwrite=overwrite, **options)


def register_namespace(name: str) -> Callable[[_Namespace], _Namespace]:
    """Make a class of a later stage known as ``ds.microbatt.<name>``.

    Parameters
    ----------
    name : str
        Of the attribute.

    Returns
    -------
    Callable
        A decorator for a class that takes the dataset.
    """

    def register(namespace: _Namespace) -> _Namespace:
        def view(cube: CubeAccessor) -> object:
            return namespace(cube._dataset)  # noqa: SLF001 - this module's own class

        setattr(CubeAccessor, name, property(view, doc=namespace.__doc__))
        return namespace

    return register
