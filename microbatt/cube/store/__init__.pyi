from .fence import (
    alone,
    check_fence,
    fence_of,
)
from .location import (
    explained,
    is_remote_trouble,
)
from .voltage_codec import (
    check_rounding,
)

__all__ = [
    "alone",
    "check_fence",
    "check_rounding",
    "explained",
    "fence_of",
    "is_remote_trouble",
]
