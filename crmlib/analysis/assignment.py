"""A random, stratified assignment that anybody can make again from its seed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import pandas as pd

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.consents import ALLOWED, choose_channel, consent_states
from crmlib.analysis.standing import MOST_PRODUCTS, OTHER, bands

LISTED = ["experiment_id", "unit_id", "arm", "assigned_day", "stratum", "contact_channel"]


def strata(members: pd.DataFrame, *, as_of_day: int, first_products: dict[str, str] | None = None) -> pd.DataFrame:
    """Each customer's stratum: band of F x band of R x first product.

    Returns columns:
        customer_id; f_band; r_band; first_product (the five most frequent, other_products, not_known); stratum (the
        three as one text).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("members", members.columns, ["customer_id", "n_orders", "last_day"])
    f, r = bands(members["n_orders"], (as_of_day - members["last_day"]).astype("float64"))
    product = members["customer_id"].map(first_products or {}).astype(object)
    common = product.value_counts().index[:MOST_PRODUCTS]
    product = product.where(product.isin(common) | product.isna(), OTHER).fillna("not_known").astype("str")
    columns = {"customer_id": members["customer_id"], "f_band": f, "r_band": r, "first_product": product}
    table = pd.DataFrame(columns).astype("str")
    return table.assign(stratum=table["f_band"] + " / " + table["r_band"] + " / " + table["first_product"])


def assign(
    strata: pd.DataFrame, *, seed: int, hold_out_share: float = 0.5, experiment_id: str, as_of_day: int,
    channels: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Control or treatment for every customer, at random within strata.

    Within each stratum customers stand in an order that a hash of seed and id makes; along all strata every customer
    is held out whose place n has floor(n h + u) > floor((n - 1) h + u), with u from the seed. So everybody is held out
    with chance h, each stratum has its share but for one customer, and the same customers, share and seed give the same
    list on any machine.

    Returns columns:
        experiment_id; unit_id; arm (control, treatment); assigned_day; stratum; contact_channel (empty text where not
        given), in the order of the ids.

    Raises:
        ValueError: a column is missing or hold_out_share is not between 0 and 1.

    Example:
        >>> four = pd.DataFrame({"customer_id": list("abcd"), "stratum": ["x", "x", "y", "y"]})
        >>> assign(four, seed=1, experiment_id="E", as_of_day=0)["arm"].value_counts().to_dict()
        {'treatment': 2, 'control': 2}
    """
    require_columns("strata", strata.columns, ["customer_id", "stratum"])
    require_between("hold_out_share", hold_out_share, 0, 1)
    drawn = strata["customer_id"].map(lambda key: _draw(f"{seed}:{key}")).astype("float64")
    rows = strata.assign(_drawn=drawn).sort_values(["stratum", "_drawn", "customer_id"], ignore_index=True)
    start = _draw(f"{seed}:start")
    steps = [math.floor(place * hold_out_share + start) for place in range(len(rows) + 1)]
    rows["arm"] = ["control" if after > before else "treatment" for before, after in itertools.pairwise(steps)]
    rows = (
        rows.astype({"arm": "str"})
        .rename(columns={"customer_id": "unit_id"})
        .assign(experiment_id=experiment_id, assigned_day=as_of_day)
    )
    by_id = {} if channels is None else dict(zip(channels["customer_id"], channels["contact_channel"], strict=True))
    rows["contact_channel"] = rows["unit_id"].map(by_id).astype(object).fillna("").astype("str")
    return rows.sort_values("unit_id", ignore_index=True)[LISTED]


def may_be_asked(
    members: pd.DataFrame, channels: pd.DataFrame, busy: Collection[str]
) -> tuple[list[str], pd.DataFrame]:
    """Who of a population may be assigned: with a consent, and in no experiment whose window is still open.

    Args:
        members: customer_id.
        channels: of `consents.choose_channel` beside customer_id: contact_channel, consent.
        busy: units of experiments that are still running.

    Returns columns:
        the customers, and a second table: plan_step (population, contactable, not_busy); n_customers.
    """
    allowed = set(channels.loc[channels["consent"] == ALLOWED, "customer_id"])
    every = members["customer_id"].tolist()
    reachable = [key for key in every if key in allowed]
    free = [key for key in reachable if key not in busy]
    steps = {"plan_population": len(every), "plan_contactable": len(reachable), "plan_free": len(free)}
    return free, pd.DataFrame({"plan_step": list(steps), "n_customers": list(steps.values())})


def strata_counts(assigned: pd.DataFrame) -> pd.DataFrame:
    """How many of each stratum are in which arm, the largest first.

    Returns columns:
        stratum; n_control; n_treatment.
    """
    counts = assigned.groupby(["stratum", "arm"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["control", "treatment"], fill_value=0).set_axis(
        ["n_control", "n_treatment"], axis=1
    )
    counts["_all"] = counts.sum(axis=1)
    return counts.sort_values(["_all", "stratum"], ascending=[False, True]).drop(columns="_all").reset_index()


def strata_parts(counts: pd.DataFrame) -> pd.DataFrame:
    """Counts by stratum with the parts that make each stratum in place of its code.

    Returns columns:
        f_band; r_band; first_product; the other columns of `counts`.

    Example:
        >>> counts = pd.DataFrame({"stratum": ["f1 / r_30 / A / B"], "n_control": [3]})
        >>> strata_parts(counts).to_numpy().tolist()
        [['f1', 'r_30', 'A / B', 3]]
    """
    parts = [text.split(" / ", 2) for text in counts["stratum"]]
    names = pd.DataFrame(parts, columns=["f_band", "r_band", "first_product"], index=counts.index, dtype="str")
    return pd.concat([names, counts.drop(columns="stratum")], axis=1)


@dataclass(frozen=True, kw_only=True)
class DrawnResult:
    """A drawn assignment: its list, how many customers each step left, and the arms by stratum."""

    table: pd.DataFrame
    steps: pd.DataFrame
    strata: pd.DataFrame


def draw(
    members: pd.DataFrame, consents: pd.DataFrame, *, channels: Sequence[str], busy: Collection[str], as_of_day: int,
    first_products: dict[str, str], seed: int, hold_out_share: float, experiment_id: str,
) -> DrawnResult:  # fmt: skip
    """From the members of a population to the list for the mailing tool: who may be asked, and in which arm.

    Args:
        members: of `populations.members`.
        consents: the table of customers, as `consents.consent_states` takes it.
        channels: in the order of preference; the first that is allowed is used.
        busy: units of experiments that still run.
        as_of_day: the day of the draw.
        first_products: customer: product of the first order.
        seed: makes the same list again.
        hold_out_share: the share that is not treated.
        experiment_id: under which the list is read back.

    Raises:
        ValueError: an unknown channel, or hold_out_share is not between 0 and 1.
    """
    states = consent_states(consents)
    chosen = states[["customer_id"]].join(choose_channel(states, channels=channels))
    free, steps = may_be_asked(members, chosen, busy)
    kept = strata(members[members["customer_id"].isin(free)], as_of_day=as_of_day, first_products=first_products)
    table = assign(
        kept, seed=seed, hold_out_share=hold_out_share, experiment_id=experiment_id, as_of_day=as_of_day,
        channels=chosen,
    )  # fmt: skip
    return DrawnResult(table=table, steps=steps, strata=strata_counts(table))


def _draw(text: str) -> float:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / 2**64
