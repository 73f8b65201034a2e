from .combination import (
    EDGES,
    bin_means,
    combined,
)
from .curve import (
    CurveEstimate,
    CurveNetwork,
    CurveNetworkConfig,
)
from .decoder import (
    fit_decoder,
)
from .encoder import (
    Scaling,
    build_encoder,
    encoder_inputs_in_graph,
    fit_scaling,
)
from .measurement import (
    NOISE_FREE,
    MeasurementNoise,
)
from .origin import (
    Origin,
    Record,
    cell_hash,
    check_origin,
    origin_of,
)
from .published import (
    PublishedNetwork,
    PublishedNetworkConfig,
    build_published,
)
from .readings import (
    readings_of,
)
from .targets import (
    OFFSET,
    to_targets,
)
from .trained import (
    Network,
    TrainedNetwork,
    fold_folder,
    load_copies,
    load_network,
    save_network,
    trained_network,
)
from .weights import (
    read_description,
    record_of,
)

__all__ = [
    "EDGES",
    "NOISE_FREE",
    "OFFSET",
    "CurveEstimate",
    "CurveNetwork",
    "CurveNetworkConfig",
    "MeasurementNoise",
    "Network",
    "Origin",
    "PublishedNetwork",
    "PublishedNetworkConfig",
    "Record",
    "Scaling",
    "TrainedNetwork",
    "bin_means",
    "build_encoder",
    "build_published",
    "cell_hash",
    "check_origin",
    "combined",
    "encoder_inputs_in_graph",
    "fit_decoder",
    "fit_scaling",
    "fold_folder",
    "load_copies",
    "load_network",
    "origin_of",
    "read_description",
    "readings_of",
    "record_of",
    "save_network",
    "to_targets",
    "trained_network",
]
