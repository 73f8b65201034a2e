"""Folders that can be written, cubes that can be read, near and far."""

import json

from microbatt.cube import locate
from microbatt.diagnosis import State
from microbatt.diagnosis import stores as looked_at
from microbatt.diagnosis.stores import stores
from tests.cube.cubes import small_cube


def test_the_usual_folders_are_told_with_what_the_cache_holds(tmp_path, monkeypatch):
    (tmp_path / "demo-1.zarr").mkdir()
    monkeypatch.setattr(looked_at, "cache_folder", lambda: tmp_path)
    cubes, here = stores()
    assert cubes.text.startswith(f"{tmp_path}, writable, ")
    assert cubes.text.endswith("holds demo-1.zarr")
    assert here.state is State.FINE


def test_a_folder_that_cannot_be_written_is_trouble(monkeypatch):
    monkeypatch.setattr(looked_at.os, "access", lambda *_: False)
    assert all(one.state is State.TROUBLE for one in stores())


def test_a_cube_is_read_and_measured(tmp_path):
    small_cube(tmp_path)
    line = list(stores([locate(tmp_path / "cube.zarr")]))[-1]
    assert line.state is State.FINE
    assert "curves (" in line.text
    assert line.text.endswith("writable")


def test_a_place_without_a_cube_is_trouble_that_says_so(tmp_path):
    line = list(stores([locate(tmp_path / "none.zarr")]))[-1]
    assert line.state is State.TROUBLE
    assert "there is no store" in line.text


def test_a_cube_in_an_object_store_is_read(tmp_path, s3):
    import fsspec

    small_cube(tmp_path)
    fsspec.filesystem("s3", **s3).put(
        str(tmp_path / "cube.zarr"), "cubes/doctor.zarr", recursive=True
    )
    place = locate("s3://cubes/doctor.zarr", s3)
    line = list(stores([place]))[-1]
    assert line.text.startswith("s3://cubes/doctor.zarr, ")
    assert json.loads(place.options)["secret"] not in line.text
