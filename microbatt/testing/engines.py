"""What every engine must keep: labels, units, endings, NaN rules, refusals, limits, determinism.

The methods of `EngineContract` are claims, named in a sentence each.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube.contents import depth_axis
from microbatt.cube.writing import row_trouble, rows_from_batch
from microbatt.engines import Discharge, Inventory, Settings, simulate_discharges, thermal_from_dict
from microbatt.engines.contract import load_engine
from microbatt.engines.dualfoil import DualfoilSettings
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbatt.cells import Cell
    from microbatt.engines import DischargeBatch
    from microbatt.engines.contract import Engine, EngineSettings

    Point = tuple[float, float, float]

CUTOFF: Final = 2.5
WHOLE: Final = ((2.3, 3.0, 35.0), (2.3, 3.0, 17.5))
"""Points that every engine can serve; an unaltered dualfoil has this alpha and S built in."""
AT_ONCE: Final = (2.3, 3.0, 150.0)
"""So much current that the cut-off is passed as soon as it flows."""
POINTS: Final = (AT_ONCE, *WHOLE)
"""The first fails to give a curve: that must not show in the next ones."""
_REFUSED: Final[list[tuple[Any, dict[str, Any], str]]] = [
    ([(2.3, -1.0, 17.5)], {}, r"`S` is -1 in row 0; it must lie in"),
    ([(2.3, 3.0, float("nan"))], {}, "`current` is nan in row 0"),
    ([(2.3, 3.0)], {}, "a row of alpha, S and current"),
    ([("2.3", "3", "17.5")], {}, "must be real numbers"),
    (POINTS, {"cutoff_voltage": -1.0}, r"`cutoff_voltage` is -1 V"),
    (POINTS, {"time_limit": 0.0}, r"`time_limit` is 0 s"),
    (POINTS, {"inventory": "conservng"}, "Nearest: 'conserving'"),
    (POINTS, {"thermal": "adiabatic"}, "must be Isothermal"),
    (POINTS, {"threads": 0}, "`threads` is 0"),
]


@cache
def _cell() -> Cell:
    return load_cell("doyle-1996-cell-1")


@cache
def _right(inventory: Inventory) -> DischargeBatch:
    """The same question, answered by the native engine's refined solution."""
    return simulate_discharges(
        _cell(), WHOLE, cutoff_voltage=CUTOFF, inventory=inventory, settings=Settings.refined()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSubject:
    """An engine to hold to the contract, with settings that work on this machine.

    Attributes
    ----------
    name : str
        How it is asked for: ``"native"``, or ``"module:attribute"``.
    settings : EngineSettings, optional
        In the engine's own record; None stands for its defaults.
    points : tuple of (float, float, float)
        Discharges of cell 1 that are simulated, alpha, S and current [A m⁻²] of each: one that
        passes the cut-off at once, then whole ones. Take fewer where a curve takes seconds.

    Examples
    --------
    >>> EngineSubject(name="native").engine.name
    'native'
    """

    name: str
    settings: EngineSettings | None = None
    points: tuple[Point, ...] = POINTS

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        return load_engine(self.name)

    @property
    def inventory(self) -> Inventory:
        """The lithium balance that it is asked for: the first that it knows."""
        return self.engine.inventories[0]

    def own_settings(self) -> EngineSettings:
        """Return its settings.

        Returns
        -------
        EngineSettings
            Those given, or the engine's defaults.
        """
        return self.engine.settings() if self.settings is None else self.settings

    def foreign_settings(self) -> EngineSettings:
        """Return settings of another engine.

        Returns
        -------
        EngineSettings
            Defaults, of a kind that this engine must refuse.
        """
        return DualfoilSettings() if self.engine.settings is Settings else Settings()

    def discharges(self, points: Sequence[Any] | None = None, **terms: Any) -> DischargeBatch:  # noqa: ANN401 - those of simulate_discharges
        """Discharge cell 1 by this engine.

        Parameters
        ----------
        points : sequence of (float, float, float), optional
            Of each alpha, S and current [A m⁻²]; the subject's own where none are given.
        **terms : dict
            What `microbatt.engines.simulate_discharges` takes.

        Returns
        -------
        DischargeBatch
            The discharges, in order.
        """
        asked: dict[str, Any] = {"cutoff_voltage": CUTOFF, "inventory": self.inventory} | terms
        rows = list(self.points if points is None else points)
        return simulate_discharges(_cell(), rows, engine=self.name, settings=self.settings, **asked)


class EngineContract:
    """What every engine must keep; inherit it and say which engine in a fixture `subject`.

    The name of the class must begin with ``Test`` for pytest to find it.

    Examples
    --------
    In a test module of your own::

        class TestSpheres(EngineContract):
            @pytest.fixture(scope="class")
            @classmethod
            def subject(cls):
                return EngineSubject(name="my_engines:ENGINE")
    """

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls) -> EngineSubject:
        """The engine; a class that inherits says which."""
        raise NotImplementedError("define a fixture `subject` that returns an EngineSubject")

    @pytest.fixture(scope="class")
    @classmethod
    def batch(cls, subject: EngineSubject) -> DischargeBatch:
        """All points in one call, made once for all tests of an engine."""
        return subject.discharges()

    def test_discharges_come_back_in_the_order_of_their_points(
        self, subject: EngineSubject, batch: DischargeBatch
    ) -> None:
        rows = np.column_stack([batch.alpha, batch.S, batch.current])
        np.testing.assert_array_equal(rows, subject.points)

    def test_every_number_has_a_name_and_a_unit(self, batch: DischargeBatch) -> None:
        ds = batch.to_dataset()
        assert set(ds.dims) == {"point", "step"}
        for name, variable in ds.variables.items():
            assert variable.attrs["long_name"], name
            assert "units" in variable.attrs or name == "outcome", name

    def test_curves_begin_with_the_current_and_end_on_the_cut_off(
        self, batch: DischargeBatch
    ) -> None:
        for discharge in batch:
            if discharge.outcome is Outcome.CUTOFF_AT_START:
                continue
            assert discharge.outcome is Outcome.CUTOFF_REACHED
            assert discharge.time[0] == 0.0
            assert np.all(np.diff(discharge.time) > 0.0)
            assert discharge.initial_voltage == discharge.voltage[0]
            assert discharge.voltage[-1] == pytest.approx(CUTOFF, abs=1e-4)
            assert np.all(discharge.voltage[:-1] > CUTOFF - 1e-4)
            assert discharge.open_circuit_voltage == pytest.approx(_cell().open_circuit_voltage)

    def test_capacity_energy_power_and_temperature_are_those_of_the_curve(
        self, batch: DischargeBatch
    ) -> None:
        for discharge in batch:
            if not discharge.time.size:
                continue
            hours = discharge.time / SECONDS_PER_HOUR
            np.testing.assert_allclose(discharge.capacity, discharge.current * hours)
            work = np.trapezoid(discharge.voltage, discharge.capacity)
            assert discharge.energy == pytest.approx(
                work / _cell().mass_per_area, rel=1e-3
            )  # trapezoids
            assert discharge.power == pytest.approx(discharge.energy / hours[-1])
            np.testing.assert_allclose(discharge.temperature, _cell().initial_temperature)
            assert discharge.steps > 0

    def test_where_the_cut_off_is_passed_at_once_there_is_no_curve_and_no_number_of_one(
        self, batch: DischargeBatch
    ) -> None:
        discharge = batch[POINTS.index(AT_ONCE)]
        assert discharge.outcome is Outcome.CUTOFF_AT_START
        assert discharge.time.size == discharge.voltage.size == discharge.temperature.size == 0
        for name in ("discharge_capacity", "energy", "power"):
            assert np.isnan(getattr(discharge, name)), name

    def test_a_cube_can_keep_what_comes_back(self, batch: DischargeBatch) -> None:
        rows = rows_from_batch(batch, depth_axis(32), elapsed=1.0)
        assert not row_trouble(rows).any()

    def test_the_answer_is_to_the_question_that_was_asked(
        self, subject: EngineSubject, batch: DischargeBatch
    ) -> None:
        """No claim of accuracy: an error of a unit or a parameter would be larger."""
        for discharge, right in zip(list(batch)[1:], _right(subject.inventory), strict=False):
            capacity = np.linspace(0.0, 0.95, 50) * right.discharge_capacity
            gap = np.interp(capacity, discharge.capacity, discharge.voltage) - np.interp(
                capacity, right.capacity, right.voltage
            )
            assert np.sqrt(np.mean(gap**2)) < 0.03  # V
            assert discharge.discharge_capacity == pytest.approx(right.discharge_capacity, rel=0.02)

    def test_asked_alone_a_point_has_the_same_bits(
        self, subject: EngineSubject, batch: DischargeBatch
    ) -> None:
        """In the batch it comes after one that has no curve."""
        alone, among = subject.discharges([WHOLE[0]])[0], batch[1]
        for field in fields(Discharge):
            np.testing.assert_array_equal(
                getattr(alone, field.name), getattr(among, field.name), err_msg=field.name
            )

    def test_a_limit_on_time_is_kept_or_refused(self, subject: EngineSubject) -> None:
        if not subject.engine.keeps_time_limit:
            with pytest.raises(ParameterError, match=r"`time_limit` is 0.001 s; .* keeps none"):
                subject.discharges([WHOLE[0]], time_limit=1e-3)
            return
        limited = subject.discharges([WHOLE[0]], time_limit=1e-3)
        assert limited[0].outcome is Outcome.TIME_LIMIT
        assert not limited[0].outcome.is_whole

    @pytest.mark.parametrize(
        ("points", "terms", "message"), _REFUSED, ids=lambda value: str(value)[:30]
    )
    def test_bad_input_is_refused_before_anything_runs(
        self, subject: EngineSubject, points: Sequence[Any], terms: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ParameterError, match=message):
            subject.discharges(points, **terms)

    def test_the_settings_of_another_engine_are_refused_by_name(
        self, subject: EngineSubject
    ) -> None:
        wanted = subject.engine.settings.__name__
        foreign = subject.foreign_settings()
        with pytest.raises(ParameterError, match=f"`settings` is .* it must be {wanted}"):
            simulate_discharges(_cell(), WHOLE, engine=subject.name, settings=foreign)

    @pytest.mark.parametrize("mode", ["adiabatic", "lumped"])
    def test_a_heat_balance_that_an_engine_lacks_is_refused_with_those_it_has(
        self, subject: EngineSubject, mode: str
    ) -> None:
        extra = {"heat_transfer_coefficient": 5.0} if mode == "lumped" else {}
        thermal = thermal_from_dict({"mode": mode, **extra})
        if isinstance(thermal, subject.engine.thermal):
            request = subject.engine.request(
                cell=_cell(), thermal=thermal, inventory=subject.inventory
            )
            assert request.thermal == thermal
            return
        with pytest.raises(ParameterError, match=r"cannot do. It can: Isothermal"):
            subject.discharges(WHOLE, thermal=thermal)

    def test_every_engine_knows_a_lithium_balance(self, subject: EngineSubject) -> None:
        assert set(subject.engine.inventories) <= set(Inventory)
        assert subject.engine.inventories

    def test_settings_survive_the_way_into_a_campaign_file_and_back(
        self, subject: EngineSubject
    ) -> None:
        kind = subject.engine.settings
        described = subject.own_settings().to_dict()
        assert kind.from_dict(described).to_dict() == described
        with pytest.raises(ParameterError, match="which is not known"):
            kind.from_dict({"no_such_setting": 1})

    def test_the_version_says_what_gives_the_numbers(self, subject: EngineSubject) -> None:
        version = subject.engine.version(subject.own_settings())
        assert version == subject.engine.version(subject.own_settings())
        assert any(character.isdigit() for character in version)
