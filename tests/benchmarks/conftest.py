"""Benchmarks of engines and of the bridge are scripts that need peers: nothing to collect."""

collect_ignore_glob = ["engine_*.py", "bridge_*.py"]
