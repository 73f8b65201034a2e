from .compatible import (
    Told,
    run_folder,
)
from .engine import (
    ENGINE,
    simulate_with_history,
)
from .materials import (
    ELECTROLYTES,
    NEGATIVES,
    POSITIVES,
)
from .reading import (
    DeckCell,
    cell_from_deck,
    with_dualfoils_heat,
)
from .settings import (
    EXECUTABLE_VARIABLE,
    DualfoilSettings,
    find_executable,
)
from .writing import (
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    not_in_a_deck,
)

__all__ = [
    "ELECTROLYTES",
    "ENGINE",
    "EXECUTABLE_VARIABLE",
    "NEGATIVES",
    "POSITIVES",
    "DeckCell",
    "DualfoilSettings",
    "Told",
    "activation_from_cell",
    "cell_from_deck",
    "deck_from_cell",
    "find_executable",
    "galvanostatic",
    "not_in_a_deck",
    "run_folder",
    "simulate_with_history",
    "with_dualfoils_heat",
]
