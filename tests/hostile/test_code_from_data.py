"""Nothing that lies in a store is run: no pickle, no module that it names, no program."""

import json
import os
import pickle
import shutil
import sys

import pytest
from click.testing import CliRunner

from microbatt.campaign import Campaign, campaign_of
from microbatt.cells import Cell
from microbatt.cli.commands import main
from microbatt.cube import check_store, locate, open_cube, read_runs
from microbatt.cube.writing import open_blocks
from microbatt.diagnosis import machine
from microbatt.engines.contract import check_stored_engine
from microbatt.errors import MicrobattError, ParameterError
from tests.campaign.small import lay_small, small_campaign


class Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A sound store."""
    store = tmp_path_factory.mktemp("filled") / "a.zarr"
    lay_small(store)
    return store


@pytest.fixture
def store(filled, tmp_path):
    """A copy of it to be edited."""
    return shutil.copytree(filled, tmp_path / "a.zarr")


@pytest.fixture
def credulous(monkeypatch):
    """A library of codecs that unpickles what it is given, as older ones did."""
    from numcodecs import pickles

    monkeypatch.setattr(pickles, "ALLOW_UNSAFE_PICKLE_DECODE", True, raising=False)


@pytest.fixture(autouse=True)
def no_learner(monkeypatch):
    """Have the doctor look at stores, and not for seconds at TensorFlow each time."""
    monkeypatch.setattr(machine, "is_installed", lambda _: False)


def edited(store, **attributes):
    """Put other attributes into the root of a cube."""
    root = store / "zarr.json"
    content = json.loads(root.read_text())
    content["attributes"] |= attributes
    root.write_text(json.dumps(content))


def as_version_2(folder, mark):
    """Make an array of format 2 whose only chunk is a pickled bomb."""
    folder.mkdir(exist_ok=True)
    # Zarr looks for the first codec of objects alone to tell whether it knows the array's type.
    codecs = [{"id": "vlen-utf8"}, {"id": "pickle", "protocol": 5}]
    described = {
        "zarr_format": 2, "shape": [1], "chunks": [1], "dtype": "|O", "compressor": None,
        "fill_value": "", "order": "C", "filters": codecs,
    }  # fmt: skip
    (folder / ".zarray").write_text(json.dumps(described))
    (folder / ".zattrs").write_text("{}")
    (folder / "0").write_bytes(pickle.dumps(Bomb(mark)))


def everything(store):
    """Open and read a store in every way there is; refusals are right, and say why."""
    location = locate(store)
    for look in (
        check_store, lambda place: open_cube(place, chunks=None).load(), read_runs, open_blocks,
        lambda place: open_blocks(place).read(open_blocks(place).blocks()[0]), campaign_of,
    ):  # fmt: skip
        try:
            look(location)
        except MicrobattError as error:
            assert str(error)  # noqa: PT017 - whether it refuses is another claim
    for command in ("check", "status", "doctor", "plot", "score"):
        extra = ["--out", str(store.parent / "x.png")] if command == "plot" else []
        ended = CliRunner().invoke(main, [command, str(store), *extra])
        assert ended.exit_code in {0, 1, 2}, (command, ended.output)


@pytest.mark.usefixtures("credulous")
def test_a_bomb_goes_off_where_zarr_is_asked_for_any_format(tmp_path):
    # Or the tests below would show nothing.
    import zarr

    as_version_2(tmp_path / "v2", tmp_path / "boom")
    array = zarr.open_array(tmp_path / "v2", mode="r")
    with pytest.raises(Exception, match=r"."):
        array[...]
    assert (tmp_path / "boom").is_dir()


@pytest.mark.usefixtures("credulous")
def test_a_store_of_format_2_is_refused_and_nothing_in_it_is_unpickled(tmp_path):
    store, mark = tmp_path / "a.zarr", tmp_path / "boom"
    store.mkdir()
    (store / ".zgroup").write_text('{"zarr_format": 2}')
    (store / ".zattrs").write_text('{"microbatt_schema": 1}')
    for name in ("voltage", "status", "alpha", "S", "current", "depth", "energy"):
        as_version_2(store / name, mark)
    with pytest.raises(MicrobattError, match="format 2"):
        open_cube(locate(store))
    everything(store)
    assert not mark.exists()


@pytest.mark.filterwarnings("ignore:Object at .* is not recognized")
@pytest.mark.usefixtures("credulous")
@pytest.mark.parametrize("consolidated", [True, False])
def test_arrays_of_format_2_within_a_cube_are_not_opened(consolidated, store, tmp_path):
    mark = tmp_path / "boom"
    if not consolidated:
        content = json.loads((store / "zarr.json").read_text())
        del content["consolidated_metadata"]
        (store / "zarr.json").write_text(json.dumps(content))
    for name in ("voltage", "status", "alpha", "energy", "blocks/digest"):
        shutil.rmtree(store / name)
        as_version_2(store / name, mark)
    as_version_2(store / "more", mark)
    everything(store)
    assert not mark.exists()


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A module that leaves a mark when it is imported, where Python finds it."""
    mark = tmp_path / "boom"
    (tmp_path / "trap_engine.py").write_text(
        f"import os\nos.mkdir({str(mark)!r})\nfrom tests.campaign.standin import simulator\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield mark
    sys.modules.pop("trap_engine", None)


def test_no_module_is_imported_because_a_cube_names_it(store, trap):
    edited(store, engine="trap_engine:simulator")
    everything(store)
    (store / "status/c/0/0/0").unlink()
    (store / "voltage/c/1/0/0/0").write_bytes(b"")
    ended = CliRunner().invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code in {1, 2}
    assert not trap.exists()
    with pytest.raises(ParameterError, match=r"pass `--engine trap_engine:simulator`"):
        Campaign.from_dict(open_attributes(store))


def open_attributes(store):
    return json.loads((store / "zarr.json").read_text())["attributes"]


def test_maps_and_figures_need_no_engine_of_the_cube(store, trap):
    from microbatt.inference.identifiability import cube_bounds

    edited(store, engine="trap_engine:simulator")
    cube = open_cube(locate(store), chunks=None)
    assert "alpha_bound" in cube_bounds(cube.isel(alpha=slice(1), S=slice(1)))
    assert not trap.exists()


def test_an_engine_that_somebody_vouches_for_is_used(store, trap):
    edited(store, engine="trap_engine:simulator")
    campaign = Campaign.from_dict(open_attributes(store), engine="trap_engine:simulator")
    assert campaign.engine == "trap_engine:simulator"
    assert trap.exists()
    assert check_stored_engine("trap_engine:simulator") == "trap_engine:simulator"


@pytest.mark.parametrize(
    "engine", [3, None, "a:b:c", ":", "a:", "os", ["native"], "../x:y", "a b:c", "x" * 10_000]
)
def test_an_engine_that_can_be_none_is_refused_in_a_sentence(engine):
    with pytest.raises(ParameterError, match=r"engine"):
        check_stored_engine(engine)
    with pytest.raises(ParameterError, match=r"engine"):
        small_campaign(engine=engine)


@pytest.mark.parametrize(
    "settings",
    [
        {"executable": "{folder}/program"},
        {"records": "{folder}/records"},
        {"environment": {"LD_PRELOAD": "{folder}/evil.so"}},
        {"environment": {"PATH": "{folder}"}},
        {"extra_file": {"name": "../../x", "template": "{S}"}},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_no_cube_says_which_program_of_this_machine_is_run(settings, store, tmp_path):
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\nmkdir {tmp_path}/boom\n")
    program.chmod(0o755)
    told = json.loads(json.dumps(settings).replace("{folder}", str(tmp_path)))
    edited(store, engine="dualfoil", settings=told)
    with pytest.raises(ParameterError, match=r"settings|environment|extra_file"):
        Campaign.from_dict(open_attributes(store))
    (store / "voltage/c/1/0/0/0").write_bytes(b"")
    ended = CliRunner().invoke(main, ["check", str(store), "--repair"])
    assert ended.exit_code in {1, 2}, ended.output
    assert not (tmp_path / "boom").exists()


def test_no_expression_of_a_cell_in_a_cube_is_run(store, tmp_path):
    described = open_attributes(store)["cell"]
    attack = f"__import__('os').mkdir('{tmp_path}/boom')"
    for key in described["positive"]:
        hostile = json.loads(json.dumps(described))
        hostile["positive"][key] = {"expression": attack}
        with pytest.raises(MicrobattError, match=r"."):
            Cell.from_dict(hostile)
    assert not (tmp_path / "boom").exists()
