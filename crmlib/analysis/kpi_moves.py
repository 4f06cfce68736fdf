"""Whether a KPI moved from one month to another: the change, its interval and the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmlib.analysis.intervals import Interval
from crmlib.analysis.kpi_bounds import difference_bounds
from crmlib.analysis.kpi_ids import KPIS
from crmlib.analysis.months import last_day

IMPROVED, WORSENED, WITHIN, NOT_COMPARED = MOVES = ("improved", "worsened", "within_chance", "not_compared")
NAN = float("nan")


@dataclass(frozen=True)
class Move:
    """A change with its interval, in points for shares, and one of MOVES."""

    change: float = NAN
    low: float = NAN
    high: float = NAN
    verdict: str = NOT_COMPARED


UNMOVED = Move()


def move(kpi_id: str, now: Mapping[str, Any], then: Mapping[str, Any], *, lower: bool) -> Move:
    """The change between two months of one KPI, by the interval of the difference (MOVER).

    Improved or worsened only where the interval excludes zero. What adds up over a month must have changed per day too,
    in the same direction: March has three days more than February, and a tenth more orders with them. The interval
    takes the customers of both months for different ones. A figure that looks back over a year is not compared with one
    whose year it shares (no interval, `not_compared`): most customers are in both, and an interval of two independent
    figures would hide nearly every change.

    Args:
        kpi_id: one of `kpi_ids.KPIS`.
        now: month, actual, actual_low, actual_high.
        then: the same of the month compared with.
        lower: whether lower is better.

    Example:
        >>> february, march = ({"month": 24313 + k, "actual": a, "actual_low": a - 9, "actual_high": a + 9}
        ...                    for k, a in enumerate((280, 310)))
        >>> move("n_orders", march, february, lower=False).verdict, move("nps", march, february, lower=False).verdict
        ('within_chance', 'improved')
    """
    kpi = KPIS[kpi_id]
    scale = 100.0 if kpi.kind == "share" else 1.0
    if abs(now["month"] - then["month"]) < kpi.window_months and kpi.window_months > 1:
        return Move(change=now["actual"] - then["actual"])
    found = _difference(now, then, 1.0)
    verdicts = {_verdict(found, lower=lower)}
    if kpi.adds_up:
        verdicts.add(_verdict(_difference(now, then, _days(now) / _days(then)), lower=lower))
    verdict = verdicts.pop() if len(verdicts) == 1 else WITHIN
    return Move((now["actual"] - then["actual"]) * scale, found.low * scale, found.high * scale, verdict)


def _difference(now: Mapping[str, Any], then: Mapping[str, Any], longer: float) -> Interval:
    ends = Interval(then["actual_low"] * longer, then["actual_high"] * longer)
    return difference_bounds(now["actual"], Interval(now["actual_low"], now["actual_high"]),
                             then["actual"] * longer, ends)  # fmt: skip


def _days(held: Mapping[str, Any]) -> int:
    return last_day(held["month"]) - last_day(held["month"] - 1)


def _verdict(found: Interval, *, lower: bool) -> str:
    if not (found.low == found.low and found.high == found.high):
        return NOT_COMPARED
    if found.low <= 0 <= found.high:
        return WITHIN
    return IMPROVED if (found.low > 0) != lower else WORSENED
