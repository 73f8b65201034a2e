"""dualfoil's numbered materials: their names, and which of our fits each one is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells import ELECTROLYTE_FITS, OPEN_CIRCUIT_FITS
from microbatt.checks import check_choice
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.cells import ElectrolyteFit, OpenCircuitFit

LITHIUM_FOIL: Final = 1
"""Number of the negative that is no porous electrode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Materials:
    """One of dualfoil's three lists of materials.

    Attributes
    ----------
    part : str
        What they are for.
    names : mapping of int to str
        dualfoil's number → what it is.
    fits : mapping of int to str
        dualfoil's number → name of our fit, where there is one.
    known : mapping of str to Any
        Our fits by name.
    """

    part: str
    names: Mapping[int, str]
    fits: Mapping[int, str]
    known: Mapping[str, Any]

    def number_of(self, fit: OpenCircuitFit | ElectrolyteFit) -> int:
        """Return dualfoil's number for one of our fits.

        Raises
        ------
        ParameterError
            If dualfoil does not have it; the same name does not make it the same function.
        """
        for number, name in self.fits.items():
            if self.known[name] == fit:
                return number
        changed = " any more: its functions are not those of that name" * (fit.name in self.known)
        raise ParameterError(
            f"the {self.part} has the fit {fit.name!r}, which dualfoil does not have{changed}. It "
            f"has: {', '.join(map(repr, self.fits.values()))}."
        )

    def fit_of(self, number: int, instead: str | None = None) -> Any:  # noqa: ANN401 - a fit
        """Return our fit for dualfoil's number, or the one to take instead.

        Raises
        ------
        ParameterError
            If there is none; the material is named, and how to give another.
        """
        if instead is not None:
            return self.known[check_choice(f"{self.part} fit", instead, self.known)]
        if number in self.fits:
            return self.known[self.fits[number]]
        name = self.names.get(number, "a material that dualfoil does not list")
        raise ParameterError(
            f"the {self.part} is dualfoil's number {number}, {name}, for which microbatt has no "
            f"fit. If one of these is near enough, name it: {', '.join(map(repr, self.known))}."
        )

    def describe(self, number: int) -> str:
        """Return what a number stands for, and our fit."""
        name = self.names.get(number, "not in dualfoil's list")
        return f"{name} = {self.fits[number]!r}" if number in self.fits else name


def _fits_of(numbers: Mapping[int, str], known: Mapping[str, Any]) -> dict[int, str]:
    return {number: known[name].name for number, name in numbers.items()}


_OPEN_CIRCUIT: Mapping[str, OpenCircuitFit] = OPEN_CIRCUIT_FITS
_ELECTROLYTE: Mapping[str, ElectrolyteFit] = ELECTROLYTE_FITS

NEGATIVES: Final = Materials(
    part="negative",
    names={
        1: "lithium foil",
        2: "petroleum coke",
        3: "MCMB 2528 graphite",
        4: "TiS2",
        5: "tungsten oxide",
        6: "Lonza KS6 graphite",
        7: "metal hydride",
        8: "a negative of the user's own",
    },
    fits=_fits_of({2: "petroleum-coke", 3: "mcmb-2528"}, _OPEN_CIRCUIT),
    known=_OPEN_CIRCUIT,
)
ELECTROLYTES: Final = Materials(
    part="electrolyte",
    names={
        1: "AsF6 in methyl acetate",
        2: "perchlorate in PEO",
        3: "sodium triflate in PEO",
        4: "LiPF6 in PC",
        5: "perchlorate in PC",
        6: "triflate in PEO",
        7: "LiPF6 in EC:DMC 1:2 and p(VdF-HFP)",
        8: "LiPF6 in EC:DMC 2:1 and p(VdF-HFP)",
        9: "an ideal ion-exchange membrane",
        10: "LiTFSI in PEMO",
        11: "LiPF6 in liquid EC:DMC",
        12: "LiTFSI in PEO at 85 °C",
        13: "KOH in water",
        14: "an electrolyte of the user's own",
    },
    fits=_fits_of(
        {
            7: "lipf6-ec-dmc-1-2-plastic",
            8: "lipf6-ec-dmc-2-1-plastic",
            11: "lipf6-ec-dmc-liquid",
        },
        _ELECTROLYTE,
    ),
    known=_ELECTROLYTE,
)
POSITIVES: Final = Materials(
    part="positive",
    names={
        1: "TiS2",
        2: "LiMn2O4 spinel, lower plateau",
        3: "sodium cobalt oxide",
        4: "LiMn2O4 spinel, upper plateau",
        5: "tungsten oxide",
        6: "LiCoO2",
        7: "vanadium oxide V2O5",
        8: "LiNi0.8Co0.2O2",
        9: "LiMn2O4 spinel, Bellcore",
        10: "vanadium oxide V6O13",
        11: "LiAl0.2Mn1.8O4F0.2 spinel",
        12: "NiOOH",
        13: "a positive of the user's own",
    },
    fits=_fits_of({4: "lmo-literature", 6: "lco-dualfoil", 9: "lmo-bellcore"}, _OPEN_CIRCUIT),
    known=_OPEN_CIRCUIT,
)

_PLASTIC: Final = frozenset({7, 8})


def built_in_alpha(electrolyte: int) -> float:
    """Return the tortuosity exponent that public copies have built in for all three layers.

    2.3 for the plastic electrolytes, that is an exponent of 3.3 on the porosity; 0.5 otherwise.

    Examples
    --------
    >>> built_in_alpha(7), built_in_alpha(11)
    (2.3, 0.5)
    """
    return 2.3 if electrolyte in _PLASTIC else 0.5


BUILT_IN_S: Final = 3.0
"""Particle shape factor that public copies have built in: the sphere."""
