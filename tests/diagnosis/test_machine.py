"""Cores, memory and GPUs; a driver or a TensorFlow that fails is told, not raised."""

import pytest

from microbatt.diagnosis import State
from microbatt.diagnosis import machine as looked_at


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Put a stand-in for nvidia-smi on the PATH, and TensorFlow out of sight."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(looked_at, "is_installed", lambda _: False)

    def write(script):
        path = tmp_path / "nvidia-smi"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


def found():
    return {one.topic: one for one in looked_at.machine()}


@pytest.mark.usefixtures("program")
def test_cores_and_memory_are_told():
    text = found()["cores"].text
    assert text.startswith(f"{looked_at.usable_cores()} usable of ")
    assert text.endswith("GiB")


@pytest.mark.usefixtures("program")
def test_a_machine_without_a_gpu_is_no_trouble():
    assert found()["GPU"].state is State.ABSENT


def test_each_gpu_is_named_with_memory_and_driver(program):
    program("echo 'NVIDIA H100, 81559 MiB, 550.1'")
    assert found()["GPU"].text == "NVIDIA H100, 81559 MiB, 550.1"


def test_a_driver_that_fails_is_told_with_its_words(program):
    program("echo 'driver mismatch' >&2; exit 9")
    assert "driver mismatch" in found()["GPU"].text


def told(monkeypatch, code):
    monkeypatch.setattr(looked_at, "_SEEN", code)
    monkeypatch.setattr(looked_at, "is_installed", lambda _: True)
    return found()["TensorFlow"]


def test_the_devices_that_tensorflow_sees_are_named(monkeypatch):
    line = told(monkeypatch, "print('2.20', '/physical_device:GPU:0')")
    assert line.text == "2.20 computes on /physical_device:GPU:0"
    assert told(monkeypatch, "print('2.20')").text == "2.20 computes on the CPU"


def test_a_tensorflow_that_cannot_be_imported_is_trouble(monkeypatch):
    line = told(monkeypatch, "raise ImportError('libcudart.so.12: no such file')")
    assert line.state is State.TROUBLE
    assert "libcudart.so.12" in line.text


def test_a_tensorflow_that_kills_its_process_is_trouble(monkeypatch):
    line = told(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert line.state is State.TROUBLE


def test_a_tensorflow_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(looked_at, "_LONGEST", 0.2)
    assert "did not start" in told(monkeypatch, "import time; time.sleep(60)").text
