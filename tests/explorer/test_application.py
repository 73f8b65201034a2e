"""The explorer without a browser: what a tap, a drag, a slider and a look change."""

import socket
import subprocess
import sys

import numpy as np
import pytest

import microbatt.explorer
from microbatt.cli.main import main
from microbatt.errors import ParameterError
from microbatt.explorer.application import Explorer, first_point
from microbatt.explorer.opening import opener
from microbatt.explorer.serving import free_port
from microbatt.explorer.source import CubeSource
from tests.explorer import cubes

PROGRAM = """
import sys
from microbatt.explorer.application import Explorer
from microbatt.explorer.opening import opener
from microbatt.explorer.source import CubeSource
Explorer(CubeSource(opener(sys.argv[1]))).view.get_root()
print([name for name in ("tensorflow", "keras", "numba", "pybamm") if name in sys.modules])
"""


def column(explorer, source_name, column_name):
    root = explorer.view.get_root()
    return np.asarray(root.select_one({"name": source_name}).data[column_name])


def test_it_begins_at_the_cells_own_microstructure(source):
    place = source.plane.place(first_point(source))
    assert (source.plane.alpha_axis[place["alpha"]], source.plane.S_axis[place["S"]]) == (2.5, 3.0)


def test_a_tap_brings_the_curves_of_its_point_and_a_second_pins(source):
    explorer = Explorer(source)
    explorer.scene._tap(8.1, 4.8)
    explorer.scene._tap(1.1, 1.0)
    for kind, (alpha, S) in {"selected": (8.0, 5.0), "pinned": (1.0, 1.0)}.items():
        point = source.opened.sel(alpha=alpha, S=S)
        shown = [curve[-1] for curve in column(explorer, f"{kind} curves", "capacity")]
        np.testing.assert_allclose(shown, point.discharge_capacity)
        assert column(explorer, f"{kind} point", "S") == [S]
    assert explorer.scene._words.expression.value == "ds.sel(alpha=8, S=5)"
    explorer.scene._words.release.clicks += 1
    assert column(explorer, "pinned curves", "capacity").size == 0


def test_sliders_and_selection_follow_each_other(source):
    explorer = Explorer(source)
    explorer.scene._sliders["alpha"].slider.value = 20
    assert source.plane.alpha[explorer.scene.selection.number] == 10.0
    explorer.scene._drag(0.0, 40.0)
    assert explorer.scene._sliders["alpha"].slider.value == 0
    assert explorer.scene._sliders["S"].slider.value == 6


def test_a_player_goes_round_along_its_axis(source):
    explorer = Explorer(source)
    slider = explorer.scene._sliders["S"]
    seen = []
    for _ in range(len(cubes.S)):
        slider._next()
        seen.append(source.plane.S[explorer.scene.selection.number])
    assert sorted(seen) == list(cubes.S)


def test_the_map_shows_the_chosen_variable_at_the_chosen_current(source):
    explorer = Explorer(source)
    explorer.scene._choice.variable.value = "energy"
    explorer.scene._choice.current.value = 5
    np.testing.assert_array_equal(column(explorer, "cells", "value"), source.values("energy")[:, 5])
    title = explorer.scene._map.figure.title.text
    assert title == "Specific energy delivered [W h kg⁻¹], at 70 A m⁻²"


@pytest.mark.parametrize("kind", ["predicted", "scattered"])
def test_every_variable_can_be_shown(kind, request):
    explorer = Explorer(request.getfixturevalue(kind))
    for group in explorer.scene._choice.variable.groups.values():
        for name in group.values():
            explorer.scene._choice.variable.value = name
            assert explorer.scene._map.figure.title.text


def test_a_prediction_brings_its_own_curves(predicted):
    explorer = Explorer(predicted)
    explorer.scene._tap(2.0, 5.0)
    shown = [curve[-1] for curve in column(explorer, "predicted curves", "capacity")]
    np.testing.assert_allclose(shown, predicted.opened.discharge_capacity.sel(alpha=2.5, S=5.0))
    assert column(explorer, "predicted point", "alpha") == pytest.approx([2.5])
    explorer.scene._tap(2.0, 1.0)
    explorer.scene._words.release.clicks += 1
    explorer.scene._drag(2.0, 1.0)
    assert column(explorer, "predicted point", "alpha").size == 0


def test_what_a_campaign_adds_is_shown(half_store):
    source = CubeSource(opener(str(half_store)))
    explorer = Explorer(source)
    assert np.isnan(column(explorer, "cells", "value")).any()
    cubes.filled(cubes.demo_campaign(), half_store)
    source._pause = 0.0
    explorer.look()
    assert np.isfinite(column(explorer, "cells", "value")).all()
    assert "882 curves<" in explorer.scene._words.progress.object


def test_longer_axes_are_shown_at_the_point_that_was_selected(source):
    short = source.opened.isel(alpha=slice(0, 10), current=slice(0, 4))
    cubes_in_turn = [short, source.opened]
    growing = CubeSource(lambda: cubes_in_turn[0])
    explorer = Explorer(growing)
    explorer.scene._tap(4.5, 10.0)
    cubes_in_turn.pop(0)
    growing._pause = 0.0
    explorer.look()
    assert column(explorer, "cells", "value").size == source.plane.alpha.size
    assert column(explorer, "selected point", "alpha") == [4.5]
    assert column(explorer, "selected curves", "current").tolist() == list(cubes.CURRENT)
    explorer.scene._tap(10.0, 1.0)
    assert column(explorer, "selected point", "alpha") == [10.0]


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
