"""The workshop: lessons whose exercises answer back, on a shop of each learner's own.

`open_lesson` is all that a lesson's notebook needs; it is loaded when first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmlib.workshop.lesson import open_lesson

__all__ = ["open_lesson"]


def __getattr__(name: str) -> Any:
    if name != "open_lesson":
        raise AttributeError(f"module 'crmlib.workshop' has no attribute '{name}'")
    from crmlib.workshop.lesson import open_lesson

    return open_lesson
