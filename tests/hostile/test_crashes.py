"""Whatever dies between any two of its writes can be done again, and ends as in peace."""

import shutil

import pytest

from microbatt.campaign import run_campaign
from microbatt.campaign.importing import write_imported
from microbatt.cube import (
    ListedPoints,
    check_store,
    has_cube,
    join_predictions,
    locate,
    open_cube,
    open_prediction_group,
    repair_store,
)
from microbatt.cube.predicted import copies_in
from microbatt.engines.dualfoil.archives.archive import read_run
from microbatt.testing import made_predictions, stored_bytes
from tests.campaign.small import small_campaign
from tests.campaign.test_importing import ORIGIN
from tests.engines.dualfoil.runs import make_run
from tests.hostile.crashing import moments

SMALL = {"alpha": (0.0, 1.0), "S": (3.0,), "current": (17.5, 35.0), "curves_per_task": 2}
CAMPAIGN = small_campaign(**SMALL)
LARGER = small_campaign(**SMALL | {"alpha": (0.0, 0.5, 1.0)})


def some_or_all(some):
    """Take every so many moments by default, and all of them among the long tests."""
    return pytest.mark.parametrize("every", [some, pytest.param(1, marks=pytest.mark.slow)])


@pytest.fixture(scope="module")
def plain(threads, tmp_path_factory):
    """A store of four curves."""
    store = tmp_path_factory.mktemp("plain") / "a.zarr"
    run_campaign(CAMPAIGN, store, client=threads)
    return store


@pytest.fixture(scope="module")
def elsewhere(threads, tmp_path_factory):
    """Another cube, whose points are predicted into the store."""
    points = ListedPoints(alpha=(0.3, 1.7), S=(2.0, 8.0), current=(17.5, 35.0))
    store = tmp_path_factory.mktemp("elsewhere") / "b.zarr"
    cube = run_campaign(small_campaign(design=points), store, client=threads)
    return cube.assign_attrs(name="elsewhere").load()


@pytest.fixture(scope="module")
def predicted(plain, elsewhere, tmp_path_factory):
    """The store with predictions of its own points and of the other cube's."""
    store = tmp_path_factory.mktemp("predicted") / "a.zarr"
    shutil.copytree(plain, store)
    join(store, ("curve",), (0, 1))
    join_group(store, elsewhere)
    return store


def join(store, names, folds):
    cube = open_cube(locate(store), chunks=None)
    join_predictions(locate(store), made_predictions(cube, names, folds))


def join_group(store, cube):
    predictions = made_predictions(cube, ("published",), (1,))
    join_predictions(locate(store), predictions, as_group=True)


def assert_done_again(store, work, calm):
    """Look into what a dead process left, mend it if that says so, and do its work again."""
    if has_cube(locate(store)):
        report = check_store(locate(store))
        assert not any("are not those" in damage.what for damage in report.damages)
        if report.damages:
            repair_store(locate(store), report)
            assert check_store(locate(store)).damages == ()
    work(store)
    assert stored_bytes(store) == stored_bytes(calm)
    assert check_store(locate(store)).damages == ()
    assert [path.name for path in store.parent.iterdir()] == [store.name]


@some_or_all(53)
@pytest.mark.parametrize("names", [("curve",), ("new",)], ids=["again", "another"])
def test_predicting_that_dies_at_any_write_is_done_again(
    names, every, predicted, tmp_path, monkeypatch
):
    def work(store):
        join(store, names, (0, 1, 2))

    for _, store in moments(monkeypatch, tmp_path, predicted, work, every):
        assert_done_again(store, work, tmp_path / "calm/a.zarr")
        assert set(copies_in(open_cube(locate(store)))) == {"curve", *names}


@some_or_all(31)
def test_the_first_prediction_that_dies_at_any_write_is_done_again(
    every, plain, tmp_path, monkeypatch
):
    def work(store):
        join(store, ("curve",), (0,))

    for _, store in moments(monkeypatch, tmp_path, plain, work, every):
        assert_done_again(store, work, tmp_path / "calm/a.zarr")


@some_or_all(59)
def test_predicting_into_a_group_that_dies_at_any_write_is_done_again(
    every, plain, elsewhere, tmp_path, monkeypatch
):
    def work(store):
        join_group(store, elsewhere)

    for _, store in moments(monkeypatch, tmp_path, plain, work, every):
        assert_done_again(store, work, tmp_path / "calm/a.zarr")
        assert open_prediction_group(locate(store), "elsewhere").sizes["point"] == 2


@some_or_all(149)
def test_extending_a_cube_with_predictions_that_dies_at_any_write_goes_on(
    every, predicted, threads, tmp_path, monkeypatch
):
    def work(store):
        run_campaign(LARGER, store, client=threads, extend=True)

    for _, store in moments(monkeypatch, tmp_path, predicted, work, every):
        assert_done_again(store, work, tmp_path / "calm/a.zarr")
        assert copies_in(open_cube(locate(store))) == {"curve": (0, 1)}
        join(store, ("more",), (0,))
        assert "more" in copies_in(open_cube(locate(store)))


@some_or_all(47)
def test_a_run_that_dies_at_any_write_goes_on(every, threads, tmp_path, monkeypatch):
    def work(store):
        run_campaign(CAMPAIGN, store, client=threads)

    for _, store in moments(monkeypatch, tmp_path, None, work, every):
        assert_done_again(store, work, tmp_path / "calm/a.zarr")


@some_or_all(37)
def test_an_import_that_dies_at_any_write_is_run_again(every, tmp_path, monkeypatch):
    discharges = []
    for number, point in enumerate([(0.5, 1.0), (2.3, 3.0)]):
        folder = make_run(tmp_path / f"run{number}", current=35.0, output="cutoff_reached")
        (folder / "point.json").write_text('{{"alpha": {}, "S": {}}}'.format(*point))
        discharges.append(read_run(folder).discharge)

    def work(store):
        write_imported(discharges, ORIGIN, locate(store))

    for _, store in moments(monkeypatch, tmp_path / "stores", None, work, every):
        assert_done_again(store, work, tmp_path / "stores/calm/a.zarr")
