"""What the pages of the documentation take for granted, at a small scale and on this machine.

A page's `my-sweep.toml` is there, `s3://bucket` is an object store on the loopback, `sbatch` starts
a process, a scheduler and a worker run as processes of their own, and dualfoil's executable is
microbatt in its place.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.documentation import ROOT

CAMPAIGN = """
format = 1
name = "my-sweep"
cell = "doyle-1996-cell-1"

[grid]
alpha = { values = [0, 2] }
S = { values = [3] }
current = { values = [17.5, 35.0], unit = "A m⁻²" }
"""
SBATCH = """#!/bin/sh
script=$(mktemp) && cp "$1" "$script"    # the caller removes its own
setsid sh "$script" >"$script.log" 2>&1 &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
for job in "$@"; do kill -- -"$job" 2>/dev/null; done
exit 0
"""
DUALFOIL = f"""#!/bin/sh
exec {sys.executable} -m microbatt dualfoil-compatible
"""
SMALL = {
    "published-sweep": "{grid}",
    "my-cube.zarr": "{grid}",
    "--scheduler scheduler.json": "--scheduler {folder}/scheduler.json",
    "anon=true": "anon=false",  # this store is nobody else's
    "--workers 64": "--workers 1",
    "--workers 8": "--workers 1",
    "--points 30": "--points 1",
}
"""What a page calls for → what a test has time for."""
FEWER = {
    "simulations=1536": "simulations=512",  # as many as the guide's own network needs
    "count=1024": "count=128",
}
"""What the Python of a page calls for → what a test has time for."""
PATIENCE = 60.0
"""For a scheduler to be there [s]; cores are shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the pages run.

    Attributes
    ----------
    environment
        Of their process.
    instead
        What a page writes → what there is of it here.
    folder
        For what the pages share.
    """

    environment: dict[str, str]
    instead: dict[str, str]
    folder: Path

    def program(self, code):
        """Return the code of a page with what is here, and less of it than the reader has."""
        for written, here in (FEWER | self.instead).items():
            code = code.replace(written, here)
        return code

    @property
    def grid(self):
        """Where a small cube with predictions is to be, for commands that ask for a large one."""
        return self.folder / "grid.zarr"

    def script(self, code):
        """Return the shell of a page with what is here, at a small scale."""
        for written, here in SMALL.items():
            code = code.replace(written, here.format(grid=self.grid, folder=self.folder))
        return self.program(code)


@contextlib.contextmanager
def surroundings(folder, s3):
    """Make what the pages need, and end it afterwards.

    Parameters
    ----------
    folder
        For everything that they and their helpers write.
    s3
        Storage options of an object store.
    """
    programs = folder / "bin"
    for name, script in (("sbatch", SBATCH), ("scancel", SCANCEL), ("dualfoil", DUALFOIL)):
        _write_program(programs / name, script)
    (folder / "shared").mkdir()
    _make_bucket(s3)
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": s3["key"],
        "AWS_SECRET_ACCESS_KEY": s3["secret"],
        "AWS_ENDPOINT_URL": s3["endpoint_url"],
        # Looks at every thread each 10 ms, at clocks each 20, at the machine each 500.
        "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
        "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "500ms",
        "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "2s",
        "MPLBACKEND": "agg",
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder),
    }
    with _cluster(folder, environment) as scheduler:
        yield Surroundings(
            environment=environment,
            instead={
                "https://s3.example.org": s3["endpoint_url"],
                "tcp://localhost:8786": scheduler,
                "tcp://10.0.0.5:8786": scheduler,
                "/shared/": f"{folder}/shared/",
                "~/bin/dualfoil": str(programs / "dualfoil"),
            },
            folder=folder,
        )


def _write_program(path, script):
    path.parent.mkdir(exist_ok=True)
    path.write_text(script, encoding="utf-8")
    path.chmod(0o755)


def _make_bucket(s3):
    import fsspec

    fsspec.filesystem("s3", **s3).makedirs("bucket", exist_ok=True)


@contextlib.contextmanager
def _cluster(folder, environment):
    """Start a scheduler and a worker as processes; yield the scheduler's address."""
    file = folder / "scheduler.json"
    common = (sys.executable, "-m", "dask")
    commands = (
        (*common, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"),
        (*common, "worker", "--nthreads", "1", "--no-dashboard", "--local-directory", folder),
    )
    started = [
        subprocess.Popen(
            [*map(str, command), "--scheduler-file", str(file)],
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        yield _address(file)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait(timeout=PATIENCE)


def _address(file: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(file.read_text(encoding="utf-8"))["address"]
        time.sleep(0.1)
    raise AssertionError("no scheduler came up")
