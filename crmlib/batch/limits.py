"""What a notebook allows its parameters to be: `crm.parameters` in its metadata, checked before any kernel starts.

`{"scoring": {"choices": ["fixed", "quantile"]}, "m_cuts": {"numbers": 4, "increasing": true, "min": 0}}`
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

TYPES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", list: "a list", dict: "a map"}
WITH_COMMAS = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
LESS_THAN_A_GROUP = 1000


class Limits(BaseModel):
    """What one parameter may be; without a limit, anything of its default's type.

    Attributes:
        choices: the texts allowed. values_of: `table.column`, the texts found there are allowed.
        numbers: a list of so many numbers. increasing, whole: of a list or of a number. money: no more decimals than
        the currency has. min, max: bounds, themselves allowed. above, below: bounds, themselves not allowed.
        or_none: None is allowed where it is not the default too.
        default_for: the currencies the default is for; a client in another one must set the parameter.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    choices: list[str] = Field(default=[])
    values_of: str = Field(default="", pattern=r"^[a-z_]+\.[a-z_]+$")
    numbers: int = Field(default=0, ge=1)
    increasing: bool = False
    whole: bool = False
    money: bool = False
    min: float | None = None
    max: float | None = None
    above: float | None = None
    below: float | None = None
    or_none: bool = False
    default_for: list[str] = Field(default=[])

    @property
    def is_text(self) -> bool:
        """Limited to certain texts."""
        return bool(self.choices or self.values_of)

    @property
    def is_numeric(self) -> bool:
        """Limited as a number."""
        bounds = (self.min, self.max, self.above, self.below)
        return self.whole or self.money or any(bound is not None for bound in bounds)


def fault(value: Any, default: Any, limits: Limits, *, decimals: int = 2) -> str:
    """What a value must be instead, as the end of a sentence; empty when it is allowed.

    `decimals` are those of the client's currency. None is allowed where it is the default.

    Example:
        >>> fault("quintil", "fixed", Limits(choices=["fixed", "quantile"]))
        "must be one of fixed, quantile; did you mean 'quantile'?"
        >>> fault(["5,000", "9,000"], None, Limits(numbers=2, min=0))
        'must be a list of 2 numbers, each at least 0; 5,000 is written 5000.'
        >>> fault(0.5, 0.5, Limits(above=0, below=1))
        ''
    """
    if (value is None and (default is None or limits.or_none)) or _is_allowed(value, default, limits, decimals):
        return ""
    sentence, more = f"must be {allowed(default, limits, decimals=decimals)}", _hint(value, default, limits)
    return f"{sentence}; {more}" if more else f"{sentence}."


def allowed(default: Any, limits: Limits, *, decimals: int = 2) -> str:
    """What a parameter may be, in words.

    Example:
        >>> allowed(None, Limits(numbers=4, increasing=True, min=0, money=True), decimals=0)
        'a list of 4 increasing whole numbers, each at least 0'
    """
    if limits.choices:
        return f"one of {', '.join(limits.choices)}"
    if limits.values_of:
        return "a text"
    bounds = _bounds(limits, decimals)
    if limits.numbers:
        words = ["increasing" * limits.increasing, "whole" * _is_whole(limits, decimals), "numbers"]
        said = f"a list of {limits.numbers} {' '.join(filter(None, words))}"
        return f"{said}, each {bounds}" if bounds else said
    name = "a number" if default is None else TYPES[type(default)]
    name = "a whole number" if _is_whole(limits, decimals) else name
    said = f"{name}, {bounds}" if bounds else name
    return f"{said}, or null" if limits.or_none else said


def _is_allowed(value: Any, default: Any, limits: Limits, decimals: int) -> bool:
    if limits.is_text:
        # The choices of `values_of` are found in the client's data, by whoever has the shop.
        return isinstance(value, str) and (value in limits.choices or not limits.choices)
    if limits.numbers:
        return _is_list(value, limits, decimals)
    types = _types(default, limits)
    return not types or (type(value) in types and (not limits.is_numeric or _is_within(value, limits, decimals)))


def _types(default: Any, limits: Limits) -> tuple[type, ...]:
    if isinstance(default, float) or (default is None and limits.is_numeric):
        return (int,) if limits.whole else (int, float)
    return () if default is None else (type(default),)


def _is_list(value: Any, limits: Limits, decimals: int) -> bool:
    if not isinstance(value, list) or len(value) != limits.numbers:
        return False
    if not all(type(number) in {int, float} and _is_within(number, limits, decimals) for number in value):
        return False
    return not limits.increasing or all(low < high for low, high in pairwise(value))


def _is_whole(limits: Limits, decimals: int) -> bool:
    return limits.whole or (limits.money and decimals == 0)


def _is_within(value: Any, limits: Limits, decimals: int) -> bool:
    if _is_whole(limits, decimals) and value != int(value):
        return False
    if limits.money and round(value, decimals) != value:
        return False
    return (
        (limits.min is None or value >= limits.min)
        and (limits.max is None or value <= limits.max)
        and (limits.above is None or value > limits.above)
        and (limits.below is None or value < limits.below)
    )


def _bounds(limits: Limits, decimals: int) -> str:
    said = {"at least": limits.min, "above": limits.above, "at most": limits.max, "below": limits.below}
    bounds = [f"{word} {bound:g}" for word, bound in said.items() if bound is not None]
    if limits.money and decimals:
        bounds.append(f"with at most {decimals} decimals")
    return " and ".join(bounds)


def _hint(value: Any, default: Any, limits: Limits) -> str:
    """The nearest right name, or how a number is written in YAML where the value was meant as one."""
    if limits.choices:
        close = difflib.get_close_matches(str(value), limits.choices, n=1)
        return f"did you mean '{close[0]}'?" if close else ""
    if limits.is_text:
        return f"write '{value}' with quotes." if type(value) in {int, float} else ""
    if isinstance(default, (bool, str)):
        return ""
    items = value if isinstance(value, list) else [value]
    written = next((item for item in items if isinstance(item, str) and WITH_COMMAS.fullmatch(item)), "")
    if written:
        plain = written.replace(",", "")
        return f"{written} is written {plain}." if plain != written else f"{plain} is written without quotes."
    if len(items) > limits.numbers > 0 and all(type(item) is int for item in items):
        return _split_up(items, limits.numbers)
    return ""


def _split_up(items: list[int], wanted: int) -> str:
    # [5,000, 10,000] is 5, 0, 10, 0: the group after a comma is a number of its own, and has lost its zeros.
    if all(low < high for low, high in pairwise(items)):
        return ""
    for groups in _groupings(items, wanted):
        numbers = [int("".join(group.split(","))) for group in groups]
        if all(low < high for low, high in pairwise(numbers)):
            parted = next(group for group in groups if "," in group)
            return f"{parted} is {parted.count(',') + 1} numbers in YAML, write {numbers}."
    return ""


def _groupings(items: list[int], wanted: int) -> Iterator[list[str]]:
    """Every way to read the list as so many numbers of one to three groups of digits."""
    if not items or not wanted:
        yield from [] if items or wanted else [[]]
        return
    for size in (1, 2, 3):
        first, *others = items[:size]
        if len(items) >= size and all(first > 0 and 0 <= other < LESS_THAN_A_GROUP for other in others):
            number = ",".join([str(first), *(f"{other:03d}" for other in others)])
            yield from ([number, *rest] for rest in _groupings(items[size:], wanted - 1))


def shown(value: Any) -> str:
    """A value as the client file could have it."""
    return json.dumps(value, ensure_ascii=False)
