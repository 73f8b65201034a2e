from .writing import (
    Report,
    check_report,
    write_report,
)

__all__ = [
    "Report",
    "check_report",
    "write_report",
]
