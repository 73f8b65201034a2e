"""What every kind of store must keep: the same cube, the same going on, the same repair.

The methods of `StoreContract` are claims, named in a sentence each.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

import fsspec
import pytest

from microbatt.campaign import (
    Campaign,
    campaign_of,
    local_client,
    run_campaign,
)
from microbatt.cells import load_cell
from microbatt.cube import Grid, check_store, join_predictions, locate, open_cube, repair_store
from microbatt.cube.contents import UNREPEATABLE
from microbatt.cube.predicted import copies_in, predicted_by
from microbatt.errors import CampaignError, StoreError
from microbatt.testing.predictions import made_predictions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import xarray as xr
    from distributed import Client

    from microbatt.cube import Location

    Place = tuple[str | Path, Mapping[str, Any]]

_ALPHA: Final = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)


def stored_bytes(url: str | Path, options: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Read everything of a cube that a second run of its campaign has to repeat.

    Parameters
    ----------
    url : str or Path
        Path or URL of the cube.
    options : mapping, optional
        Storage options of its protocol.

    Returns
    -------
    dict
        Key of each object but those that measure the machine → its bytes.
    """
    files, root = _files((url, options or {}))
    keys = [path[len(root) :].lstrip("/") for path in files.find(root)]
    return {
        key: files.cat_file(f"{root}/{key}")
        for key in keys
        if key.split("/")[0] not in {"zarr.json", "runs", *UNREPEATABLE}
        and not key.endswith(".partial")
    }


def _files(place: Place) -> tuple[Any, str]:
    """Return the file system of a place and the cube's path on it."""
    url, options = place
    files, root = fsspec.url_to_fs(str(url), **options)
    files.invalidate_cache()
    return files, str(root).rstrip("/")


def _campaign(alpha: tuple[float, ...] = _ALPHA, **terms: Any) -> Campaign:  # noqa: ANN401 - those of Campaign
    """36 curves of a formula in three blocks, unless told otherwise."""
    return Campaign(
        name="small",
        cell=load_cell("doyle-1996-cell-1"),
        design=Grid(alpha=alpha, S=(1.0, 3.0), current=(17.5, 35.0, 70.0)),
        engine="microbatt.testing.formula:ENGINE",
        depth_points=32,
        **terms,
    )


def _within(folder: Place, name: str) -> Place:
    url, options = folder
    return f"{str(url).rstrip('/')}/{name}", options


def _location(place: Place) -> Location:
    return locate(*place)


def _fill(place: Place, client: Client, campaign: Campaign | None = None, **how: Any) -> xr.Dataset:  # noqa: ANN401 - those of run_campaign
    url, options = place
    return run_campaign(campaign or _campaign(), url, client=client, storage_options=options, **how)


class StoreContract:
    """What every kind of store must keep; inherit it and say where in a fixture `folder`.

    The name of the class must begin with ``Test`` for pytest to find it.

    Examples
    --------
    In a test module of your own::

        class TestOurStore(StoreContract):
            @pytest.fixture(scope="class")
            @classmethod
            def folder(cls):
                return f"ours://tests/{uuid.uuid4().hex}", {"token": "secret"}
    """

    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls) -> Place:
        """An empty place of that kind: path or URL, and storage options."""
        raise NotImplementedError("define a fixture `folder` that returns (url, options)")

    @pytest.fixture(scope="class")
    @classmethod
    def threads(cls) -> Iterator[Client]:
        """A client of two threads of this process."""
        with local_client(2) as client:
            yield client

    @pytest.fixture(scope="class")
    @classmethod
    def filled(cls, folder: Place, threads: Client) -> Place:
        """A cube that a campaign filled; nobody changes it."""
        place = _within(folder, "filled.zarr")
        _fill(place, threads)
        return place

    @pytest.fixture
    def place(self, folder: Place, filled: Place) -> Place:
        """A copy of it, to be changed."""
        place = _within(folder, f"{uuid.uuid4().hex}.zarr")
        files, root = _files(filled)
        files.copy(root, _files(place)[1], recursive=True)
        return place

    def test_a_cube_is_filled_and_opened(self, filled: Place) -> None:
        opened = open_cube(_location(filled))
        assert bool(opened.microbatt.ok().all())
        assert opened.attrs["campaign_hash"] == _campaign().hash

    def test_every_kind_of_store_holds_the_same_bytes(
        self, filled: Place, threads: Client, tmp_path: Path
    ) -> None:
        run_campaign(_campaign(), tmp_path / "b.zarr", client=threads)
        assert stored_bytes(*filled) == stored_bytes(tmp_path / "b.zarr")

    def test_an_unfinished_block_is_all_that_is_run_again(
        self, place: Place, threads: Client
    ) -> None:
        before = stored_bytes(*place)
        files, root = _files(place)
        files.rm_file(f"{root}/status/c/1/0/0")
        heard: list[Any] = []  # events
        _fill(place, threads, listeners=[heard.append])
        assert heard[-1].simulated == 12
        assert stored_bytes(*place) == before

    def test_damage_is_found_and_repaired(self, place: Place, threads: Client) -> None:
        location, before = _location(place), stored_bytes(*place)
        files, root = _files(place)
        damaged = bytearray(files.cat_file(f"{root}/voltage/c/2/0/0/0"))
        damaged[10] ^= 1
        files.pipe_file(f"{root}/voltage/c/2/0/0/0", bytes(damaged))
        report = check_store(location)
        assert [damage.key for damage in report.damages] == ["voltage/c/2/0/0/0"]
        repair_store(location, report)
        _fill(place, threads, campaign_of(location))
        assert stored_bytes(*place) == before

    def test_predictions_are_joined_replaced_and_mended(self, place: Place) -> None:
        location = _location(place)
        cube = open_cube(location, chunks=None)
        join_predictions(location, made_predictions(cube, ("curve", "other")))
        join_predictions(location, made_predictions(cube, ("curve",), (1,), weights="new"))
        opened = open_cube(location, chunks=None)
        assert copies_in(opened) == {"curve": (0, 1), "other": (0,)}
        assert predicted_by(opened, "curve", 1).weights_hash == "new-curve-1"
        files, root = _files(place)
        files.pipe_file(f"{root}/alpha_predicted/c/1/0/0/0", b"no longer a chunk")
        repair_store(location, check_store(location))
        assert check_store(location).damages == ()
        status = open_cube(location, chunks=None).prediction_status.any(("alpha", "S"))
        assert status.values.tolist() == [[True, True], [False, False]]

    def test_another_campaign_is_refused(self, filled: Place, threads: Client) -> None:
        with pytest.raises(CampaignError, match="cutoff_voltage"):
            _fill(filled, threads, _campaign(cutoff_voltage=2.5))

    def test_a_larger_campaign_reuses_it(
        self, folder: Place, filled: Place, threads: Client, tmp_path: Path
    ) -> None:
        larger = _campaign(alpha=(0.0, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5))
        heard: list[Any] = []  # events
        new = _within(folder, "larger.zarr")
        _fill(new, threads, larger, reuse=filled[0], listeners=[heard.append])
        assert heard[-1].simulated == 6
        run_campaign(larger, tmp_path / "c.zarr", client=threads)
        assert stored_bytes(*new) == stored_bytes(tmp_path / "c.zarr")

    def test_a_place_without_a_cube_is_told_in_a_sentence(self, folder: Place) -> None:
        with pytest.raises(StoreError, match=r"no cube at|no store at"):
            open_cube(_location(_within(folder, "nothing.zarr")))
