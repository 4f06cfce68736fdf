"""Months as integers, year * 12 + month - 1, and days since 1970-01-01."""

from __future__ import annotations

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def month_of_day(day: int) -> int:
    """The month a day lies in.

    Example:
        >>> month_of_day(0) == 1970 * 12
        True
    """
    there = EPOCH + timedelta(days=int(day))
    return there.year * 12 + there.month - 1


def last_day(month: int) -> int:
    """The last day of a month.

    Example:
        >>> last_day(1970 * 12)
        30
    """
    year, number = divmod(int(month) + 1, 12)
    return (date(year, number + 1, 1) - EPOCH).days - 1


def month_state(month: int, *, as_of_day: int) -> str:
    """Whether a month is over on the day of the report (observed), running (partial) or to come (not_yet).

    A month is observed from its last day on.

    Example:
        >>> [month_state(1970 * 12 + k, as_of_day=31) for k in range(3)]
        ['observed', 'partial', 'not_yet']
    """
    if last_day(month) <= as_of_day:
        return "observed"
    return "partial" if month <= month_of_day(as_of_day) else "not_yet"


def refuse_later(table: str, months: list[int], *, as_of_day: int) -> None:
    """Refuse counts of months after the day of the report.

    Raises:
        ValueError: a month begins after as_of_day.
    """
    latest = max(months, default=0)
    if latest > month_of_day(as_of_day):
        raise ValueError(
            f"{table} has month {latest} ({latest // 12}-{latest % 12 + 1:02d}), after as_of_day == {as_of_day} "
            f"({EPOCH + timedelta(days=int(as_of_day))}); count only orders up to that day."
        )
