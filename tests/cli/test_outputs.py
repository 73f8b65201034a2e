"""No command loses what lies where it writes: another kind never, its own only with --overwrite."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import xarray as xr
import zarr
from click.testing import CliRunner

from microbatt.campaign import run_campaign
from microbatt.cli.commands import COMMANDS, main
from microbatt.places import kind_of
from tests.campaign.small import small_campaign
from tests.cli.test_infer import write
from tests.cube.cubes import small_cube
from tests.engines.dualfoil.test_published import STEPS
from tests.engines.dualfoil.test_published import write as write_published
from tests.inference.experiments import CELL, experiment
from tests.scoring.cubes import predicted_cube


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A call of a command that writes.

    Attributes
    ----------
    words
        Of the call; ``{inputs}`` is the folder of what it reads, ``{out}`` where it writes.
    name
        Of what it writes.
    files
        What a folder that it writes holds afterwards; empty for a command that writes one thing.
    extra
        Optional dependency that it needs.
    other
        Words that ask for something else, where doing the same again would do no harm.
    """

    words: str
    name: str
    files: tuple[str, ...] = ()
    extra: str = "numpy"
    other: tuple[str, ...] = ()


DISCHARGE = f"discharge {CELL} --current 35"
DESIGN = f"design --cell {CELL} --alpha 2 --S 3 --currents 17.5,35 --max-curves 1"
INFER = f"infer {{inputs}}/one --cell {CELL} --noise 1mV --cell-error 0 --no-network"
SIMULATE = f"simulate {CELL} {{inputs}}/protocol.toml"
READ = "read {inputs}/one/35.csv --area 1cm2"
PROTOCOL = '[[protocol]]\nstep = "Discharge at 1C for 60 s"\n'
WRITERS = {
    "discharge --csv": Writer(words=f"{DISCHARGE} --csv {{out}}", name="out.csv"),
    "discharge --plot": Writer(words=f"{DISCHARGE} --plot {{out}}", name="out.png"),
    "simulate --csv": Writer(words=f"{SIMULATE} --csv {{out}}", name="out.csv"),
    "simulate --plot": Writer(words=f"{SIMULATE} --plot {{out}}", name="out.png"),
    "read --plot": Writer(words=f"{READ} --plot {{out}}", name="out.png"),
    "read --bdf": Writer(words=f"{READ} --bdf {{out}}", name="out.bdf.csv"),
    "publish --out": Writer(words="publish {inputs}/training.zarr --out {out}", name="out"),
    "compare --out": Writer(
        words="compare --engines native --points 1 --out {out}",
        name="out",
        files=("comparison.nc", "comparison.json", "times.csv", "comparison.png"),
    ),
    "design --plot": Writer(words=f"{DESIGN} --plot {{out}}", name="out.pdf"),
    "design --json": Writer(words=f"{DESIGN} --json {{out}}", name="out.json"),
    "map --plot": Writer(
        words="map {inputs}/cube.zarr --currents 17.5,35 --plot {out}", name="out.png"
    ),
    "plot": Writer(words="plot {inputs}/cube.zarr {out}", name="out.svg"),
    "figures --out": Writer(
        words="figures {inputs}/cube.zarr --out {out}", name="out", files=("curves.png",)
    ),
    "score --csv": Writer(words="score {inputs}/scored.zarr --csv {out}", name="out.csv"),
    "deck convert to a deck": Writer(words=f"deck convert {CELL} -o {{out}}", name="dualfoil5.in"),
    "deck convert to a cell": Writer(
        words="deck convert {inputs}/dualfoil5.in -o {out}", name="out.toml"
    ),
    "infer --store, netCDF": Writer(words=f"{INFER} --store {{out}}", name="out.nc"),
    "infer --store, Zarr": Writer(words=f"{INFER} --store {{out}}", name="out.zarr"),
    "infer --report": Writer(words=f"{INFER} --report {{out}}", name="out.html", extra="jinja2"),
    "import --store": Writer(
        words="import published {inputs}/published --alpha 2.3 --S 1 --store {out}",
        name="out.zarr",
    ),
    "train --out": Writer(
        words="train {inputs}/training.zarr --epochs 1 --size members=1 --size width=16 "
        "--size components=12 --out {out}",
        name="out",
        files=("network.json", "weights.npz"),
        extra="tensorflow",
        other=("--seed", "1"),
    ),
}
NOTHING_WRITTEN = {"cells", "completion", "datasets", "doctor", "explore", "status"}
"""Commands without a place to write."""
IN_PLACE = {
    "run": "a cube that is gone on with; another campaign's is refused (tests/campaign)",
    "check": "the damaged blocks of the cube it is given (tests/campaign)",
    "predict": "variables of the cube it is given; below",
    "demo": "a folder of its own kinds of file (tests/cli/test_demo.py)",
    "dualfoil-compatible": "dualfoil's own output, where dualfoil itself replaces it",
}
"""Commands that change what they are given."""


def cube(path):
    zarr.create_group(path, attributes={"microbatt_schema": 1, "title": "years of work"})


def notes(path):
    path.mkdir()
    (path / "notes.md").write_text("what nobody else wrote down")


def text(path):
    path.write_text("what nobody else wrote down")


OBSTACLES = {"a cube": cube, "a folder with notes": notes, "a text file": text}


def content(folder):
    """Every byte below a folder: path → content."""
    return {path: path.read_bytes() for path in sorted(Path(folder).rglob("*")) if path.is_file()}


def call(writer, inputs, out, *more):
    pytest.importorskip(writer.extra)
    words = [word.format(inputs=inputs, out=out) for word in writer.words.split()]
    return CliRunner().invoke(main, [*words, *more])


@pytest.fixture(autouse=True)
def _one_figure(monkeypatch):
    """Have `figures` draw one: it writes all alike, and drawing them takes longest."""
    from microbatt import plots

    monkeypatch.setattr(plots, "FIGURES", plots.FIGURES[:1])


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """What the commands read: a cube, one with predictions, curves, a deck, published files."""
    folder = tmp_path_factory.mktemp("inputs")
    small_cube(folder)
    points = small_campaign(S=(1.0, 2.0, 3.0, 5.0, 9.0, 14.0, 20.0, 30.0))
    run_campaign(points, folder / "training.zarr")
    predicted_cube().to_zarr(folder / "scored.zarr", zarr_format=3, consolidated=False)
    write(folder / "one", experiment(3.0, 4.0))
    (folder / "protocol.toml").write_text(PROTOCOL)
    (folder / "published").mkdir()
    write_published(folder / "published" / "a.csv", STEPS)
    CliRunner().invoke(main, ["deck", "convert", CELL, "-o", str(folder / "dualfoil5.in")])
    return folder


def written(writer, out):
    return [out / name for name in writer.files] or [out]


@pytest.mark.parametrize("name", WRITERS)
def test_a_command_writes_refuses_to_write_again_and_replaces_when_it_is_told_to(
    name, inputs, tmp_path
):
    writer, out = WRITERS[name], tmp_path / WRITERS[name].name
    first = call(writer, inputs, out)
    assert first.exit_code == 0, first.output
    assert all(path.exists() for path in written(writer, out))
    before = content(tmp_path)
    again = call(writer, inputs, out, *writer.other)
    assert again.exit_code == 2
    assert "--overwrite" in again.output
    assert content(tmp_path) == before
    kind = kind_of(written(writer, out)[0])
    assert call(writer, inputs, out, *writer.other, "--overwrite").exit_code == 0
    assert kind_of(written(writer, out)[0]) is kind
    assert not [path for path in tmp_path.rglob(".*") if ".partial" in path.name]


@pytest.mark.parametrize(
    ("name", "obstacle"),
    [
        (name, obstacle)
        for name, writer in WRITERS.items()
        for obstacle in OBSTACLES
        # Files go into a folder beside what it holds; the next test says so.
        if not (writer.files and obstacle == "a folder with notes")
        # A cube that is imported replaces a cube, when it is told to; the test above says so.
        if not (writer.name == "out.zarr" and "import" in writer.words and obstacle == "a cube")
    ],
)
def test_what_is_of_another_kind_is_told_and_stays_as_it_is(name, obstacle, inputs, tmp_path):
    writer, out = WRITERS[name], tmp_path / WRITERS[name].name
    OBSTACLES[obstacle](out)
    before = content(tmp_path)
    for more in ((), ("--overwrite",)):
        refused = call(writer, inputs, out, *more)
        assert refused.exit_code == 2, refused.output
        assert str(out) in refused.output
        assert content(tmp_path) == before


@pytest.mark.parametrize("name", [name for name, writer in WRITERS.items() if writer.files])
def test_files_written_into_a_folder_leave_the_others_alone(name, inputs, tmp_path):
    writer, out = WRITERS[name], tmp_path / "out"
    notes(out)
    before = content(tmp_path)
    assert call(writer, inputs, out, "--overwrite").exit_code == 0
    assert before.items() <= content(tmp_path).items()
    # One of the names is taken by something else.
    taken = out / writer.files[0]
    taken.unlink()
    text(taken)
    before = content(tmp_path)
    assert call(writer, inputs, out, "--overwrite").exit_code == 2
    assert content(tmp_path) == before


def test_every_command_is_in_one_of_the_tables():
    known = {writer.words.split()[0] for writer in WRITERS.values()}
    assert known | NOTHING_WRITTEN | IN_PLACE.keys() >= COMMANDS.keys()


def test_the_numbers_beside_a_report_are_as_safe_as_its_page(inputs, tmp_path):
    writer = WRITERS["infer --report"]
    text(tmp_path / "out.nc")
    before = content(tmp_path)
    assert call(writer, inputs, tmp_path / "out.html", "--overwrite").exit_code == 2
    assert content(tmp_path) == before
    (tmp_path / "out.nc").unlink()
    both = call(writer, inputs, tmp_path / "out.html", "--store", str(tmp_path / "out.nc"))
    assert both.exit_code == 2
    assert "where the report puts its own numbers" in both.output


def test_the_activation_energies_beside_a_deck_are_as_safe_as_the_deck(inputs, tmp_path):
    text(tmp_path / "li-ion-ebar.in")
    before = content(tmp_path)
    refused = call(WRITERS["deck convert to a deck"], inputs, tmp_path / "dualfoil5.in")
    assert refused.exit_code == 2
    assert content(tmp_path) == before


def test_bounds_in_a_cube_are_replaced_only_on_demand(inputs, tmp_path):
    shutil.copytree(inputs / "cube.zarr", tmp_path / "cube.zarr")
    words = ["map", str(tmp_path / "cube.zarr"), "--currents", "17.5,35", "--noise"]
    # The writers above may have mapped the cube already.
    assert CliRunner().invoke(main, [*words, "1mV", "--overwrite"]).exit_code == 0
    refused = CliRunner().invoke(main, [*words, "5mV"])
    assert refused.exit_code == 2
    assert "--overwrite" in refused.output
    assert CliRunner().invoke(main, [*words, "5mV", "--overwrite"]).exit_code == 0
    with xr.open_zarr(tmp_path / "cube.zarr") as mapped:
        assert mapped["alpha_bound"].attrs["noise_voltage"] == 5e-3
