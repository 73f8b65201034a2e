from .activation import (
    ACTIVATION_FILE,
    format_activation,
    read_activation,
)
from .archive import (
    ArchivedRun,
    Conventions,
    LeftOut,
    find_runs,
    match_name,
    read_runs,
)
from .compatible import (
    Told,
    run_folder,
)
from .deck import (
    ENTRIES,
    Deck,
    Segment,
    Version,
    format_deck,
    read_deck,
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
from .published import (
    find_published,
    read_published,
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
from .template import (
    ExtraFile,
    check_template,
    point_values,
)
from .writing import (
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    not_in_a_deck,
)

__all__ = [
    "ACTIVATION_FILE",
    "ELECTROLYTES",
    "ENGINE",
    "ENTRIES",
    "EXECUTABLE_VARIABLE",
    "NEGATIVES",
    "POSITIVES",
    "ArchivedRun",
    "Conventions",
    "Deck",
    "DeckCell",
    "DualfoilSettings",
    "ExtraFile",
    "LeftOut",
    "Segment",
    "Told",
    "Version",
    "activation_from_cell",
    "cell_from_deck",
    "check_template",
    "deck_from_cell",
    "find_executable",
    "find_published",
    "find_runs",
    "format_activation",
    "format_deck",
    "galvanostatic",
    "match_name",
    "not_in_a_deck",
    "point_values",
    "read_activation",
    "read_deck",
    "read_published",
    "read_runs",
    "run_folder",
    "simulate_with_history",
    "with_dualfoils_heat",
]
