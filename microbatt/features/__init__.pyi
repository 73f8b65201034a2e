from .augmentation import (
    Augmentation,
)
from .curves import (
    StoredCurves,
    read_curves,
    scalars_by_point,
    stored_curves,
)
from .energies import (
    energy_vectors,
)
from .images import (
    IMAGE_SAMPLES,
    curve_images,
    images_of_tensors,
)
from .points import (
    TARGETS,
    arranged,
    by_point,
    check_targets,
    point_dims,
    targets_of,
    true_values,
)
from .specification import (
    Curves,
    Energies,
    Feature,
    Image,
    wanted_features,
    with_currents_of,
)
from .tensors import (
    CurveTensors,
    curve_tensors,
    tensors_of_cube,
    tensors_of_curves,
)

__all__ = [
    "IMAGE_SAMPLES",
    "TARGETS",
    "Augmentation",
    "CurveTensors",
    "Curves",
    "Energies",
    "Feature",
    "Image",
    "StoredCurves",
    "arranged",
    "by_point",
    "check_targets",
    "curve_images",
    "curve_tensors",
    "energy_vectors",
    "images_of_tensors",
    "point_dims",
    "read_curves",
    "scalars_by_point",
    "stored_curves",
    "targets_of",
    "tensors_of_cube",
    "tensors_of_curves",
    "true_values",
    "wanted_features",
    "with_currents_of",
]
