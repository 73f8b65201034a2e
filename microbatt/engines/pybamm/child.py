"""``python -m microbatt.engines.pybamm.child``: a process that discharges for its parent."""

import sys

from microbatt.engines.pybamm.limited import serve

if __name__ == "__main__":
    serve(int(sys.argv[1]))
