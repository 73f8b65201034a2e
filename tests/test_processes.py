"""Programs that do not end, that write without end, that leave children: all ended."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from microbatt.processes import AbandonedError, Stop, end_all, run_limited


@pytest.fixture
def run(tmp_path):
    """Run a shell script in a folder of its own."""
    folder = tmp_path / "scratch"
    folder.mkdir()

    def start(script, *, time_limit=20.0, output_limit=1_000_000, **environment):
        return run_limited(
            ["/bin/sh", "-c", script],
            folder,
            time_limit=time_limit,
            output_limit=output_limit,
            environment=environment,
        )

    start.folder = folder
    return start


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")")[-1].split()[0] != "Z"


def test_a_program_that_ends_is_told_with_its_exit_code(run):
    finished = run("echo done > out; exit 3")
    assert (finished.stop, finished.exit_code) == (Stop.ENDED, 3)
    assert (run.folder / "out").read_text() == "done\n"


def test_the_end_of_its_complaints_is_kept(run):
    finished = run("yes complaint | head -n 1000 >&2; echo last words >&2")
    assert finished.complaints.endswith("last words")
    assert len(finished.complaints) <= 2000


def test_its_variables_are_added_to_ours(run):
    run('echo "$ALPHA $HOME" > out', ALPHA="2.3")
    assert (run.folder / "out").read_text() == f"2.3 {os.environ['HOME']}\n"


def test_a_program_that_hangs_is_stopped_at_the_limit(run):
    finished = run("sleep 60", time_limit=0.3)
    assert finished.stop is Stop.TIME
    assert finished.exit_code == -signal.SIGKILL
    assert 0.3 <= finished.seconds < 10.0


def test_a_program_that_will_not_be_stopped_is_stopped(run):
    finished = run("trap '' TERM INT; while :; do :; done", time_limit=0.3)
    assert finished.stop is Stop.TIME


def test_a_program_that_writes_without_end_is_stopped(run):
    finished = run("yes NaN > out")
    assert finished.stop is Stop.OUTPUT
    assert (run.folder / "out").stat().st_size <= 2_000_000


def test_what_it_left_in_the_background_is_ended_too(run):
    finished = run("sleep 60 & echo $! > child; exit 0")
    assert finished.stop is Stop.ENDED
    child = int((run.folder / "child").read_text())
    deadline = time.monotonic() + 5.0
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)


def test_a_program_that_cannot_be_started_is_an_error(tmp_path):
    with pytest.raises(OSError, match="nothing"):
        run_limited([str(tmp_path / "nothing")], tmp_path, time_limit=1.0, output_limit=10**6)


def test_all_programs_can_be_ended_and_what_they_wrote_is_no_result(run):
    threading.Timer(0.3, end_all).start()
    start = time.monotonic()
    with pytest.raises(AbandonedError):
        run("sleep 60", time_limit=30.0)
    assert time.monotonic() - start < 10.0
    assert run("exit 0").stop is Stop.ENDED  # the next is not concerned


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed")
def test_a_program_does_not_outlive_the_process_that_started_it(tmp_path):
    script = (
        "import sys; from pathlib import Path; from microbatt.processes import run_limited;"
        "run_limited(['/bin/sh', '-c', 'echo $$ > pid; exec sleep 60'], Path(sys.argv[1]), "
        "time_limit=60.0, output_limit=10**6)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        written = tmp_path / "pid"
        while not (written.exists() and written.read_text()) and parent.poll() is None:
            time.sleep(0.02)
        child = int(written.read_text())
        assert is_running(child)
    finally:
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 5.0
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)
