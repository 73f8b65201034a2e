"""A published cube: whole or refused, the same bytes each time, and read back by its checksum."""

import functools
import hashlib
import http.server
import json
import shutil
import subprocess
import threading

import pytest
import xarray
import zarr

from microbatt.catalog import open_dataset, publish_cube
from microbatt.errors import OccupiedError, ParameterError, StoreError
from tests.campaign.small import lay_small


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("store") / "a.zarr"
    lay_small(place)
    return place


@pytest.fixture(scope="module")
def published(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "small-1.0"
    return publish_cube(store, folder, creators=["A. Author"])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def address(published):
    handler = functools.partial(_Quiet, directory=str(published.folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{published.archive.name}"
        server.shutdown()
        thread.join()


def test_it_is_opened_by_address_and_checksum_with_the_numbers_of_the_store(
    store, published, address, tmp_path
):
    cube = open_dataset(address, checksum=published.checksum, cache_dir=tmp_path)
    xarray.testing.assert_identical(cube.load(), open_dataset(store).load())


def test_xarray_alone_reads_it(store, published):
    with zarr.storage.ZipStore(published.archive, mode="r") as opened:
        cube = xarray.open_zarr(opened).load()
    xarray.testing.assert_equal(cube, open_dataset(store).load())


def test_another_file_at_the_address_is_refused(address, tmp_path):
    with pytest.raises(StoreError, match="not the file that was published"):
        open_dataset(address, checksum="sha256:" + 64 * "0", cache_dir=tmp_path)


def test_the_same_cube_gives_the_same_bytes(store, published, tmp_path):
    again = publish_cube(store, tmp_path / "again")
    assert again.checksum == published.checksum
    assert again.archive.read_bytes() == published.archive.read_bytes()


def test_the_folder_says_what_it_holds(published):
    assert {path.name for path in published.folder.iterdir()} == {
        "DATASHEET.md", "README.md", "SHA256SUMS", "manifest.json", "small.toml", "small.zarr.zip"
    }  # fmt: skip
    checked = subprocess.run(  # as the README tells its readers to
        [shutil.which("sha256sum"), "-c", "SHA256SUMS"], cwd=published.folder, check=False
    )
    assert checked.returncode == 0
    sheet = (published.folder / "DATASHEET.md").read_text()
    for words in ("36 curves", "A. Author", "CC BY 4.0", "conserving", "doyle-1996-cell-1"):
        assert words in sheet
    manifest = json.loads((published.folder / "manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256(published.archive.read_bytes()).hexdigest()


def test_nothing_but_a_publication_is_replaced_and_that_only_where_asked(store, tmp_path):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "mine.txt").write_text("keep")
    with pytest.raises(OccupiedError, match="mine"):
        publish_cube(store, notes, overwrite=True)
    publish_cube(store, tmp_path / "out")
    with pytest.raises(OccupiedError, match="--overwrite"):
        publish_cube(store, tmp_path / "out")
    publish_cube(store, tmp_path / "out", overwrite=True)


def test_a_damaged_cube_is_not_published(store, tmp_path):
    damaged = tmp_path / "a.zarr"
    shutil.copytree(store, damaged)
    chunk = next(path for path in (damaged / "voltage").rglob("c/**/*") if path.is_file())
    chunk.write_bytes(chunk.read_bytes()[:-1])
    with pytest.raises(StoreError, match=r"damaged at .*--repair"):
        publish_cube(damaged, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unfinished_cube_is_not_published(store, tmp_path):
    young = tmp_path / "a.zarr"
    shutil.copytree(store, young)
    next(path for path in (young / "status").rglob("c/**/*") if path.is_file()).unlink()
    with pytest.raises(StoreError, match="finish it"):
        publish_cube(young, tmp_path / "out")


def test_a_cube_that_is_not_there_is_told(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        publish_cube(tmp_path / "none.zarr", tmp_path / "out")


def test_a_checksum_for_a_path_is_refused(store):
    with pytest.raises(ParameterError, match="Leave it out for a path"):
        open_dataset(store, checksum="sha256:" + 64 * "0")


def test_a_licence_of_two_lines_is_refused(store, tmp_path):
    with pytest.raises(ParameterError, match="one line"):
        publish_cube(store, tmp_path / "out", license="a\nb")
