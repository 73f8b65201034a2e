"""Random cells that a file could describe."""

from hypothesis import strategies as st

from microbatt.cells import (
    ELECTROLYTE_FITS,
    OPEN_CIRCUIT_FITS,
    Cell,
    Collector,
    Electrode,
    Electrolyte,
    Separator,
)

THICKNESS = st.floats(1e-6, 1e-3)
DENSITY = st.floats(500.0, 9000.0)
ACTIVATION = st.floats(0.0, 1e4)
WORDS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=30)


@st.composite
def volume_fractions(draw):
    """Fractions that leave some room."""
    parts = [draw(st.floats(0.02, 0.24)) for _ in range(4)]
    names = ("electrolyte_fraction", "polymer_fraction", "filler_fraction", "gas_fraction")
    return dict(zip(names, parts, strict=True))


@st.composite
def electrodes(draw, fit_names):
    fit = OPEN_CIRCUIT_FITS[draw(st.sampled_from(fit_names))]
    return Electrode(
        thickness=draw(THICKNESS),
        **draw(volume_fractions()),
        particle_radius=draw(st.floats(1e-8, 1e-4)),
        solid_diffusivity=draw(st.floats(1e-16, 1e-10)),
        max_concentration=draw(st.floats(1e3, 1e5)),
        solid_conductivity=draw(st.floats(1e-3, 1e5)),
        effective_solid_conductivity=draw(st.none() | st.floats(1e-3, 1e5)),
        initial_stoichiometry=draw(st.floats(fit.lower, min(fit.upper, 0.65))),
        rate_constant=draw(st.floats(1e-13, 1e-4)),
        film_resistance=draw(st.floats(0.0, 1.0)),
        density=draw(DENSITY),
        open_circuit=fit,
        alpha=draw(st.floats(0.0, 10.0)),
        S=draw(st.floats(0.3, 40.0)),
        solid_diffusivity_activation=draw(ACTIVATION),
        rate_constant_activation=draw(ACTIVATION),
        film_resistance_activation=draw(ACTIVATION),
    )


@st.composite
def cells(draw, *, scaled=False):
    """Cells with an oxide against a carbon, everything else free; `scaled` says the electrolyte."""
    scales = st.floats(0.1, 10.0) if scaled else st.just(1.0)
    return Cell(
        name=draw(WORDS),
        description=draw(WORDS),
        references=tuple(draw(st.lists(WORDS, max_size=3))),
        negative=draw(electrodes(["petroleum-coke", "mcmb-2528"])),
        separator=Separator(
            thickness=draw(THICKNESS), **draw(volume_fractions()), density=draw(DENSITY)
        ),
        positive=draw(electrodes(["lmo-bellcore", "lmo-literature", "lco-dualfoil"])),
        electrolyte=Electrolyte(
            initial_concentration=draw(st.floats(100.0, 3000.0)),
            fit=draw(st.sampled_from(list(ELECTROLYTE_FITS.values()))),
            conductivity_scale=draw(scales),
            diffusivity_scale=draw(scales),
            density=draw(DENSITY),
            conductivity_activation=draw(ACTIVATION),
            diffusivity_activation=draw(ACTIVATION),
        ),
        negative_collector=Collector(thickness=draw(THICKNESS), density=draw(DENSITY)),
        positive_collector=Collector(thickness=draw(THICKNESS), density=draw(DENSITY)),
        polymer_density=draw(DENSITY),
        filler_density=draw(DENSITY),
        heat_capacity=draw(st.floats(100.0, 5000.0)),
        initial_temperature=draw(st.floats(250.0, 350.0)),
        ambient_temperature=draw(st.floats(250.0, 350.0)),
        contact_resistance=draw(st.floats(0.0, 0.1)),
        one_c_current=draw(st.floats(0.1, 500.0)),
    )
