"""Interrupts that are heard while a kernel runs.

A kernel does not look for signals, and the interpreter hands them to its main thread only.  So the
main thread waits, and another one runs the kernel, which holds no lock.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_LOOK: Final = 0.1
"""Seconds between two looks for a signal, where waiting is not broken off by one."""


class _Stopped(Exception):  # noqa: N818 - no error: nobody waits for an answer any more
    """Ends the work after an interrupt; nobody sees it."""


def interruptible(work: Callable[[Callable[[], None]], T]) -> T:
    """Do something that may spend long in kernels; an interrupt ends the wait at once.

    Parameters
    ----------
    work : callable
        Called with a function that it calls between two kernels, and that ends it if nobody waits
        for it any more. What runs in a kernel by then runs to its end unseen; it has one.

    Returns
    -------
    Any
        What `work` returns.

    Examples
    --------
    >>> interruptible(lambda look: 2.0)
    2.0
    """
    if threading.current_thread() is not threading.main_thread():
        return work(lambda: None)
    gone, answer = threading.Event(), Future[T]()

    def look() -> None:
        if gone.is_set():
            raise _Stopped

    def run() -> None:
        try:
            answer.set_result(work(look))
        except BaseException as error:  # noqa: BLE001 - raised again for the one who waits
            answer.set_exception(error)

    threading.Thread(target=run, name="microbatt kernel", daemon=True).start()
    try:
        while not wait([answer], _LOOK).done:
            pass
    except BaseException:
        gone.set()
        raise
    return answer.result()
