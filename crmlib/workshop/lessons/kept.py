"""Figures that are worked out once a lesson, however many exercises and mistakes rest on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from crmlib.workshop.lesson import Lesson

P = ParamSpec("P")
T = TypeVar("T")


def kept(make: Callable[Concatenate[Lesson, P], T]) -> Callable[Concatenate[Lesson, P], T]:
    """The same function, whose result the lesson keeps for each set of arguments; these are texts and numbers."""

    @wraps(make)
    def found(lesson: Lesson, *args: P.args, **kwargs: P.kwargs) -> T:
        name = f"{make.__module__}.{make.__name__}{args}{kwargs}"
        result: T = lesson.keep(name, lambda: make(lesson, *args, **kwargs))
        return result

    return found
