"""The script of the SLURM page runs as it stands, with separate processes on this machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import microbatt
from tests.campaign.small import ROOT, write_campaign

PAGE = ROOT / "docs" / "howto" / "slurm.md"


def test_the_script_of_the_page_fills_a_cube_and_leaves_no_process(tmp_path):
    (script,) = re.findall(r"```bash\n(#!.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    campaign = write_campaign(tmp_path)
    (tmp_path / "job.sh").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["/bin/bash", "job.sh", "a.zarr", str(campaign)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "SCRATCH": str(tmp_path),
            "WORKERS": "2",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "36 curves" in done.stdout
    assert bool(microbatt.open_dataset(tmp_path / "a.zarr").microbatt.ok().all())
    assert not list(tmp_path.glob("dask-*"))
