"""A process that dies between two of its writes: every such moment of some work, one by one."""

import contextlib
import os
import shutil
from pathlib import Path

from zarr.storage import LocalStore


class Killed(Exception):  # noqa: N818 - it is no error
    """The process is dead: whoever catches it writes nothing any more."""


class Crash:
    """Counts what is written to stores, and dies at one of these moments.

    Parameters
    ----------
    moment : int or None
        Number of the write before which the process dies; None lets it live and counts.
    """

    def __init__(self, moment=None):
        self.moment, self.writes, self.dead = moment, 0, False

    def strike(self):
        """Die if it is time."""
        if self.dead or self.writes == self.moment:
            self.dead = True
            raise Killed
        self.writes += 1


@contextlib.contextmanager
def crashing(monkeypatch, moment=None):
    """Do some work, as a process that dies at a moment."""
    crash = Crash(moment)

    def struck(work):
        async def strikes(*arguments, **options):
            crash.strike()
            return await work(*arguments, **options)

        return strikes

    def struck_at_once(work):
        def strikes(*arguments, **options):
            crash.strike()
            return work(*arguments, **options)

        return strikes

    with monkeypatch.context() as patch:
        for name in ("set", "set_if_not_exists", "delete", "delete_dir"):
            patch.setattr(LocalStore, name, struck(getattr(LocalStore, name)))
        patch.setattr(Path, "rename", struck_at_once(Path.rename))
        patch.setattr(shutil, "rmtree", struck_at_once(shutil.rmtree))
        try:
            yield crash
        except Killed:
            if moment is None:
                raise


def moments(monkeypatch, folder, begin, work, every=1):
    """Yield moments at which some work can die: the number, and where the work was left.

    Parameters
    ----------
    folder : pathlib.Path
        For the copies.
    begin : pathlib.Path or None
        The store as it is before; None if there is none.
    work : callable
        Takes the path of a copy.
    every : int, default 1
        Take every so many of them only.
    """
    with crashing(monkeypatch) as calm:
        work(_copy(begin, folder / "calm"))
    for moment in range(0, calm.writes, every):
        store = _copy(begin, folder / str(moment))
        with crashing(monkeypatch, moment) as crash:
            work(store)
        assert crash.dead, moment
        yield moment, store
        remove(folder / str(moment))


def remove(folder):
    """Remove a folder, whatever is patched."""
    for root, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(root, name))  # noqa: PTH108, PTH118
        for name in folders:
            os.rmdir(os.path.join(root, name))  # noqa: PTH106, PTH118
    os.rmdir(folder)  # noqa: PTH106


def _copy(begin, folder):
    folder.mkdir(parents=True)
    store = folder / "a.zarr"
    return store if begin is None else Path(shutil.copytree(begin, store))
