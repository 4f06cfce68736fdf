"""From the focus persona outward: nested groups with their size, what they buy anyway, and what a scenario may add."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.intervals import wilson
from crmlib.analysis.personas import NOT_KNOWN
from crmlib.analysis.promotion import add_contactable
from crmlib.analysis.scenario_triggers import needed_each

FEWEST = 30
ATTRIBUTES = ("first_product", "acq_media", "age_band", "sex")


def focus(known: pd.DataFrame, *, segment: str, attributes: Sequence[str] = ATTRIBUTES) -> list[tuple[str, str]]:
    """The focus persona: of the segment the most frequent value of each attribute, one within the other.

    The first attribute takes its most frequent value among the segment's customers, the next its own among those left,
    and so on; ties go to the first by name. An attribute that nobody left has a known value of is passed over.

    Args:
        known: customer_id, segment and the attributes (`attribute_not_known` where missing).
        segment: where to start.
        attributes: from the broadest to the narrowest.

    Returns:
        (attribute, value), from the broadest to the narrowest.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("known", known.columns, ["segment", *attributes])
    rows, found = known[known["segment"] == segment], []
    for attribute in attributes:
        counts = rows.loc[rows[attribute] != NOT_KNOWN, attribute].astype(str).value_counts()
        if len(counts):
            value = str(min(counts[counts == counts.max()].index))
            found.append((attribute, value))
            rows = rows[rows[attribute] == value]
    return found


def roll_out(
    now: pd.DataFrame, then: pd.DataFrame, persona: Sequence[tuple[str, str]], *, segment: str, lift: float,
    contact_cost: float, margin_rate: float, sends_each: int = 7, power: float = 0.8,
) -> pd.DataFrame:  # fmt: skip
    """Nested groups from the focus persona to all customers, each with size, base rate and expected effect.

    The base rate is that of the same group on the earlier day, who bought within the window after it, with Wilson's
    interval. Expected extra buyers = size x lift, and their gross profit less the cost of all contacts; the lift is
    assumed unless it was measured. n_needed is the size of each of two groups that shows the lift by the score test;
    `size_state` says whether the group holds two of them.

    Args:
        now: customer_id, segment, contactable (1, 0 or NaN where consent is not known) and the attributes, today.
        then: the same on the earlier day, with bought_later and amount_later of the window after it.
        persona: of `focus`.
        segment: of the focus persona.
        lift: difference in the share who buy, expected or measured.
        contact_cost: of one contact, smallest unit; NaN where not known.
        margin_rate: gross margin as a share of sales; NaN where not known.
        sends_each: contacts a customer.
        power: probability to see the lift.

    Returns columns:
        roll_step (1 is the focus persona); roll_level (level_persona, level_wider, level_segment, level_everybody);
        roll_attribute (code; the one that this step narrows by last, empty for segment and all); roll_name (its value,
        else the level); n_customers; n_contactable (NaN where not known: then size is n_customers); n_followed;
        base_rate, base_rate_low, base_rate_high (NaN below 30); n_needed; size_state (size_enough, size_too_small,
        size_not_known); n_extra; contact_total (cost of all contacts), extra_profit (at the sales of those who bought,
        NaN of fewer than 30 of them, less that cost), smallest unit.

    Raises:
        ValueError: a column is missing, or lift or power is not between 0 and 1.
    """
    require_between("lift", lift, 0, 1)
    require_columns("now", now.columns, ["segment", "contactable", *[name for name, _ in persona]])
    require_columns("then", then.columns, ["segment", "bought_later", "amount_later"])
    settings = {"lift": lift, "cost": contact_cost * sends_each, "margin": margin_rate, "power": power}
    rows = []
    for step, depth in enumerate(range(len(persona), -2, -1), start=1):
        a, b = _members(now, persona, segment, depth), _members(then, persona, segment, depth)
        level = "level_persona" if step == 1 and depth > 0 else _level(depth)
        attribute, value = persona[depth - 1] if depth > 0 else ("", "")
        named = {"roll_step": step, "roll_level": level, "roll_attribute": attribute, "roll_name": value or level}
        rows.append({**named, **_row(a, b, **settings)})
    return pd.DataFrame(rows)


def population(
    segmented: pd.DataFrame, known: pd.DataFrame, consent: pd.DataFrame, *, channel: str = "mail"
) -> pd.DataFrame:
    """Customers with their segment, their attributes and whether the channel is allowed, for `roll_out`.

    Args:
        segmented: of `lifecycle.assign`, with the outcomes of the earlier day where it is that.
        known: of `personas.attributes`.
        consent: the canonical customers.
        channel: mail, line, dm, call, or any of them.
    """
    wanted = [name for name in ("bought_later", "amount_later") if name in segmented.columns]
    rows = segmented[["customer_id", "segment", *wanted]].merge(known, on="customer_id", how="left")
    rows[[*ATTRIBUTES]] = rows[[*ATTRIBUTES]].fillna(NOT_KNOWN)
    return add_contactable(rows.assign(segment=rows["segment"].astype("str")), consent, channel=channel)


def _level(depth: int) -> str:
    return "level_wider" if depth > 0 else "level_segment" if depth == 0 else "level_everybody"


def _members(rows: pd.DataFrame, persona: Sequence[tuple[str, str]], segment: str, depth: int) -> pd.DataFrame:
    chosen = rows if depth < 0 else rows[rows["segment"] == segment]
    for attribute, value in persona[: max(depth, 0)]:
        chosen = chosen[chosen[attribute] == value]
    return chosen


def _row(
    now: pd.DataFrame, then: pd.DataFrame, *, lift: float, cost: float, margin: float, power: float
) -> dict[str, float | str]:
    n_contactable = float(now["contactable"].sum(min_count=1)) if now["contactable"].notna().any() else float("nan")
    size = len(now) if n_contactable != n_contactable else n_contactable
    n, x = len(then), int(then["bought_later"].sum())
    enough = n >= FEWEST
    bounds = wilson(x, n) if enough else None
    rate = x / n if enough else float("nan")
    needed = needed_each(rate, lift, power)
    value = float(then.loc[then["bought_later"] > 0, "amount_later"].mean()) if x >= FEWEST else float("nan")
    state = "size_not_known" if needed != needed else "size_enough" if size >= 2 * needed else "size_too_small"
    return {
        "n_customers": len(now),
        "n_contactable": n_contactable,
        "n_followed": n,
        "base_rate": rate,
        "base_rate_low": bounds.low if bounds else float("nan"),
        "base_rate_high": bounds.high if bounds else float("nan"),
        "n_needed": needed,
        "size_state": state,
        "n_extra": size * lift,
        "contact_total": size * cost,
        "extra_profit": size * (lift * value * margin - cost),
    }
