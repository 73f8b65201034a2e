"""Name, symbol, unit and label of every quantity of a curve or a cube.

Units are UDUNITS strings, as the CF conventions ask; labels for people are made from them.
CF has no standard names for the quantities of a battery, so none is claimed.
"""

import re
from dataclasses import dataclass

from microbatt.checks import check_choice

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """What a curve or a cube says about one of its variables.

    Attributes
    ----------
    name : str
        Variable name in datasets.
    symbol : str
        The literature's letter.
    units : str
        UDUNITS string; ``"1"`` is dimensionless.
    long_name : str
        What it is, in words, without the unit.
    comment : str, default ""
        What the words leave open: a sign, a reference, a condition.
    """

    name: str
    symbol: str
    units: str
    long_name: str
    comment: str = ""

    @property
    def attrs(self) -> dict[str, str]:
        """CF attributes of the variable, as a new dictionary."""
        attrs = {"units": self.units, "long_name": self.long_name, "symbol": self.symbol}
        return attrs | {"comment": self.comment} if self.comment else attrs

    @property
    def pretty_units(self) -> str:
        """Units as people write them, ``"A m⁻²"``; empty for a plain number."""
        return pretty_units(self.units)

    @property
    def label(self) -> str:
        """Axis label: the words, then the unit in brackets unless there is none."""
        words = self.long_name[0].upper() + self.long_name[1:]
        return words if self.units == "1" else f"{words} [{self.pretty_units}]"


def pretty_units(units: str) -> str:
    """Return CF units as people write them.

    Parameters
    ----------
    units : str
        UDUNITS string.

    Returns
    -------
    str
        With superscripts, and Ω for ohm; empty for ``"1"``, a plain number.

    Examples
    --------
    >>> pretty_units("ohm m2"), pretty_units("mol-0.5 s-1")
    ('Ω m²', 'mol⁻⁰.⁵ s⁻¹')
    """
    if units == "1":
        return ""
    return re.sub(
        r"-?\d+(?:\.\d+)?",
        lambda power: power[0].translate(_SUPERSCRIPT),
        units.replace("ohm", "Ω"),
    )


_ALL = (
    Quantity(
        name="alpha",
        symbol="α",
        units="1",
        long_name="tortuosity exponent of the positive electrode",
        comment="pore tortuosity is porosity**(-alpha); alpha = 0.5 is Bruggeman's choice",
    ),
    Quantity(
        name="S",
        symbol="S",
        units="1",
        long_name="particle shape factor of the positive electrode",
        comment="area per volume of active material is S / particle radius; a sphere has S = 3",
    ),
    Quantity(
        name="current",
        symbol="I",
        units="A m-2",
        long_name="discharge current density",
        comment="per area of separator; positive in discharge",
    ),
    Quantity(
        name="c_rate",
        symbol="C",
        units="h-1",
        long_name="C-rate",
        comment="current over the current that the cell file counts as one C",
    ),
    Quantity(name="time", symbol="t", units="s", long_name="time since the start of discharge"),
    Quantity(name="voltage", symbol="V", units="V", long_name="cell voltage"),
    Quantity(
        name="capacity",
        symbol="Q",
        units="A h m-2",
        long_name="delivered capacity",
        comment="per area of separator",
    ),
    Quantity(
        name="depth",
        symbol="q",
        units="1",
        long_name="depth of discharge",
        comment="capacity over the capacity delivered by the same curve at its end",
    ),
    Quantity(name="temperature", symbol="T", units="K", long_name="cell temperature"),
    Quantity(
        name="discharge_capacity",
        symbol="Q_end",
        units="A h m-2",
        long_name="capacity delivered at the end of discharge",
        comment="per area of separator",
    ),
    Quantity(
        name="capacity_kept",
        symbol="Q/Q_low",
        units="1",
        long_name="capacity over that at the lowest current",
        comment="of the same point; both curves are whole",
    ),
    Quantity(
        name="energy",
        symbol="E",
        units="W h kg-1",
        long_name="specific energy delivered",
        comment="over the mass of the cell sandwich, collectors included",
    ),
    Quantity(
        name="power",
        symbol="P",
        units="W kg-1",
        long_name="mean specific power",
        comment="specific energy over the time of discharge",
    ),
    Quantity(
        name="initial_voltage",
        symbol="V_0",
        units="V",
        long_name="cell voltage just after the current is switched on",
    ),
    Quantity(
        name="open_circuit_voltage",
        symbol="U_0",
        units="V",
        long_name="cell voltage at rest before discharge",
    ),
    Quantity(
        name="end_temperature",
        symbol="T_end",
        units="K",
        long_name="cell temperature at the end of discharge",
    ),
    Quantity(
        name="min_salt_concentration",
        symbol="c_min",
        units="mol m-3",
        long_name="lowest salt concentration reached anywhere in the cell",
    ),
    Quantity(
        name="negative_surface_stoichiometry",
        symbol="θ_n",
        units="1",
        long_name="particle surface stoichiometry of the negative electrode at the end",
        comment="extreme value across the electrode: its lowest",
    ),
    Quantity(
        name="positive_surface_stoichiometry",
        symbol="θ_p",
        units="1",
        long_name="particle surface stoichiometry of the positive electrode at the end",
        comment="extreme value across the electrode: its highest",
    ),
    Quantity(
        name="solve_time", symbol="t_solve", units="s", long_name="wall-clock time of the solution"
    ),
    Quantity(name="steps", symbol="n", units="1", long_name="accepted time steps"),
    Quantity(name="rejected_steps", symbol="n_rej", units="1", long_name="rejected time steps"),
    Quantity(
        name="newton_iterations", symbol="n_it", units="1", long_name="Newton iterations in all"
    ),
    Quantity(
        name="step",
        symbol="k",
        units="1",
        long_name="step of the protocol",
        comment="counted from 0",
    ),
    Quantity(
        name="after", symbol="t_k", units="s", long_name="time since the step of the protocol began"
    ),
    Quantity(
        name="sample_step",
        symbol="k",
        units="1",
        long_name="step of the protocol to which a sample belongs",
        comment="counted from 0",
    ),
    Quantity(
        name="sample_fraction",
        symbol="τ",
        units="1",
        long_name="share of the time of its step at which a sample stands",
        comment="of the time that the step took; of a sampled step, of the time that it would take",
    ),
    Quantity(
        name="step_outcome", symbol="", units="1", long_name="how the step of the protocol ended"
    ),
    Quantity(
        name="step_start",
        symbol="t_0",
        units="s",
        long_name="time at which the step began, since the start of the protocol",
    ),
    Quantity(name="step_duration", symbol="Δt", units="s", long_name="time that the step took"),
    Quantity(
        name="step_capacity",
        symbol="ΔQ",
        units="A h m-2",
        long_name="capacity delivered in the step",
        comment="per area of separator; negative in charge",
    ),
    Quantity(
        name="step_energy",
        symbol="ΔE",
        units="W h m-2",
        long_name="energy delivered in the step",
        comment="per area of separator; negative in charge",
    ),
    Quantity(
        name="step_start_voltage",
        symbol="V_0",
        units="V",
        long_name="cell voltage as soon as the current of the step flows",
    ),
    Quantity(
        name="step_end_voltage",
        symbol="V_end",
        units="V",
        long_name="cell voltage at the end of the step",
    ),
    Quantity(
        name="step_end_current",
        symbol="I_end",
        units="A m-2",
        long_name="current density at the end of the step",
        comment="per area of separator; positive in discharge",
    ),
    Quantity(
        name="step_end_temperature",
        symbol="T_end",
        units="K",
        long_name="cell temperature at the end of the step",
    ),
    Quantity(
        name="step_min_lithium_overpotential",
        symbol="η_Li",
        units="V",
        long_name="least potential of the negative electrode against lithium in the step",
        comment="in the electrolyte beside it; below zero lithium may plate: not simulated",
    ),
    Quantity(
        name="step_resistance",
        symbol="R",
        units="ohm m2",
        long_name="resistance of the step",
        comment="voltage lost since before the step over the change of the current; not a number "
        "where the step was over by then, or the current did not change",
    ),
    Quantity(
        name="contact_resistance",
        symbol="R_c",
        units="ohm m2",
        long_name="contact resistance",
        comment="lumped, between the electrodes and the terminals, per area of separator",
    ),
    Quantity(
        name="voltage_offset",
        symbol="ΔV",
        units="V",
        long_name="voltage offset",
        comment="added to the cell voltage by the instrument",
    ),
    Quantity(
        name="area_scale",
        symbol="s_A",
        units="1",
        long_name="electrode area scale",
        comment="true over stated electrode area; current and charge per area are divided by it",
    ),
    Quantity(
        name="negative_stoichiometry",
        symbol="θ_n0",
        units="1",
        long_name="initial stoichiometry of the negative electrode",
    ),
    Quantity(
        name="positive_stoichiometry",
        symbol="θ_p0",
        units="1",
        long_name="initial stoichiometry of the positive electrode",
    ),
    Quantity(
        name="alpha_bound",
        symbol="σ_α",
        units="1",
        long_name="smallest possible standard deviation of alpha",
        comment="Cramér-Rao bound of an unbiased estimate from the curves named in the attributes",
    ),
    Quantity(
        name="S_bound",
        symbol="σ_S",
        units="1",
        long_name="smallest possible standard deviation of S",
        comment="Cramér-Rao bound of an unbiased estimate from the curves named in the attributes",
    ),
    Quantity(
        name="bound_correlation",
        symbol="ρ_αS",
        units="1",
        long_name="correlation of alpha and S at their Cramér-Rao bounds",
    ),
    Quantity(
        name="bound_curves",
        symbol="n_c",
        units="1",
        long_name="curves that exist, of those that the bounds ask for",
    ),
    Quantity(
        name="alpha_predicted",
        symbol="α̂",
        units="1",
        long_name="predicted tortuosity exponent of the positive electrode",
    ),
    Quantity(
        name="S_predicted",
        symbol="Ŝ",
        units="1",
        long_name="predicted particle shape factor of the positive electrode",
    ),
    Quantity(
        name="alpha_predicted_std",
        symbol="σ_α",
        units="1",
        long_name="standard deviation of the predicted alpha",
        comment="not a number where the network gives no distribution",
    ),
    Quantity(
        name="S_predicted_std",
        symbol="σ_S",
        units="1",
        long_name="standard deviation of the predicted S",
        comment="not a number where the network gives no distribution",
    ),
    Quantity(
        name="predicted_correlation",
        symbol="ρ",
        units="1",
        long_name="correlation of the errors of the predicted alpha and S",
        comment="not a number where the network gives no distribution",
    ),
    Quantity(
        name="held_out",
        symbol="held out",
        units="1",
        long_name="whether the network never saw the point in training",
        comment="false where nobody knows",
    ),
    Quantity(
        name="prediction_status",
        symbol="",
        units="1",
        long_name="whether and how the point was predicted",
    ),
    Quantity(
        name="alpha_error",
        symbol="L_s,α",
        units="%",
        long_name="relative error of the predicted alpha",
        comment="|true - predicted| over half the sum of both magnitudes",
    ),
    Quantity(
        name="S_error",
        symbol="L_s,S",
        units="%",
        long_name="relative error of the predicted S",
        comment="|true - predicted| over half the sum of both magnitudes",
    ),
    Quantity(name="mean_relative_error", symbol="L_s", units="%", long_name="mean relative error"),
    Quantity(
        name="mean_relative_error_above_zero",
        symbol="L_s,>0",
        units="%",
        long_name="mean relative error where the true value is above zero",
        comment="at zero the relative error is 0 or 200 % however near the prediction is",
    ),
    Quantity(
        name="worst_relative_error",
        symbol="L_s,max",
        units="%",
        long_name="largest relative error where the true value is above zero",
    ),
    Quantity(name="r_squared", symbol="R²", units="1", long_name="coefficient of determination"),
    Quantity(name="rms_error", symbol="rms", units="1", long_name="root of the mean squared error"),
    Quantity(
        name="bias",
        symbol="bias",
        units="1",
        long_name="mean error",
        comment="predicted less true",
    ),
    Quantity(name="count", symbol="n", units="1", long_name="points that were scored"),
    Quantity(
        name="score_spread",
        symbol="z",
        units="1",
        long_name="rms of the error over the stated standard deviation",
        comment="1 if the stated uncertainties are true",
    ),
    Quantity(
        name="coverage",
        symbol="cov",
        units="1",
        long_name="share of true values inside the stated interval",
        comment="equal to the interval's probability if the stated uncertainties are true",
    ),
    Quantity(
        name="lithium_overpotential",
        symbol="η_Li",
        units="V",
        long_name="least potential of the negative electrode against lithium metal",
        comment="solid less electrolyte, least across the electrode; below 0 lithium may plate",
    ),
    Quantity(
        name="mean_negative_stoichiometry",
        symbol="θ̄_n",
        units="1",
        long_name="mean stoichiometry of the negative electrode",
    ),
    Quantity(
        name="mean_positive_stoichiometry",
        symbol="θ̄_p",
        units="1",
        long_name="mean stoichiometry of the positive electrode",
    ),
    Quantity(name="status", symbol="", units="1", long_name="how the discharge ended"),
)

QUANTITIES = {quantity.name: quantity for quantity in _ALL}
"""Every quantity by name."""


def quantity(name: str) -> Quantity:
    """Look a quantity up.

    Parameters
    ----------
    name : str
        Variable name.

    Returns
    -------
    Quantity
        Its symbol, units and labels.

    Raises
    ------
    ParameterError
        If there is none of that name; the nearest are offered.

    Examples
    --------
    >>> quantity("current").label
    'Discharge current density [A m⁻²]'
    """
    return QUANTITIES[check_choice("quantity", name, QUANTITIES)]
