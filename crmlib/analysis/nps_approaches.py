"""How each band is approached: one person, a shared team or technology; whom that reaches and what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns
from crmlib.analysis.consents import ALLOWED, CAMPAIGN, NOT_KNOWN, REFUSED, choose_channel, consent_states
from crmlib.analysis.nps_bands import NAMES
from crmlib.analysis.portfolio import WHOLE_CURRENCIES

APPROACHES = ("dedicated_person", "shared_team", "technology")
# The source names the bands and the approaches in the same order, high to low; which gets which is a parameter.
DEFAULT = {"promoters": "dedicated_person", "passives": "shared_team", "detractors": "technology"}
BY_MACHINE = ("line", "mail")  # a person telephones, and an envelope is no technology
NEVER_AGAIN = ("refused",)
LISTED = ["approach", "band", "customer_id", "contact_channel", "answer", "answered_day", "amount_year", "amount",
          "n_orders", "recency_days"]  # fmt: skip


def approach_table(
    people: pd.DataFrame, customers: pd.DataFrame, year: pd.DataFrame, consents: pd.DataFrame, contacts: pd.DataFrame,
    *, approaches: Mapping[str, str] = DEFAULT, channels: Sequence[str] = ("line", "phone", "mail", "dm"),
) -> pd.DataFrame:  # fmt: skip
    """Every customer with an answer: the approach of the band, the channel it may take, and the value at stake.

    The channel is the first allowed one, as on the call list. Technology takes LINE or mail only; its LINE is the
    account for campaigns, which the individual one is not used for. Whoever ever asked not to be contacted again is
    not contacted. Consent that is not recorded is not consent.

    Args:
        people: each customer's last answer: customer_id, band, nps, answered_day.
        customers: of `aggregates.customer_table` at the base date.
        year: of `aggregates.customer_window`, sales of the last 365 days up to it.
        consents: the customers table; empty where there is none, and then nobody may be contacted.
        contacts: every contact, also after the base date: customer_id, result.
        approaches: band: approach.
        channels: order of preference.

    Returns columns:
        approach (ordered category); band; customer_id; contact_channel; answer (0 to 10); answered_day; amount_year
        (the value at stake: sales of the last 365 days), amount (smallest unit); n_orders; recency_days; consent
        (allowed, not_allowed, not_known). Sorted by approach, value at stake falling, customer.

    Raises:
        ValueError: a band without an approach, an unknown approach or channel, or a missing column.
    """
    require_columns("people", people.columns, ["customer_id", "band", "nps", "answered_day"])
    require_columns("year", year.columns, ["customer_id", "amount"])
    for band in NAMES:
        require_choice(f"approaches[{band!r}]", approaches.get(band), APPROACHES)
    table = people[["customer_id", "band", "nps", "answered_day"]].astype({"band": "str"})
    table = table.rename(columns={"nps": "answer"})
    bought = customers[["customer_id", "n_orders", "amount", "recency_days"]]
    table = table.merge(bought, on="customer_id", how="left").merge(
        year[["customer_id", "amount"]].rename(columns={"amount": "amount_year"}), on="customer_id", how="left"
    )
    table["amount_year"] = table["amount_year"].fillna(0).where(table["n_orders"].notna())
    table["approach"] = pd.Categorical(table["band"].map(approaches), categories=list(APPROACHES), ordered=True)
    asked = contacts.loc[contacts["result"].isin(NEVER_AGAIN), "customer_id"]
    table = _with_channel(table, consents, channels)
    never = table["customer_id"].isin(asked)
    table["consent"] = table["consent"].mask(never, REFUSED)
    table["contact_channel"] = table["contact_channel"].mask(never, "none")
    order = ["approach", "amount_year", "customer_id"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)[[*LISTED, "consent"]]


def listed(table: pd.DataFrame) -> pd.DataFrame:
    """Only customers who may be contacted."""
    return table[table["consent"] == ALLOWED].drop(columns="consent").reset_index(drop=True)


def workload(
    table: pd.DataFrame, *, minutes: Mapping[str, float | None] | None = None, hourly_cost: float | None = None,
    currency: str = "JPY",
) -> pd.DataFrame:  # fmt: skip
    """Each approach: its customers, who may be contacted, what is at stake, and the hours and cost where given.

    hours = contactable customers * minutes / 60; cost = hours * hourly_cost, which is given in the currency. Without
    minutes both are NaN.

    Returns columns:
        approach; n_customers; n_contactable; n_not_allowed; n_not_known;
        amount_year (of all, smallest unit); amount_contactable; hours; labour_cost (smallest unit).

    Raises:
        ValueError: minutes or hourly_cost below 0.
    """
    given = {name: value for name, value in (minutes or {}).items() if value is not None}
    for name, value in given.items():
        require_choice("minutes", name, APPROACHES)
        require_at_least(f"minutes[{name!r}]", value, 0)
    require_at_least("hourly_cost", 0 if hourly_cost is None else hourly_cost, 0)
    rows = [_work(table[table["approach"] == name], name) for name in APPROACHES]
    found = pd.DataFrame(rows)
    found["hours"] = found["n_contactable"] * found["approach"].map(given).astype("float64") / 60
    smallest = 1 if currency in WHOLE_CURRENCIES else 100
    found["labour_cost"] = found["hours"] * (np.nan if hourly_cost is None else hourly_cost * smallest)
    return found


def _work(rows: pd.DataFrame, name: str) -> dict[str, object]:
    allowed = rows["consent"] == ALLOWED
    known = rows["amount_year"].notna()
    return {
        "approach": name,
        "n_customers": len(rows),
        "n_contactable": int(allowed.sum()),
        "n_not_allowed": int((rows["consent"] == REFUSED).sum()),
        "n_not_known": int((rows["consent"] == NOT_KNOWN).sum()),
        "amount_year": float(rows["amount_year"].sum()) if known.any() else np.nan,
        "amount_contactable": float(rows.loc[allowed, "amount_year"].sum()) if known.any() else np.nan,
    }


def _with_channel(table: pd.DataFrame, consents: pd.DataFrame, channels: Sequence[str]) -> pd.DataFrame:
    if consents.empty:
        return table.assign(contact_channel=NOT_KNOWN, consent=NOT_KNOWN)
    states = table[["customer_id"]].merge(consent_states(consents), on="customer_id", how="left")
    ways = ["line", "phone", "mail", "dm"]
    states[ways] = states[ways].astype("object").fillna(NOT_KNOWN)
    by_person = choose_channel(states, channels=channels)
    machine = [channel for channel in channels if channel in BY_MACHINE]
    # Without a channel that takes no people, nobody is reached by technology.
    untold = pd.DataFrame({"contact_channel": "none", "consent": REFUSED}, index=states.index)
    by_machine = choose_channel(states.assign(line=_campaign_line(states)), channels=machine) if machine else untold
    people = (table["approach"] != "technology").to_numpy()
    found = {name: np.where(people, by_person[name], by_machine[name]) for name in ("contact_channel", "consent")}
    return table.assign(**found)


def _campaign_line(states: pd.DataFrame) -> np.ndarray:
    """LINE as technology uses it: allowed where the account for campaigns is a friend."""
    there = states["line"].isin([ALLOWED, CAMPAIGN]) & states["line_account"].isin(["campaign", "both"])
    return np.select([there, states["line"] == NOT_KNOWN], [ALLOWED, NOT_KNOWN], REFUSED)
