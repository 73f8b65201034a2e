from .augmentation import (
    Augmentation,
    disturbed,
    draw_in_graph,
)
from .curves import (
    StoredCurves,
    check_curves,
    current_place,
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
    CURRENT,
    TARGETS,
    arranged,
    by_point,
    point_dims,
    true_values,
)
from .specification import (
    Curves,
    Energies,
    Feature,
    Image,
    feature_arrays,
    wanted_features,
)
from .tensors import (
    CurveTensors,
    curve_tensors,
    tensors_of_cube,
    tensors_of_curves,
)

__all__ = [
    "CURRENT",
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
    "check_curves",
    "current_place",
    "curve_images",
    "curve_tensors",
    "disturbed",
    "draw_in_graph",
    "energy_vectors",
    "feature_arrays",
    "images_of_tensors",
    "point_dims",
    "read_curves",
    "scalars_by_point",
    "stored_curves",
    "tensors_of_cube",
    "tensors_of_curves",
    "true_values",
    "wanted_features",
]
