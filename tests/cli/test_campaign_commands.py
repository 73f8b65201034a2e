"""``microbatt run``, ``status`` and ``check`` as a person at a prompt meets them."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

import microbatt
from microbatt.cli.commands import main
from tests.campaign.small import write_campaign

NATIVE = {"alpha": (0.5, 2.3), "S": (3.0,), "current": (17.5, 70.0), "engine": "native"}


def call(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def store(tmp_path):
    done = call("run", write_campaign(tmp_path, **NATIVE, curves=2), "--store", tmp_path / "a.zarr")
    assert done.exit_code == 0, done.output
    return tmp_path / "a.zarr"


def test_run_fills_a_cube_and_prints_what_is_in_it(store, tmp_path):
    again = call("run", tmp_path / "small.toml", "--store", store)
    for words in ("4 curves", "cutoff_reached", "doyle-1996-cell-1", str(store)):
        assert words in again.output
    assert bool(microbatt.open_dataset(store).microbatt.ok().all())


def test_status_says_how_far_it_is(store):
    (store / "status" / "c" / "1" / "0" / "0").unlink()
    done = call("status", store)
    assert done.exit_code == 0
    for words in ("2 of 4 curves run, 50.0 %", "1 of 2 blocks finished", "not_run", "run "):
        assert words in done.output


def test_check_finds_damage_and_repairs_it(store):
    assert call("check", store).exit_code == 0
    chunk = store / "voltage" / "c" / "1" / "0" / "0" / "0"
    sound = chunk.read_bytes()
    chunk.write_bytes(sound[:-1])
    done = call("check", store)
    assert done.exit_code == 1
    assert "voltage/c/1/0/0/0" in done.output
    assert "--repair" in done.output
    done = call("check", store, "--repair")
    assert done.exit_code == 0, done.output
    assert chunk.read_bytes() == sound


def test_a_cube_is_extended_from_the_command_line(store, tmp_path):
    larger = write_campaign(tmp_path, **NATIVE | {"alpha": (0.5, 1.0, 2.3)}, curves=2)
    refused = call("run", larger, "--store", store)
    assert refused.exit_code == 2
    assert "--extend" in refused.output
    done = call("run", larger, "--store", store, "--extend")
    assert done.exit_code == 0, done.output
    assert microbatt.open_dataset(store).sizes["alpha"] == 3


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["run", "publised-sweep"], 2, "published-sweep"),
        (["run", "none.toml"], 2, "cannot be read"),
        (
            ["run", "demo", "--scheduler", "tcp://127.0.0.1:9", "--workers", "2"],
            2,
            "one of the two",
        ),
        (["run", "demo", "--storage-option", "anon"], 2, "KEY=VALUE"),
        (["status", "nowhere.zarr"], 1, "no store"),
        (["check", "nowhere.zarr"], 1, "no store"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_with_its_exit_code(
    words, status, said, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    done = call(*words)
    assert done.exit_code == status, done.output
    assert said in done.output
    assert "Traceback" not in done.output


def test_a_refusal_while_kernels_are_being_loaded_ends_with_its_own_exit_code(store, tmp_path):
    """Python was taken down around a thread in the compiler: one process in four crashed."""
    other = write_campaign(tmp_path, **NATIVE | {"S": (5.0,)})
    command = [sys.executable, "-m", "microbatt", "run", str(other), "--store", str(store)]
    ends = [subprocess.run(command, capture_output=True, check=False) for _ in range(3)]
    assert [one.returncode for one in ends] == [2] * 3
    assert all(b"belongs to another campaign" in one.stderr for one in ends)


def test_status_tells_a_killed_run_from_one_that_may_go_on(store):
    (record,) = (store / "runs").glob("*/zarr.json")
    content = json.loads(record.read_text())
    started = {"started": "2020-01-01T00:00:00+00:00", "ended": "", "run_id": "killed"}
    (store / "runs" / "killed").mkdir()
    content["attributes"] |= started
    (store / "runs" / "killed" / "zarr.json").write_text(json.dumps(content))
    told = "run killed from 2020-01-01T00:00:00+00:00"
    said = call("status", store).output
    assert f"{told} was killed, its curves not counted; a later run went on where it" in said
    (store / "status" / "c" / "1" / "0" / "0").unlink()  # so that there is something left to do
    assert f"{told} has not ended: it goes on, or was killed" in call("status", store).output
