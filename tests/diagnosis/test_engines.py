"""The engines: kernels that are cached, dualfoil found or not."""

from microbatt.diagnosis import State
from microbatt.diagnosis.engines import engines


def found(**options):
    return {one.topic: one for one in engines(**options)}


def test_cached_kernels_are_counted_and_nothing_is_simulated_unasked():
    lines = found()
    assert "__pycache__" in lines["kernels"].text
    assert "first curve" not in lines


def test_a_discharge_is_run_when_asked():
    line = found(simulate=True)["first curve"]
    assert line.state is State.FINE
    assert "the voltage reached the cut-off" in line.text


def test_dualfoil_is_found_where_the_environment_says(tmp_path, monkeypatch):
    program = tmp_path / "df"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("MICROBATT_DUALFOIL", str(program))
    assert found()["dualfoil"].text == f"found, {program}"


def test_without_dualfoil_it_is_said_how_to_give_one(tmp_path, monkeypatch):
    monkeypatch.delenv("MICROBATT_DUALFOIL", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    line = found()["dualfoil"]
    assert line.state is State.ABSENT
    assert "MICROBATT_DUALFOIL" in line.text
