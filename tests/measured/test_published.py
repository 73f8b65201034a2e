"""Published measurements: verified whenever they are opened, with their cell."""

import gzip
import hashlib
import tomllib

import pytest

import microbatt
from microbatt.data_files import catalog_folder
from microbatt.errors import ParameterError, StoreError
from tests.documentation import ROOT, python_of
from tests.reference.real_nmc_pouch import CELL_FILE, FOLDER, PLACE

NAME = "about-energy-nmc-pouch"


@pytest.fixture
def kept(tmp_path):
    """A cache that holds the files as they were published, so that nothing is downloaded."""
    if FOLDER is None:
        pytest.skip(f"there is no {PLACE} above the project")
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / CELL_FILE).write_bytes((FOLDER / CELL_FILE).read_bytes())
    for packed in FOLDER.glob("*.csv.gz"):
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return tmp_path


def test_the_measured_cell_comes_with_its_curves(kept):
    data = microbatt.open_measured(NAME, cache_dir=kept)
    assert data.cell.nominal_capacity == 12.5
    assert list(data.files) == ["C/20", "C/2", "1C", "2C", "drive-cycle"]
    for path in data.files.values():
        assert path.read_text().startswith("Time [s],I[A],U[V]")
    assert "CC BY-SA 4.0" in repr(data)
    assert "NMC_25degC_1C.csv" in data._repr_html_()


def test_a_file_that_is_not_the_published_one_is_never_opened(kept, monkeypatch):
    """It is fetched again; without a network that is said, with the file that is asked for."""
    path = kept / NAME / "NMC_25degC_1C.csv"
    path.write_text(path.read_text() + "99999,0,4.2\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(StoreError, match=r"NMC_25degC_1C\.csv cannot be downloaded"):
        microbatt.open_measured(NAME, cache_dir=kept)


@pytest.mark.slow
def test_the_notebook_of_a_measured_cell_runs_on_copies_and_holds_what_the_file_says(
    kept, monkeypatch
):
    monkeypatch.setattr("microbatt.measured.published._folder", lambda _: kept)
    page, values = ROOT / "docs" / "notebooks" / "measured-cell.md", {}
    for block in python_of(page):
        exec(block.code, values)  # noqa: S102 - the page's own code
    alpha = values["estimate"]["alpha"]
    assert alpha.low < values["data"].cell.positive.alpha < alpha.high


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ParameterError, match=NAME):
        microbatt.open_measured("about-energy-nmc")


@pytest.mark.parametrize(
    "path", list(catalog_folder("measured").glob("*.toml")), ids=lambda path: path.stem
)
def test_every_entry_says_whose_it_is_and_what_the_bytes_must_be(path):
    entry = tomllib.loads(path.read_text(encoding="utf-8"))
    assert entry["license"]
    assert entry["citation"]
    for file in (entry["cell"], *entry["files"].values()):
        assert len(bytes.fromhex(file["sha256"])) == hashlib.sha256().digest_size
