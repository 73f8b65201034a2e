"""``python -m microbatt``: the same as the command ``microbatt``."""

from microbatt.cli.main import main

if __name__ == "__main__":
    main()
