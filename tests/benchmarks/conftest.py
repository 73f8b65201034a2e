"""The engine's benchmark is a script in several files and needs peers: nothing to collect."""

collect_ignore_glob = ["engine_*.py"]
