"""An interrupt ends a long call, one curve or many."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from microbatt.engines.interrupts import interruptible

LONG_CURVE = """
from microbatt.engines import Settings, simulate_discharge

simulate_discharge("lco-graphite", current=0.5)
print("compiled", flush=True)
# A front that every step of this tolerance follows: minutes.
simulate_discharge(
    "lco-graphite", 5.6, 16.8, 53.2, settings=Settings(tolerance=1e-7, max_steps=10_000_000)
)
print("ended", flush=True)
"""


LONG_PROTOCOL = """
from microbatt.engines import simulate

simulate("lco-graphite", "Rest for 1 s")
print("compiled", flush=True)
while True:  # an interrupt nearly always comes while a kernel runs
    simulate("lco-graphite", ["Discharge at 1C for 10 min", "Charge at 1C for 10 min"] * 20)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process")
@pytest.mark.parametrize("program", [LONG_CURVE, LONG_PROTOCOL], ids=["curve", "protocol"])
def test_an_interrupt_ends_one_long_simulation_at_once(program):
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout.readline() == "compiled\n"
        time.sleep(1.0)
        asked = time.perf_counter()
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60.0)
        assert time.perf_counter() - asked < 10.0  # a busy machine; the work takes minutes
    assert out == ""
    assert child.returncode != -signal.SIGSEGV
    assert "KeyboardInterrupt" in err


def test_what_nobody_waits_for_goes_no_further():
    ended = threading.Event()

    def work(look):
        try:
            for _ in range(200):
                time.sleep(0.05)
                look()
        finally:
            ended.set()

    main = threading.get_native_id()
    assert main == threading.main_thread().native_id
    threading.Timer(0.3, lambda: signal.pthread_kill(threading.main_thread().ident, 2)).start()
    with pytest.raises(KeyboardInterrupt):
        interruptible(work)
    assert ended.wait(5.0)


def test_what_the_work_raises_is_raised_and_what_it_returns_returned():
    with pytest.raises(ValueError, match="no"):
        interruptible(lambda look: int(str(look() or "no")))
    assert interruptible(lambda look: look() or 3) == 3
