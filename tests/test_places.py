"""Nothing is replaced that is not of the kind that is about to be written."""

import json
import zipfile

import netCDF4
import numpy as np
import pytest
import xarray as xr
import zarr

from microbatt import places
from microbatt.errors import StoreError
from microbatt.places import Kind, check_replaceable, kind_of, mark, replacing

PNG = b"\x89PNG\r\n\x1a\n"


def cube(path):
    zarr.create_group(path, attributes={"microbatt_schema": 1})


def estimates(path):
    xr.Dataset({"value": ("parameter", [3.0])}, attrs=mark(Kind.ESTIMATES)).to_zarr(
        path, consolidated=False
    )


def notes(path):
    path.mkdir()
    (path / "notes.txt").write_text("alpha was 3 on Tuesday")


def zipped_store(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("zarr.json", "{}")


def checkpoint(path):
    with path.open("wb") as file:
        np.savez(file, about=np.array("{}"), variable_0000=np.zeros(2))


def spreadsheet(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")


def netcdf(path, **attributes):
    with netCDF4.Dataset(path, "w") as dataset:
        dataset.setncatts(attributes)


WRITTEN = {
    "a.zarr": (cube, Kind.CUBE),
    "e.zarr": (estimates, Kind.ESTIMATES),
    "foreign.zarr": (zarr.create_group, Kind.ZARR),
    "old.zarr": (lambda path: zarr.create_group(path, zarr_format=2), Kind.ZARR),
    "notes": (notes, Kind.FOLDER),
    "a.zip": (zipped_store, Kind.ARCHIVE),
    "a.npz": (checkpoint, Kind.CHECKPOINT),
    "a.xlsx": (spreadsheet, Kind.FILE),
    "torn.zip": (lambda path: path.write_bytes(b"PK\x03\x04"), Kind.FILE),
    "foreign.nc": (netcdf, Kind.NETCDF),
    "e.nc": (lambda path: netcdf(path, **mark(Kind.ESTIMATES)), Kind.ESTIMATES),
    "cube.nc": (lambda path: netcdf(path, microbatt_schema=1), Kind.CUBE),
    "torn.nc": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), Kind.NETCDF),
    "a.png": (lambda path: path.write_bytes(PNG), Kind.PICTURE),
    "a.svg": (lambda path: path.write_text("<?xml version='1.0'?><svg/>"), Kind.PICTURE),
    "a.pdf": (lambda path: path.write_bytes(b"%PDF-1.4"), Kind.PICTURE),
    "thesis.png": (lambda path: path.write_text("not a picture"), Kind.FILE),
    "a.csv": (lambda path: path.write_text("alpha,S\n1,2\n"), Kind.TABLE),
    "n.json": (lambda path: path.write_text(json.dumps(mark(Kind.NUMBERS))), Kind.NUMBERS),
    "foreign.json": (lambda path: path.write_text('{"my": "settings"}'), Kind.FILE),
    "list.json": (lambda path: path.write_text("[1, 2]"), Kind.FILE),
    "r.html": (
        lambda path: path.write_text(
            '<!doctype html>\n<meta name="generator" content="microbatt 1.0">'
        ),
        Kind.PAGE,
    ),
    "foreign.html": (lambda path: path.write_text("<html>my homepage"), Kind.FILE),
    "dask.html": (
        lambda path: path.write_text("<!DOCTYPE html>\n<title>Dask Performance Report</title>"),
        Kind.DASK_REPORT,
    ),
    "dualfoil5.in": (lambda path: path.write_text("100  ! lim: limit on iterations\n"), Kind.DECK),
    "cell.toml": (
        lambda path: path.write_text("format = 1\n[negative]\n[positive]\n"),
        Kind.CELL_FILE,
    ),
    "sweep.toml": (
        lambda path: path.write_text('format = 1\nname = "a"\ncell = "b"\n'),
        Kind.CAMPAIGN_FILE,
    ),
    "pyproject.toml": (lambda path: path.write_text("[project]\n"), Kind.FILE),
    "bad.toml": (lambda path: path.write_text("format = \n"), Kind.FILE),
    "letter.txt": (lambda path: path.write_text("Dear all,"), Kind.FILE),
    "data.bin": (lambda path: path.write_bytes(bytes(range(128, 256))), Kind.FILE),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_the_kind_is_read_from_what_lies_there(name, tmp_path):
    write, kind = WRITTEN[name]
    write(tmp_path / name)
    assert kind_of(tmp_path / name) is kind


def test_nothing_and_an_empty_folder_are_free(tmp_path):
    (tmp_path / "empty").mkdir()
    for name in ("nothing", "empty"):
        assert kind_of(tmp_path / name) is None
        check_replaceable(tmp_path / name, Kind.CUBE)


def test_weights_are_told_by_their_description(tmp_path):
    (tmp_path / "network.json").write_text('{"weights_hash": "0"}')
    assert kind_of(tmp_path) is Kind.WEIGHTS


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_of_another_kind_is_replaced_even_where_overwriting_is_asked_for(name, tmp_path):
    write, kind = WRITTEN[name]
    write(tmp_path / name)
    other = Kind.ESTIMATES if kind is not Kind.ESTIMATES else Kind.CUBE
    with pytest.raises(StoreError, match="nothing of another kind is ever replaced"):
        check_replaceable(tmp_path / name, other, overwrite=True)


def test_the_refusal_names_what_a_folder_holds(tmp_path):
    notes(tmp_path / "notes")
    with pytest.raises(StoreError, match=r"a folder that holds notes\.txt, and estimates"):
        check_replaceable(tmp_path / "notes", Kind.ESTIMATES, overwrite=True)


def test_its_own_kind_is_replaced_only_where_that_is_asked_for(tmp_path):
    estimates(tmp_path / "e.zarr")
    with pytest.raises(StoreError, match=r"is estimates already.*pass `--overwrite`"):
        check_replaceable(tmp_path / "e.zarr", Kind.ESTIMATES)
    check_replaceable(tmp_path / "e.zarr", Kind.ESTIMATES, overwrite=True)


def cut_short(path, kind):
    """Begin to replace a file, and fail."""
    with replacing(path, kind, overwrite=True) as beside:
        beside.write_bytes(PNG)
        raise ZeroDivisionError


def overtaken(path):
    """Write estimates to a place at which somebody else puts a cube meanwhile."""
    with replacing(path, Kind.ESTIMATES, overwrite=True) as beside:
        estimates(beside)
        cube(path)


def test_a_file_is_put_in_its_place_when_it_is_whole(tmp_path):
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG + b"old")
    with pytest.raises(ZeroDivisionError):
        cut_short(picture, Kind.PICTURE)
    assert picture.read_bytes() == PNG + b"old"
    with replacing(picture, Kind.PICTURE, overwrite=True) as beside:
        beside.write_bytes(PNG + b"new")
    assert picture.read_bytes() == PNG + b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.png"]


def test_a_store_is_put_in_its_place_when_it_is_whole(tmp_path):
    store = tmp_path / "results" / "e.zarr"
    for value in (1.0, 2.0):
        with replacing(store, Kind.ESTIMATES, overwrite=True) as beside:
            xr.Dataset({"value": value}, attrs=mark(Kind.ESTIMATES)).to_zarr(
                beside, consolidated=False
            )
    assert float(xr.open_zarr(store, consolidated=False)["value"]) == 2.0
    assert [entry.name for entry in store.parent.iterdir()] == ["e.zarr"]


def test_all_of_it_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    told, place = [], tmp_path / "e.zarr"
    monkeypatch.setattr(places, "put_on_disk", lambda path: told.append((path, place.exists())))
    with replacing(place, Kind.ESTIMATES) as beside:
        estimates(beside)
        written = {beside, *beside.rglob("*")}
    assert {path for path, there in told if not there} == written
    assert told[-1] == (tmp_path, True)


def test_what_arrives_while_writing_is_kept(tmp_path):
    with pytest.raises(StoreError, match="a cube"):
        overtaken(tmp_path / "e.zarr")
    assert kind_of(tmp_path / "e.zarr") is Kind.CUBE


def test_a_link_is_followed_to_what_it_names(tmp_path):
    cube(tmp_path / "a.zarr")
    (tmp_path / "link.zarr").symlink_to(tmp_path / "a.zarr")
    with pytest.raises(StoreError, match="a cube"):
        check_replaceable(tmp_path / "link.zarr", Kind.ESTIMATES, overwrite=True)
