"""A toy in the place of dualfoil: reads a deck, writes a straight curve, misbehaves on demand.

Run as ``toy.py BEHAVIOUR``:

ends
    falls in a straight line to the cut-off
hangs
    writes half a curve and never ends
spews
    writes half a curve, then rows of NaN without end
gives-up
    stops above the cut-off, saying so, whatever the deck
wants-small-steps, wants-fine-mesh, wants-scaled-rates
    give up unless the deck has them
dies
    is killed before it has written a row
silent
    ends without having written anything

A shape factor (variable DF_S) of 13 makes it hang and one of 14 spew, so that one campaign can
hold all.  The voltage at the start tells what it was told: 4.2 − S/1000 − alpha/100, the second
from the file alpha.in.
"""

import os
import signal
import sys
import time
from pathlib import Path

ROW = "{:9.3f}, 0.5000, 0.2000, {:8.5f},  4.20000, {:8.2f},  25.00,  10.00, "
GAVE_UP = "         {}  this time step did not converge\n \n comp 7 not converged\n"
CLOSING = """
            mass  =  0.7549 kg/m2
 specific energy segment =    59.82 W-h/kg
 specific power segment  =   135.10 W/kg
"""
STEPS = 20
SLOW, BROKEN = "13", "14"


def main(behaviour):
    values = [line.split()[0] for line in Path("dualfoil5.in").read_text().splitlines()]
    numbers = [float(value.replace("d", "e")) for value in values]
    current, end, mode = (
        float(word.replace("d", "e"))
        for word in Path("dualfoil5.in").read_text().splitlines()[74].split()[:3]
    )
    S = os.environ.get("DF_S", "3")
    start = 4.2 - float(S) / 1000.0 - current / 1000.0
    if Path("alpha.in").exists():
        start -= float(Path("alpha.in").read_text().split()[-1]) / 100.0
    behaviour = {SLOW: "hangs", BROKEN: "spews"}.get(S, behaviour)
    if behaviour == "silent":
        return
    if behaviour == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    content = {
        "wants-small-steps": numbers[17] < 2.0,
        "wants-fine-mesh": numbers[6] == 80,
        "wants-scaled-rates": numbers[35] > 2.05e-11,
        "gives-up": False,
    }.get(behaviour, True)
    with Path("dualfoil5.out").open("w", buffering=1) as out:
        if mode == 1:
            print(ROW.format(0.0, start, current), file=out)
            print(CLOSING, file=out)
            return
        whole = behaviour == "ends" or (content and behaviour not in {"hangs", "spews"})
        write_curve(out, start, end, current, STEPS if whole else STEPS // 2)
        if behaviour == "hangs":
            time.sleep(600)
        while behaviour == "spews":
            print(ROW.format(99.0, float("nan"), current), file=out)
            time.sleep(0.001)
        print(CLOSING if whole else GAVE_UP.format(STEPS // 2) + CLOSING, file=out)


def write_curve(out, start, end, current, steps):
    print("     100  lim, limit on number of iterations", file=out)
    minutes = 60.0 * 17.5 / current
    print(ROW.format(0.0, start, current), file=out)
    for i in range(1, steps + 1):
        voltage = start - (start - end) * i / STEPS
        print(ROW.format(minutes * i / STEPS, voltage, current), file=out)


if __name__ == "__main__":
    main(sys.argv[1])
