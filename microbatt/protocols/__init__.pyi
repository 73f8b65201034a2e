from .description import (
    protocol_from_dict,
    protocol_to_dict,
)
from .protocol import (
    Protocol,
    as_protocol,
)
from .pulses import (
    Pulse,
    evaluate_pulse,
)
from .reading import (
    read_profile,
    read_protocol,
)
from .samples import (
    Samples,
    profile,
)
from .standard import (
    cccv,
    gitt,
    hppc,
)
from .step import (
    Step,
)
from .text import (
    parse_step,
)

__all__ = [
    "Protocol",
    "Pulse",
    "Samples",
    "Step",
    "as_protocol",
    "cccv",
    "evaluate_pulse",
    "gitt",
    "hppc",
    "parse_step",
    "profile",
    "protocol_from_dict",
    "protocol_to_dict",
    "read_profile",
    "read_protocol",
]
