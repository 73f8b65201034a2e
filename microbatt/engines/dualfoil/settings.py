"""How to run dualfoil: which executable, how alpha and S reach it, how finely, how long."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from microbatt.cells import TEMPERATURE
from microbatt.checks import POSITIVE, check_choice, check_integer, check_number
from microbatt.engines.dualfoil.arrhenius import DUALFOIL_REFERENCE
from microbatt.engines.dualfoil.files.deck import VERSIONS
from microbatt.engines.dualfoil.files.template import ExtraFile, check_template, told
from microbatt.errors import ParameterError

EXECUTABLE_VARIABLE: Final = "MICROBATT_DUALFOIL"
"""Environment variable with the path of an executable."""
EXECUTABLE_NAMES: Final = ("dualfoil", "dualfoil5", "dualfoil5.1", "dualfoil5.2")
"""Looked for on the PATH, in this order."""
RETRIES: Final = ("smaller-step", "other-mesh", "scaled-rates")
"""What can be tried when a discharge does not converge; see `dualfoil.attempts`."""
_LAYERS: Final = ("negative", "separator", "positive")
_FEWEST_NODES: Final = (2, 2, 11)
"""dualfoil looks at the tenth node of the positive to see whether it has converged."""
_OF_THE_MACHINE: Final = frozenset({"executable", "records"})
"""Settings that say where things are; the executable's content is in the engine's version."""
_HOW_TO_GIVE: Final = (
    f"Give its path as `executable` in the settings, as `--dualfoil PATH`, in the environment "
    f"variable {EXECUTABLE_VARIABLE}, or put it on the PATH as `dualfoil`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DualfoilSettings:
    """How the dualfoil engine runs.

    Attributes
    ----------
    executable : str or None
        Path; None looks at the environment variable MICROBATT_DUALFOIL, then along the PATH.
    version : str
        Of the deck to write, ``"5.1"`` or ``"5.2"``; 5.2 takes a contact resistance.
    extra_file : ExtraFile or None
        A file beside the deck through which the executable is told alpha and S.
    environment : tuple of tuple of str
        Environment variables through which it is told, as pairs of name and template.
    built_in_alpha : float or None
        The exponent built into the executable, less one; None is that of public copies, 2.3 for
        the plastic electrolytes and 0.5 for the liquid one.
    reference_temperature : float
        At which its Arrhenius factors are 1 [K].
    nodes : tuple of int
        In negative, separator and positive; their sum is at most `most_nodes`.
    most_nodes : int
        How many the executable has room for.
    iteration_limit : int
        Newton's, in a step.
    largest_step : float or None
        [s]; None is a six-hundredth of the longest that the discharge can take.
    time_limit : float
        Wall-clock limit for one curve where the request has none [s]; retries share it.
    output_limit : int
        Of all files of one run [byte].
    retries : tuple of str
        What is tried, in order, when a discharge does not converge.
    records : str or None
        Folder that keeps a record of every curve that is not whole: deck, output and what was
        tried.
    """

    executable: str | None = None
    version: str = "5.1"
    extra_file: ExtraFile | None = None
    environment: tuple[tuple[str, str], ...] = ()
    built_in_alpha: float | None = None
    reference_temperature: float = DUALFOIL_REFERENCE
    nodes: tuple[int, int, int] = (60, 30, 60)
    most_nodes: int = 220
    iteration_limit: int = 100
    largest_step: float | None = None
    time_limit: float = 300.0
    output_limit: int = 64_000_000
    retries: tuple[str, ...] = RETRIES
    records: str | None = None

    def __post_init__(self) -> None:
        check_choice("version", self.version, VERSIONS)
        check_number("reference_temperature", self.reference_temperature, TEMPERATURE, unit="K")
        check_number("time_limit", self.time_limit, POSITIVE, unit="s")
        check_integer("output_limit", self.output_limit, low=10_000)
        check_integer("iteration_limit", self.iteration_limit, low=5)
        if self.largest_step is not None:
            check_number("largest_step", self.largest_step, POSITIVE, unit="s")
        for name, template in self.environment:
            check_template(f"environment.{name}", template)
        for retry in self.retries:
            check_choice("retries", retry, RETRIES)
        _check_nodes(self.nodes, self.most_nodes)

    @property
    def told(self) -> frozenset[str]:
        """What the executable is told beside the deck: ``alpha``, ``S`` and more of that kind."""
        extra = () if self.extra_file is None else (self.extra_file.template,)
        return told((*extra, *(template for _, template in self.environment)))

    def to_dict(self) -> dict[str, Any]:
        """Describe in JSON's terms everything that can change a number.

        Returns
        -------
        dict
            Key → value.

        Examples
        --------
        >>> settings = DualfoilSettings(environment=(("ALPHA", "{alpha}"),))
        >>> DualfoilSettings.from_dict(settings.to_dict()) == settings
        True
        """
        values = asdict(self) | {
            "environment": dict(self.environment),
            "nodes": list(self.nodes),
            "retries": list(self.retries),
        }
        return {name: value for name, value in values.items() if name not in _OF_THE_MACHINE}

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> DualfoilSettings:
        """Read what `to_dict` wrote, or ``[settings]`` of a file; the rest keeps its default.

        Parameters
        ----------
        described : mapping of str to Any
            Key → value, as in a campaign file.

        Returns
        -------
        DualfoilSettings
            Checked.

        Raises
        ------
        ParameterError
            If a key is unknown, or a value is not allowed.
        """
        for name in described:
            check_choice("settings", name, cls.__slots__)
        values = dict(described)
        if values.get("extra_file") is not None:
            values["extra_file"] = _extra_file(values["extra_file"])
        if "environment" in values:
            values["environment"] = _environment(values["environment"])
        for name in ("nodes", "retries"):
            if name in values:
                values[name] = tuple(values[name])
        return cls(**values)


def find_executable(settings: DualfoilSettings) -> Path:
    """Return the executable that the settings, the environment or the PATH name.

    Parameters
    ----------
    settings : DualfoilSettings
        May name it.

    Returns
    -------
    Path
        An executable file.

    Raises
    ------
    ParameterError
        If there is none; the message says how to give one.
    """
    given = settings.executable or os.environ.get(EXECUTABLE_VARIABLE)
    if given:
        path = Path(shutil.which(given) or given).expanduser().absolute()
        if not path.is_file() or not os.access(path, os.X_OK):
            raise ParameterError(
                f"the dualfoil executable {given!r} is not a program that can be run. "
                f"{_HOW_TO_GIVE}"
            )
        return path
    for name in EXECUTABLE_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found).absolute()
    raise ParameterError(
        f"no dualfoil executable is found; microbatt contains none. {_HOW_TO_GIVE}"
    )


def _extra_file(given: object) -> ExtraFile:
    if not isinstance(given, Mapping) or set(given) != {"name", "template"}:
        raise ParameterError(
            f"`extra_file` is {given!r}; write it as "
            '`{ name = "alpha-S.in", template = "{exponent} {S}" }`.'
        )
    return ExtraFile(name=str(given["name"]), template=str(given["template"]))


def _environment(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping):
        raise ParameterError(
            f'`environment` is {given!r}; write it as `{{ DF_ALPHA = "{{alpha}}" }}`.'
        )
    for name in given:
        if _LOADING.match(str(name)):
            raise ParameterError(
                f"`environment` sets {str(name)!r}, which says what code programs of this machine "
                "load. Set it where microbatt is started, if you must."
            )
    return tuple((str(name), str(template)) for name, template in given.items())


_LOADING: Final = re.compile(r"(LD_|DYLD_|PYTHON)|(PATH|IFS|BASH_ENV|ENV)$", re.IGNORECASE)
"""Environment variables that name code to be loaded or run."""


def _check_nodes(nodes: tuple[int, ...], most: int) -> None:
    if len(nodes) != 3:
        raise ParameterError(
            f"`nodes` is {nodes!r}; give three numbers: negative, separator, positive."
        )
    for name, one, low in zip(_LAYERS, nodes, _FEWEST_NODES, strict=True):
        check_integer(f"nodes, {name}", one, low=low)
    if sum(nodes) > most:
        raise ParameterError(
            f"`nodes` are {sum(nodes)} in all; the executable has room for {most}. Take fewer, or "
            "raise `most_nodes` if yours has more room."
        )
