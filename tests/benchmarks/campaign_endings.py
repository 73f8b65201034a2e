"""How the curves of a sweep end, by region of alpha, S and current, as a Markdown table.

    python tests/benchmarks/campaign_endings.py [NAME|STORE ...]

Without an argument the published and the conserving sweep, computed the first time.
"""

import sys

import numpy as np

import microbatt
from microbatt.outcomes import Outcome

ALPHA = ((0, 2), (2, 4), (4, 6), (6, 8), (8, 11))
S = ((1, 3), (3, 10), (10, 41))
SHOWN = ("CUTOFF_REACHED", "LITHIUM_EXHAUSTED", "SALT_EXHAUSTED", "CUTOFF_AT_START")


def shares(status):
    """Return the share of each ending shown, and of failures [%]."""
    codes = np.asarray(status).ravel()
    shown = [100 * float(np.mean(codes == Outcome[name])) for name in SHOWN]
    failed = [int(outcome) for outcome in Outcome if outcome.is_failure]
    return [*shown, 100 * float(np.mean(np.isin(codes, failed)))]


def between(axis, low, high):
    return axis[(axis >= low) & (axis < high)]


def table(cube):
    """Print the shares by range of alpha, of S, and by current."""
    heads = [name.lower().replace("_", " ") for name in SHOWN]
    print("| region | curves | " + " | ".join([*heads, "failed"]) + " |")
    print("|---|---|" + "---|" * 5)
    status = cube.status.load()
    rows = [("all", status)]
    rows += [
        (f"{a:g} ≤ alpha < {b:g}", status.sel(alpha=between(cube.alpha, a, b))) for a, b in ALPHA
    ]
    rows += [(f"{a:g} ≤ S < {b:g}", status.sel(S=between(cube.S, a, b))) for a, b in S]
    rows += [(f"{float(i):g} A m⁻²", status.sel(current=i)) for i in cube.current]
    for name, part in rows:
        cells = " | ".join(f"{share:.2f} %" for share in shares(part))
        print(f"| {name} | {part.size} | {cells} |")


def main():
    for place in sys.argv[1:] or ("published-sweep", "conserving-sweep"):
        print(f"\n{place}\n")
        table(microbatt.open_dataset(place))


if __name__ == "__main__":
    main()
