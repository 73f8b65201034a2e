"""From the microstructure of a porous layer to the properties its transport equations see."""


def transport_factor(porosity: float, alpha: float) -> float:
    """Ratio of an effective to a bulk transport property in the pores.

    ε/τ with the tortuosity τ = ε^(−α), that is ε^(1+α); α = 1/2 is Bruggeman's choice. Doyle,
    Newman, Gozdz, Schmutz & Tarascon (1996) found an exponent of 3.3 for their plastic cells,
    with ε counting the electrolyte and the polymer that it swells.

    Parameters
    ----------
    porosity : float
        Electrolyte plus swollen polymer, ε [-].
    alpha : float
        Tortuosity exponent [-].

    Returns
    -------
    float
        D_eff/D = κ_eff/κ [-].

    Examples
    --------
    >>> transport_factor(0.25, 0.5)
    0.125
    """
    return float(porosity ** (1.0 + alpha))


def area_density(S: float, active_fraction: float, particle_radius: float) -> float:
    """Area of active material per volume of electrode, a = S ε_a / r_p [m⁻¹].

    Parameters
    ----------
    S : float
        Particle shape factor [-]; a sphere has 3.
    active_fraction : float
        Volume fraction of active material, ε_a [-].
    particle_radius : float
        Radius r_p [m].

    Returns
    -------
    float
        a [m⁻¹].

    Examples
    --------
    >>> area_density(3.0, 0.5, 1.5e-6)
    1000000.0
    """
    return S * active_fraction / particle_radius


def matrix_factor(porosity: float, gas_fraction: float) -> float:
    """Ratio of the effective to the bulk conductivity of the solid matrix.

    (1 − ε − ε_gas)^1.5, Bruggeman's exponent on everything that is neither pore nor gas; the
    convention of Doyle, Fuller & Newman (1993).

    Parameters
    ----------
    porosity : float
        Electrolyte plus swollen polymer, ε [-].
    gas_fraction : float
        Volume fraction of gas, ε_gas [-].

    Returns
    -------
    float
        σ_eff/σ [-].

    Examples
    --------
    >>> matrix_factor(0.75, 0.0)
    0.125
    """
    return float((1.0 - porosity - gas_fraction) ** 1.5)
