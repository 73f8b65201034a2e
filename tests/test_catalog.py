"""Data sets by name: computed, downloaded or opened, and what is said of a wrong name."""

import functools
import hashlib
import http.server
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

import microbatt
from microbatt import catalog
from microbatt.campaign import cached_store, load_campaign, local_client, run_campaign
from microbatt.catalog import Archive, fetch_archive, open_dataset
from microbatt.errors import ParameterError, StoreError
from tests.campaign.small import lay_small, write_campaign


@pytest.fixture
def datasets(tmp_path, monkeypatch):
    """A catalog of one recipe, `small`, to which archives can be added."""
    folder = tmp_path / "datasets"
    folder.mkdir()
    write_campaign(folder)
    for module in ("microbatt.catalog.datasets", "microbatt.campaign.reading"):
        monkeypatch.setattr(f"{module}.catalog_folder", lambda _: folder)
    return folder


@pytest.fixture
def published(tmp_path):
    """A zipped cube on a web server of this machine: its URL and its checksum."""
    lay_small(tmp_path / "a.zarr")
    archive = shutil.make_archive(str(tmp_path / "web" / "a.zarr"), "zip", tmp_path / "a.zarr")
    handler = functools.partial(_Quiet, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        checksum = hashlib.sha256(Path(archive).read_bytes()).hexdigest()
        yield f"http://127.0.0.1:{server.server_port}/a.zarr.zip", f"sha256:{checksum}"
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Say nothing."""


def test_none_lists_the_catalog():
    table = open_dataset()
    assert list(table.columns) == ["title", "curves", "ready", "store"]
    assert table.loc["published-sweep", "curves"] == 24_240


@pytest.mark.usefixtures("datasets")
def test_a_recipe_is_computed_once_with_progress_and_then_opened(tmp_path):
    heard = []
    first = open_dataset("small", cache_dir=tmp_path, listeners=[heard.append])
    assert heard[-1].simulated == 36
    assert bool(first.microbatt.ok().all())
    heard.clear()
    again = open_dataset("small", cache_dir=tmp_path, listeners=[heard.append])
    assert heard == []
    np.testing.assert_array_equal(again.voltage, first.voltage)
    assert bool(open_dataset(cache_dir=tmp_path).loc["small", "ready"])


def test_a_recipe_that_changes_is_computed_anew_beside_the_old(datasets, tmp_path):
    before = cached_store(load_campaign("small"), tmp_path)
    write_campaign(datasets, alpha=(0.0, 9.0))
    assert cached_store(load_campaign("small"), tmp_path) != before


def test_a_path_opens_what_lies_there(tmp_path):
    lay_small(tmp_path / "a.zarr")
    lazy = open_dataset(tmp_path / "a.zarr")
    assert lazy.voltage.chunks is not None
    assert open_dataset(str(tmp_path / "a.zarr"), chunks=None).voltage.chunks is None
    assert lazy.attrs["name"] == "small"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="Nearest: 'published-sweep'"):
        open_dataset("publised-sweep")


def test_an_archive_is_downloaded_once_and_its_checksum_verified(datasets, published, tmp_path):
    url, checksum = published
    (datasets / "archived.toml").write_text(
        f'[archive]\nurl = "{url}"\nchecksum = "{checksum}"\n', encoding="utf-8"
    )
    cube = open_dataset("archived", cache_dir=tmp_path / "cache")
    assert bool(cube.microbatt.ok().all())
    (file,) = (tmp_path / "cache").iterdir()
    written = file.stat().st_mtime_ns
    open_dataset("archived", cache_dir=tmp_path / "cache")
    assert file.stat().st_mtime_ns == written


def test_a_download_that_is_not_what_was_published_is_refused(published, tmp_path):
    url, _ = published
    false = Archive(url=url, checksum="sha256:" + 64 * "0")
    with pytest.raises(StoreError, match="not the file that was published"):
        fetch_archive("archived", false, tmp_path / "cache")


def test_a_download_that_is_not_there_is_told_in_a_sentence(published, tmp_path):
    url, checksum = published
    with pytest.raises(StoreError, match="cannot be downloaded"):
        fetch_archive("archived", Archive(url=url + "x", checksum=checksum), tmp_path / "cache")


def test_an_archive_without_a_checksum_is_refused():
    with pytest.raises(ParameterError, match="sha256:"):
        Archive(url="http://127.0.0.1/a.zip", checksum="")


@pytest.mark.slow
def test_the_demo_is_computed_by_the_engine_and_every_curve_has_a_physical_ending(tmp_path):
    cube = microbatt.open_dataset("demo", cache_dir=tmp_path, listeners=())
    assert cube.status.size == 546
    assert cube.microbatt.failures().empty
    assert catalog.is_complete(catalog.locate(cached_store(load_campaign("demo"), tmp_path)))


@pytest.mark.usefixtures("datasets")
def test_the_recipe_of_a_catalog_cube_can_be_run_on_any_client(tmp_path):
    with local_client(1) as client:
        run_campaign("small", cached_store(load_campaign("small"), tmp_path), client=client)
    heard = []
    open_dataset("small", cache_dir=tmp_path, listeners=[heard.append])
    assert heard == []
