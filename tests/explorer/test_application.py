"""The explorer without a browser: what a tap, a drag, a slider and a look change."""

import socket
import subprocess
import sys

import holoviews as hv
import numpy as np
import pytest

import microbatt
from microbatt.cli.commands import main
from microbatt.errors import ParameterError
from microbatt.explorer import CubeSource, free_port, opener
from microbatt.explorer.application import Explorer, first_point
from microbatt.testing import made_predictions
from tests.explorer import cubes

PROGRAM = """
import sys
from microbatt.explorer import Explorer
from microbatt.explorer import opener
from microbatt.explorer import CubeSource
Explorer(CubeSource(opener(sys.argv[1]))).view.get_root()
print([name for name in ("tensorflow", "keras", "numba", "pybamm") if name in sys.modules])
"""


class Shown(Explorer):
    """An explorer that somebody looks at."""

    def __init__(self, source):
        super().__init__(source)
        self._root = self.view.get_root()

    def model(self, name):
        """What Bokeh shows under a name."""
        return self._root.select_one({"name": name})


def column(explorer, source_name, column_name):
    """What the browser gets of an element."""
    return np.asarray(explorer.model(source_name).data[column_name])


def ends(explorer, kind):
    """The capacities at which the curves of a kind end."""
    return [curve[-1] for curve in column(explorer, f"{kind} curves", "xs")]


def marked(explorer):
    """The kind, alpha and S of each mark on the map."""
    sources = {
        kind: explorer.model(f"{kind} point") for kind in ("pinned", "selected", "predicted")
    }
    return {
        kind: (source.data["alpha"][0], source.data["S"][0])
        for kind, source in sources.items()
        if source is not None and len(source.data["alpha"])
    }


def title(explorer, figure="map"):
    return " ".join(explorer.model(figure).title.text.split())


def test_it_begins_at_the_cells_own_microstructure(source):
    place = source.plane.place(first_point(source))
    assert (source.plane.x_axis[place["alpha"]], source.plane.y_axis[place["S"]]) == (2.5, 3.0)


def test_a_tap_brings_the_curves_of_its_point_and_a_second_pins(source):
    explorer = Shown(source)
    explorer.scene._tap(8.1, 4.8)
    explorer.scene._tap(1.1, 1.0)
    for kind, (alpha, S) in {"pinned": (8.0, 5.0), "selected": (1.0, 1.0)}.items():
        point = source.opened.sel(alpha=alpha, S=S)
        np.testing.assert_allclose(ends(explorer, kind), point.discharge_capacity)
        assert marked(explorer)[kind] == (alpha, S)
    assert explorer.scene._captions.expression.value == "ds.sel(alpha=1, S=1)"
    explorer.scene._captions.release.clicks += 1
    assert ends(explorer, "pinned") == []
    assert list(marked(explorer)) == ["selected"]


def test_what_the_pointer_does_reaches_the_explorer_through_streams(source):
    explorer = Shown(source)
    streams = hv.streams.Stream.registry[explorer.scene._map.on_top]
    tap, drag = (
        next(one for one in streams if isinstance(one, kind))
        for kind in (hv.streams.SingleTap, hv.streams.Draw)
    )
    tap.event(x=8.1, y=4.8)
    assert marked(explorer)["selected"] == (8.0, 5.0)
    tap.event(x=None, y=4.8)  # beside the axes
    assert "pinned" not in marked(explorer)
    drag.event(x=0.1, y=38.0, stroke_count=1)
    assert marked(explorer)["selected"] == (0.0, 40.0)


def test_other_figures_can_follow_the_points(source):
    explorer = Shown(source)
    own = hv.DynamicMap(
        lambda selected: hv.Text(0, 0, f"{source.plane.x[selected]:g}"),
        streams=[explorer.scene.points["selected"]],
    )
    explorer.scene._drag(4.0, 2.0)
    assert own[()].text == "4"


def test_sliders_and_selection_follow_each_other(source):
    explorer = Shown(source)
    explorer.scene._sliders["alpha"].slider.value = 20
    assert source.plane.x[explorer.scene.selection.number] == 10.0
    explorer.scene._drag(0.0, 40.0)
    assert explorer.scene._sliders["alpha"].slider.value == 0
    assert explorer.scene._sliders["S"].slider.value == 6


def test_a_player_goes_round_along_its_axis(source):
    explorer = Shown(source)
    slider = explorer.scene._sliders["S"]
    seen = []
    for _ in range(len(cubes.S)):
        slider._next()
        seen.append(source.plane.y[explorer.scene.selection.number])
    assert sorted(seen) == list(cubes.S)


def test_the_map_shows_the_chosen_variable_at_the_chosen_current(source):
    explorer = Shown(source)
    explorer.scene._choice.variable.value = "energy"
    explorer.scene._choice.current.value = 5
    np.testing.assert_array_equal(column(explorer, "tiles", "value"), source.values("energy")[:, 5])
    assert title(explorer) == "Specific energy delivered [W h kg⁻¹], at 70 A m⁻²"


def test_what_was_zoomed_to_stays_when_another_variable_is_chosen(source):
    explorer = Shown(source)
    explorer.scene._map._range.event(x_range=(2.0, 4.0), y_range=(1.0, 9.0))
    explorer.scene._choice.variable.value = "energy"
    shown = explorer.model("map").x_range
    assert (shown.start, shown.end) == (2.0, 4.0)
    assert (shown.reset_start, shown.reset_end) == (-0.25, 10.25)


def shows_each(explorer, first=None):
    """Choose the first so many variables of every group; each must be in the title."""
    for group in explorer.scene._choice.variable.groups.values():
        for label, name in list(group.items())[:first]:
            explorer.scene._choice.variable.value = name
            assert title(explorer).startswith(label)


def test_every_variable_can_be_shown(predicted):
    shows_each(Shown(predicted))


@pytest.mark.parametrize("first", [1, pytest.param(None, marks=pytest.mark.slow)])
def test_variables_of_scattered_points_can_be_shown(first, scattered):
    shows_each(Shown(scattered), first)


def test_a_prediction_brings_its_own_curves_where_they_do_not_lie_on_those_selected(predicted):
    cube = predicted.opened.load().copy(deep=True)
    for name in ("voltage", "discharge_capacity"):  # two of six are those of the next point
        held = cube[name].loc[{"alpha": 2.0, "S": 5.0}]
        held[:2] = cube[name].loc[{"alpha": 2.5, "S": 5.0}][:2]
    explorer = Shown(CubeSource(lambda: cube))
    explorer.scene._tap(2.0, 5.0)
    expected = cube.discharge_capacity.sel(alpha=2.5, S=5.0)[2:]
    np.testing.assert_allclose(ends(explorer, "predicted"), expected)
    assert "nearest stored α 2.5, S 5, 2 of 6 curves coincide" in (
        explorer.scene._captions.chips.object
    )
    assert marked(explorer)["predicted"] == pytest.approx((2.5, 5.5))
    explorer.scene._drag(2.0, 1.0)
    assert "predicted" not in marked(explorer)
    assert ends(explorer, "predicted") == []


def test_a_prediction_of_the_stored_point_itself_is_not_drawn_on_top(source):
    exact = source.opened.merge(made_predictions(source.opened, ("curve",), (0,), off=0.01))
    explorer = Shown(CubeSource(lambda: exact))
    explorer.scene._tap(2.0, 5.0)
    assert marked(explorer)["predicted"] == pytest.approx((2.02, 5.05))
    assert ends(explorer, "predicted") == []
    assert "nearest stored: the selected one" in explorer.scene._captions.chips.object


def test_measured_curves_are_laid_over_and_stay_when_the_scene_changes(source):
    explorer = Shown(source)
    files = explorer.scene.measured
    rows = [f"{time},{4.1 - time / 3600},17.5" for time in np.linspace(0.0, 3600.0, 50)]
    table = "\n".join(["Time [s],Voltage [V],Current [A/m2]", *rows])
    files.choose({"C:\\lab\\a.csv": table.encode()})
    assert ends(explorer, "measured") == pytest.approx([17.5])
    assert "a.csv: 17.5 A m⁻², 17.5 A h m⁻² (1.75 mA h cm⁻²), down to 3.100 V" in files.told.object
    files.choose({"b.csv": b"no,numbers\n"})  # what is shown stays
    assert ends(explorer, "measured") == pytest.approx([17.5])
    assert "b.csv" in files.told.object
    explorer._begin_again()
    assert [curve.current for curve in explorer.scene.measured.curves] == [17.5]
    explorer.scene.measured.clear.clicks += 1
    assert explorer.scene.measured.curves == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"Time [s],Voltage [V],Current [A]\n" + b"0,4,1\n" * 3, "area"),
        ("a.csv", b"\x00\x01", "a.csv"),
        ("../../a.py", b"print()", "no ending of a tester"),
        ("<b>.csv", b"no,numbers\n", "&lt;b&gt;"),
    ],
)
def test_a_file_that_holds_no_curve_is_told_in_words(name, content, words, source):
    explorer = Shown(source)
    explorer.scene.measured.choose({name: content})
    assert words in explorer.scene.measured.told.object
    assert ends(explorer, "measured") == []


def test_a_current_in_amperes_asks_for_the_area_and_is_read_with_it(source):
    explorer = Shown(source)
    files = explorer.scene.measured
    rows = [f"{time},{4.1 - time / 3600},0.0175" for time in np.linspace(0.0, 3600.0, 50)]
    files.choose({"a.csv": "\n".join(["Time [s],Voltage [V],Current [A]", *rows]).encode()})
    assert files.area.visible
    assert files.curves == []
    files.area.value = 10.0  # cm²
    assert [curve.current for curve in files.curves] == pytest.approx([17.5])


def test_two_explorers_of_one_notebook_keep_their_own_points(source):
    first, second = Shown(source), Shown(source)
    first.scene._tap(8.0, 5.0)
    second.scene._tap(1.0, 20.0)
    assert marked(first)["selected"] == (8.0, 5.0)
    assert marked(second)["selected"] == (1.0, 20.0)


def test_another_network_can_be_listened_to(source):
    with_two = source.opened.merge(
        made_predictions(source.opened, ("curve", "published"), (0, 1, 2), off=0.1)
    )
    explorer = Shown(CubeSource(lambda: with_two))
    explorer.scene._tap(8.0, 10.0)
    explorer.scene._choice.variable.value = "alpha_error"
    chosen = explorer.scene._network
    assert chosen.visible
    assert list(chosen.options) == [
        f"Predicted by {words}"
        for words in ("curve", "curve, held out", "published", "published, held out")
    ]
    assert marked(explorer)["predicted"] == pytest.approx((8.8, 11.0))
    chosen.value = "published", 0
    assert marked(explorer)["selected"] == (8.0, 10.0)
    assert marked(explorer)["predicted"] == pytest.approx((8.0 * 1.4, 10.0 * 1.4))
    assert title(explorer) == "Relative error of the predicted alpha [%]"
    explorer.scene._network.value = "curve", 0
    assert marked(explorer)["predicted"] == pytest.approx((8.8, 11.0))


def test_one_network_leaves_nothing_to_choose(source, predicted):
    assert not Explorer(source).scene._network.visible
    assert not Explorer(predicted).scene._network.visible


def test_what_a_campaign_adds_is_shown(half_store):
    source = CubeSource(opener(str(half_store)))
    explorer = Shown(source)
    explorer.scene._tap(8.0, 5.0)
    assert np.isnan(column(explorer, "tiles", "value")).any()
    assert title(explorer, "curves") == "No curve here: not run."
    cubes.filled(cubes.demo_campaign(), half_store)
    source._pause = 0.0
    explorer.look()
    assert np.isfinite(column(explorer, "tiles", "value")).all()
    expected = source.opened.discharge_capacity.sel(alpha=8.0, S=5.0)
    np.testing.assert_allclose(ends(explorer, "selected"), expected)
    assert "882 curves<" in explorer.scene._captions.progress.object


def test_predictions_that_come_later_are_shown(source):
    predictions = made_predictions(source.opened, ("curve",))
    in_turn = [source.opened, source.opened.merge(predictions)]
    growing = CubeSource(lambda: in_turn[0])
    explorer = Shown(growing)
    assert "predicted" not in explorer.scene.points
    in_turn.pop(0)
    growing._pause = 0.0
    explorer.look()
    explorer.scene._drag(8.0, 10.0)
    assert marked(explorer)["predicted"] == pytest.approx((8.08, 10.1))


def test_longer_axes_are_shown_at_the_point_that_was_selected(source):
    short = source.opened.isel(alpha=slice(0, 10), current=slice(0, 4))
    cubes_in_turn = [short, source.opened]
    growing = CubeSource(lambda: cubes_in_turn[0])
    explorer = Shown(growing)
    explorer.scene._tap(4.5, 10.0)
    explorer.scene._tap(1.0, 2.0)
    cubes_in_turn.pop(0)
    growing._pause = 0.0
    explorer.look()
    assert column(explorer, "tiles", "value").size == source.plane.x.size
    assert marked(explorer) == {"pinned": (4.5, 10.0), "selected": (1.0, 2.0)}
    assert len(ends(explorer, "selected")) == len(cubes.CURRENT)
    explorer.scene._drag(10.0, 1.0)
    assert marked(explorer)["selected"] == (10.0, 1.0)


def test_a_notebook_gets_the_same(source):
    assert "panel" in type(microbatt.explorer.app(source.opened)).__module__
    with pytest.raises(ParameterError, match="`status`"):
        microbatt.explorer.app(source.opened.drop_vars("status"))


def test_opening_needs_neither_a_learner_nor_a_compiler(demo_store):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(demo_store)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.strip() == "[]"


def test_a_port_that_is_taken_is_told_with_the_remedy(demo_store):
    from click.testing import CliRunner

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = CliRunner().invoke(main, ["explore", str(demo_store), "--port", str(port)])
    assert done.exit_code == 2
    assert f"`port` is {port}" in done.stderr
    assert "another explorer may run there" in done.stderr
    assert free_port(0) > 1023


@pytest.mark.parametrize(
    ("cube", "code", "words"),
    [("demmo", 2, "'demo'"), ("none.zarr", 1, "there is no store"), (".", 1, "no Zarr root")],
)
def test_what_is_no_cube_is_refused(cube, code, words, tmp_path, monkeypatch):
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["explore", cube, "--port", "0", "--no-show"])
    assert done.exit_code == code
    assert words in done.stderr
