"""The native engine, told to serve spheres only, as an engine with S built in would."""

from dataclasses import replace

from microbatt.engines.native import ENGINE as NATIVE
from microbatt.errors import ParameterError


def _refuse(request, points):
    del request
    for S in points[:, 1]:
        if S != 3.0:
            raise ParameterError(f"`S` is {S:g}; this engine has spheres only.")


ENGINE = replace(NATIVE, name="narrow", refuse=_refuse)
