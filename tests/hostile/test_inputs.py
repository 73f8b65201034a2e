"""Malformed, endless and enormous input is refused in a sentence, before anything is made of it."""

import json
import os
import shutil
import time
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from microbatt.campaign.reading import parse_campaign, read_campaign
from microbatt.cli.commands import main
from microbatt.cli.outputs import plain_cells
from microbatt.cli.stores import words_without_secrets
from microbatt.cube import ListedPoints, SobolPoints, check_store, locate, open_cube
from microbatt.errors import CampaignError, MicrobattError, ParameterError, StoreError
from microbatt.places import read_text
from tests.campaign.small import lay_small, small_campaign

WELL_FORMED = """
format = 1
name = "small"
title = "words"
cell = "doyle-1996-cell-1"
engine = "native"
inventory = "conserving"
cutoff_voltage = { value = 2.0, unit = "V" }
thermal = { mode = "isothermal" }
settings = { tolerance = 2e-4 }
grid = { alpha = { values = [0, 1] }, S = { values = [3] }, c_rate = { values = [1] } }
tasks = { curves = 100 }
"""
DIGITS = "9" * 400
MANY_DIGITS = "9" * 5000
DEEP = "[" * 3000 + "]" * 3000
VALUES = [
    "3", "-1", "true", '""', '"a:b:c"', '"\\u0000"', '"../../x"', "[]", "[[1]]", "{}", "{ a = 1 }",
    "nan", "inf", "1979-05-27", DIGITS, "1e400", '"' + "x" * 5000 + '"', '"adiabatic"',
]  # fmt: skip
"""Each of them in the place of each key."""
KEYS = ["name", "title", "cell", "engine", "inventory", "cutoff_voltage", "thermal", "settings",
        "grid", "tasks", "format"]  # fmt: skip
INNER = {
    "grid.alpha": "{{ values = {} }}",
    "grid.S": "{{ values = [{}] }}",
    "grid.current": '{{ values = [{}], unit = "A m-2" }}',
    "cutoff_voltage": '{{ value = {}, unit = "V" }}',
    "thermal": "{{ mode = {} }}",
    "thermal ": '{{ mode = "lumped", heat_transfer_coefficient = {} }}',
    "settings": "{{ tolerance = {} }}",
    "settings ": "{{ max_steps = {} }}",
    "tasks": "{{ curves = {} }}",
    "tasks ": '{{ time_limit = {{ value = {}, unit = "s" }} }}',
}
"""A hostile value one level below a key."""


def with_value(key, value):
    """Return the well-formed file with something else in the place of a key."""
    key = key.strip()
    if key.startswith("grid."):
        inner = {"grid.alpha": "{ values = [0, 1] }", "grid.S": "{ values = [3] }",
                 "grid.current": '{ values = [17.5], unit = "A m-2" }'}  # fmt: skip
        table = ", ".join(f"{k.partition('.')[2]} = {v}" for k, v in (inner | {key: value}).items())
        key, value = "grid", f"{{ {table} }}"
    lines = [line for line in WELL_FORMED.splitlines() if not line.startswith(f"{key} =")]
    return "\n".join([*lines, f"{key} = {value}"])


def is_read_or_refused(text, folder):
    """Read a campaign file; whatever is wrong with it has to be a sentence."""
    path = folder / "a.toml"
    path.write_text(text, encoding="utf-8")
    try:
        campaign = read_campaign(path)
    except CampaignError as error:
        said = str(error)
        assert said.isprintable() or "\n" in said, said
        assert len(said) < 5000
        return False
    assert campaign.name
    return True


def test_the_file_that_is_spoilt_below_is_a_good_one(tmp_path):
    assert is_read_or_refused(WELL_FORMED, tmp_path)


@pytest.mark.parametrize("key", KEYS)
def test_any_value_at_any_key_of_a_campaign_is_taken_or_refused_in_a_sentence(key, tmp_path):
    read = [is_read_or_refused(with_value(key, value), tmp_path) for value in VALUES]
    assert not all(read)


@pytest.mark.parametrize("key", INNER)
def test_any_value_within_a_table_of_a_campaign_is_taken_or_refused(key, tmp_path):
    read = [
        is_read_or_refused(with_value(key, INNER[key].format(value)), tmp_path) for value in VALUES
    ]
    assert not all(read)


@pytest.mark.parametrize(
    "text",
    [
        "", "\x00", "format = 1", f"format = {DIGITS}", f"format = {MANY_DIGITS}", f"a = {DEEP}",
        "a." * 3000 + "b = 1", "[" + "a." * 2000 + "b]\nc = 1", "format = 1\n" * 2, "= 3",
        '"' * 100, "\ufeff" + WELL_FORMED, "a = '\ud7ff'", "[[grid]]\nalpha = 1", "# \x01",
    ],
    ids=range(15),
)  # fmt: skip
def test_what_is_hardly_a_campaign_file_is_refused_in_a_sentence(text, tmp_path):
    assert not is_read_or_refused(text, tmp_path)


@pytest.mark.parametrize(
    "unit", ["km1000", "m-400", "", "%", "A m-2 " * 1000, "\x00", "1/0", "A²²²"]
)
def test_a_unit_that_is_none_is_refused_in_a_sentence(unit, tmp_path):
    value = f"{{ values = [1], unit = {json.dumps(unit)} }}"
    assert not is_read_or_refused(with_value("grid.current", value), tmp_path)


def test_bytes_that_are_no_text_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "a.toml"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(CampaignError, match="UTF-8"):
        read_campaign(path)


ENDLESS = {
    "a count": ("grid.alpha", "{ start = 0, stop = 1, count = 1000000000 }"),
    "a step": ("grid.alpha", "{ start = 0, stop = 1, step = 1e-300 }"),
    "a smaller step": ("grid.alpha", "{ start = 0, stop = 20, step = 5e-324 }"),
    "a range": ("grid.current", '{ start = 0, stop = 1e308, step = 1e-5, unit = "A m-2" }'),
    "many digits": ("grid.alpha", f"{{ start = 0, stop = 1, count = {DIGITS} }}"),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_axis_without_end_is_refused_before_anything_is_made_of_it(what, tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(with_value(*ENDLESS[what]), encoding="utf-8")
    read_campaign_of(WELL_FORMED, tmp_path)  # what is loaded once does not count
    tracemalloc.start()
    begun = time.perf_counter()
    with pytest.raises(CampaignError, match=r"at most|whole number"):
        read_campaign(path)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 20e6
    assert time.perf_counter() - begun < 5.0


def read_campaign_of(text, folder):
    path = folder / "b.toml"
    path.write_text(text, encoding="utf-8")
    return read_campaign(path)


def test_points_and_curves_without_end_are_refused():
    box = {"alpha": (0.0, 10.0), "S": (0.3, 40.0), "current": (17.5,)}
    with pytest.raises(ParameterError, match="from 1 to 4194304"):
        SobolPoints(count=2**26, seed=1, **box)
    many = box | {"current": tuple(float(i) for i in range(1, 301))}
    design = SobolPoints(count=4_000_000, seed=1, **many)
    with pytest.raises(ParameterError, match=r"the design asks for 1\.2e\+09 curves"):
        small_campaign(design=design)
    with pytest.raises(ParameterError, match="depth_points"):
        small_campaign(depth_points=10**9)
    with pytest.raises(ParameterError, match="curves_per_task"):
        small_campaign(curves_per_task=10**9)


@pytest.mark.parametrize("S", [1e-9, 0.0, -1.0, 1e9, float("nan"), 1e-3])
def test_a_shape_factor_that_there_cannot_be_is_refused(S):
    with pytest.raises(ParameterError, match=r"`S`"):
        ListedPoints(alpha=(0.5,), S=(S,), current=(17.5,))


def test_a_small_exponent_is_not_rounded_to_another(tmp_path):
    text = with_value("grid.alpha", "{ values = [1e-11, 0.1, 1] }")
    assert read_campaign_of(text, tmp_path).design.alpha == (1e-11, 0.1, 1.0)
    # What arithmetic adds is still taken away.
    text = with_value("grid.alpha", "{ start = 0, stop = 0.3, step = 0.1 }")
    assert read_campaign_of(text, tmp_path).design.alpha == (0.0, 0.1, 0.2, 0.3)


def test_devices_pipes_and_huge_files_are_not_read(tmp_path):
    with pytest.raises(CampaignError, match="device or a pipe"):
        read_campaign(Path("/dev/zero"))
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    with pytest.raises(CampaignError, match="device or a pipe"):
        read_campaign(pipe)
    huge = tmp_path / "huge.toml"
    with huge.open("wb") as file:
        file.truncate(10**12)  # takes no room
    with pytest.raises(CampaignError, match="1000000000000 bytes"):
        read_campaign(huge)
    (tmp_path / "a").write_text("four")
    with pytest.raises(ParameterError, match="at most 3"):
        read_text(tmp_path / "a", 3)


@pytest.mark.parametrize(
    "title",
    ["\x1b[31mred", "a\nb", "\u202eabc", "x" * 5000, 3],
    ids=["escape", "line", "turn", "long", "no"],
)
def test_words_that_command_a_terminal_are_no_title(title):
    with pytest.raises(ParameterError, match=r"`title`"):
        small_campaign(title=title)


def test_a_missing_document_key_is_named(tmp_path):
    with pytest.raises(ParameterError, match=r"`cell` is missing"):
        parse_campaign({"format": 1, "name": "a"}, folder=tmp_path)


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


def edit(store, change):
    """Change the root of a store, and the metadata of its arrays, as JSON."""
    root = store / "zarr.json"
    content = json.loads(root.read_text())
    for name, array in content["consolidated_metadata"]["metadata"].items():
        change(name, array)
        if (store / name / "zarr.json").exists():
            (store / name / "zarr.json").write_text(json.dumps(array))
    change("", content)
    root.write_text(json.dumps(content))


def huge_axis(name, array):
    if name == "alpha":
        array["shape"] = [10**12]


def huge_cube(name, array):
    if name == "status":
        array["shape"] = [10**8, 10**8, 3]


def huge_chunks(name, array):
    if name in {"voltage", "alpha"}:
        array["chunk_grid"]["configuration"]["chunk_shape"] = [2**40] * len(array["shape"])


def empty_chunks(name, array):
    if name == "status":
        array["chunk_grid"]["configuration"]["chunk_shape"] = [0, 1, 1]


def negative_shape(name, array):
    if name == "status":
        array["shape"] = [-1, 2, 3]


def no_codecs(name, array):
    if name == "voltage":
        array["codecs"] = [{"name": "numcodecs.pickle"}]


def other_type(name, array):
    if name == "voltage":
        array["data_type"] = "object"


def deep_attributes(name, array):
    if not name:
        array["attributes"]["title"] = "DEEP"


def no_schema(name, array):
    if not name:
        array["attributes"]["microbatt_schema"] = True


@pytest.mark.parametrize(
    "change",
    [huge_axis, huge_cube, huge_chunks, empty_chunks, negative_shape, no_codecs, other_type,
     deep_attributes, no_schema],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_metadata_that_somebody_edited_are_refused_in_a_sentence_and_fast(change, store):
    edit(store, change)
    if change is deep_attributes:
        root = store / "zarr.json"
        root.write_text(root.read_text().replace('"DEEP"', "[" * 20000 + "]" * 20000))
    begun = time.perf_counter()
    with pytest.raises(MicrobattError, match=r"a\.zarr"):
        open_cube(locate(store), chunks=None).load()
    for command in ("status", "check"):
        ended = CliRunner().invoke(main, [command, str(store)])
        assert ended.exit_code in {1, 2}, (command, ended.output)
        assert "not foreseen" not in ended.output
    assert time.perf_counter() - begun < 60.0


ROOTS = [
    b"", b"\x00", b"[]", b"3", b"null", b"{}", b'{"zarr_format": 3}', b"[" * 50000, b"9" * 5000,
    b'{"node_type": "group"}',
]  # fmt: skip


@pytest.mark.parametrize("content", ROOTS, ids=range(len(ROOTS)))
def test_a_root_that_is_none_is_refused_in_a_sentence(content, store):
    (store / "zarr.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"a\.zarr"):
        check_store(locate(store))
    ended = CliRunner().invoke(main, ["status", str(store)])
    assert ended.exit_code in {1, 2}, ended.output


def test_secrets_of_a_store_stand_in_no_file():
    given = [
        "train", "s3://bucket/a.zarr", "--storage-option", "secret=abc",
        "--storage-option=key=def", "--storage-option", "anon=false", "--storage-option",
        'client_kwargs={"aws_secret_access_key": "ghi"}', "https://me:jkl@host/a?sig=mno",
    ]  # fmt: skip
    said = words_without_secrets(given)
    text = " ".join(said)
    for secret in ("abc", "def", "ghi", "jkl", "mno"):
        assert secret not in text
    assert "anon=false" in text
    assert "s3://bucket/a.zarr" in text


def test_a_name_in_a_store_becomes_no_formula_of_a_spreadsheet():
    names = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "\r=1", "curve", "a=b"]
    table = plain_cells(pd.DataFrame({"network": names, "value": [-1.0] * len(names)}))
    assert [name[0] for name in table.network[:6]] == ["'"] * 6
    assert table.network[6:].tolist() == ["curve", "a=b"]
    assert (table.value == -1.0).all()
