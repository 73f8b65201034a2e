"""Executables to test with: a toy that behaves as badly as dualfoil can, and the stand-in."""

import sys
from pathlib import Path

TOY = Path(__file__).with_name("toy.py")


def write_script(path, text):
    """Write an executable file."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


def toy_executable(folder, behaviour="ends", name="dualfoil"):
    """An executable that writes made-up curves at once; see `toy.py` for how it behaves."""
    call = f'exec "{sys.executable}" -IS "{TOY}" {behaviour}'
    return write_script(Path(folder) / name, f"#!/bin/sh\n{call}\n")


def standin_executable(folder, *options, name="dualfoil"):
    """`microbatt dualfoil-compatible` in the place of an executable."""
    words = " ".join(f"'{option}'" for option in options)
    call = f'exec "{sys.executable}" -m microbatt dualfoil-compatible {words}'
    return write_script(Path(folder) / name, f"#!/bin/sh\n{call}\n")
