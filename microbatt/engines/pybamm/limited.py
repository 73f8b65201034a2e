"""Discharges by PyBaMM with a limit on wall-clock time: in a child process that can be ended.

IDAKLU cannot be interrupted from Python, so a curve with a limit needs a process of its own.  One
child serves all points, and is replaced when it had to be ended.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from microbatt.engines.pybamm.curve import discharge_without_curve
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from microbatt.engines import Discharge
    from microbatt.engines.contract import Request

    Point = tuple[float, float, float]


def discharge_limited(request: Request, points: Sequence[Point], limit: float) -> list[Discharge]:
    """Discharge at points of alpha, S and current [A m⁻²].

    Parameters
    ----------
    request : Request
        What is asked.
    points : sequence of Point
        In order.
    limit : float
        Wall-clock time for each [s]; starting the process and building the equations not counted.
    """
    done: list[Discharge] = []
    while len(done) < len(points):
        with _child(request) as child:
            for point in points[len(done) :]:
                answer = _answer(child, point, limit)
                if isinstance(answer, Outcome):
                    done.append(discharge_without_curve(request.cell, point, answer))
                    break
                done.append(answer)
    return done


def _answer(child: Connection, point: Point, limit: float) -> Discharge | Outcome:
    """Return a discharge, or why there is none."""
    try:
        child.send(point)
        if not child.poll(limit):
            return Outcome.TIME_LIMIT
        answer: Discharge = child.recv()
    except (EOFError, OSError):
        return Outcome.CRASHED
    return answer


@contextmanager
def _child(request: Request) -> Iterator[Connection]:
    """Start a child that has built its equations, and end it afterwards."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "microbatt.engines.pybamm.child", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
    theirs.close()
    connection = Connection(ours.detach())
    try:
        with connection:
            connection.send(request)
            connection.recv()
            yield connection
    finally:
        process.kill()
        process.wait()


def serve(descriptor: int) -> None:
    """Answer points with discharges until the other end closes."""
    from microbatt.engines.pybamm.discharge import discharge, equations_of

    os.set_inheritable(descriptor, False)  # noqa: FBT003 - positional only
    with Connection(descriptor) as parent:
        request: Any = parent.recv()
        equations_of(request)
        parent.send("ready")
        while True:
            try:
                parent.send(discharge(request, parent.recv()))
            except (EOFError, OSError):  # the parent is gone
                return
