"""What customers allow the shop to do, what the shop knows of it, and people who asked and have not bought yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import market

UNKNOWN, NO, YES = -1, 0, 1  # unknown is a blank cell, not a no
LINE_ACCOUNTS = ("campaign", "individual", "both", "none")
CAMPAIGN, INDIVIDUAL, BOTH, NO_LINE = range(len(LINE_ACCOUNTS))
LINE_SHARE = np.array([0.24, 0.08, 0.10, 0.53, 0.05])  # by account; the last is not known
CALL_SHARE = np.array([0.14, 0.16, 0.70])  # unknown, no, yes
DM_SHARE = np.array([0.08, 0.12, 0.80])
REFUSED_CALLS = 0.04
MAIL_FORGOTTEN = 0.15  # of those who do not take mail, the shop does not know it
ONCE_LEADS = 0.08  # customers who had asked for something before they bought

LEADS_PER_CUSTOMER = 0.045
LEAD_SOURCES = ("資料請求", "サンプル請求", "LINE登録", "イベント来場")
LEAD_SHARE = np.array([0.34, 0.38, 0.20, 0.08])
FIRST_LEAD = 900_000  # far above the customers, so that no two people share a number


def with_consents(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    """`people` with consents (YES, NO or UNKNOWN), LINE account (row of LINE_ACCOUNTS or UNKNOWN) and past as a lead.

    New columns: mail_told, line_account, line_friend, call_ok, do_not_call, dm_ok, lead_source (row of LEAD_SOURCES or
    UNKNOWN), lead_day (UNKNOWN without).
    """
    n = len(people)
    account = rng.choice([CAMPAIGN, INDIVIDUAL, BOTH, NO_LINE, UNKNOWN], size=n, p=LINE_SHARE)
    forgotten = ~people["mail_optin"].to_numpy() & (rng.random(n) < MAIL_FORGOTTEN)
    once = rng.random(n) < ONCE_LEADS
    return people.assign(
        mail_told=np.where(forgotten, UNKNOWN, people["mail_optin"].astype(int)),
        line_account=account,
        line_friend=np.select([account == UNKNOWN, account == NO_LINE], [UNKNOWN, NO], YES),
        call_ok=rng.choice([UNKNOWN, NO, YES], size=n, p=CALL_SHARE),
        do_not_call=np.where(rng.random(n) < REFUSED_CALLS, YES, NO),
        dm_ok=rng.choice([UNKNOWN, NO, YES], size=n, p=DM_SHARE),
        lead_source=np.where(once, rng.choice(len(LEAD_SOURCES), size=n, p=LEAD_SHARE), UNKNOWN),
        lead_day=np.where(once, people["arrival_day"] - rng.integers(2, 60, size=n), UNKNOWN),
    )


def may_call(people: pd.DataFrame) -> np.ndarray:
    """True where the shop may call: allowed, and not refused since."""
    return ((people["call_ok"] == YES) & (people["do_not_call"] != YES)).to_numpy()


def leads(rng: np.random.Generator, *, n: int, first_number: int, first_day: int, last_day: int) -> pd.DataFrame:
    """People who asked for a brochure or a sample and never ordered, in the columns of `people`."""
    numbers = FIRST_LEAD + np.arange(first_number, first_number + n)
    bare = market.customers(rng, n=n, first_number=1, first_day=first_day, last_day=last_day)
    told = with_consents(rng, bare)
    return told.assign(
        customer_id=["7" + f"{number:07d}" for number in numbers],
        lead_source=rng.choice(len(LEAD_SOURCES), size=n, p=LEAD_SHARE),
        lead_day=bare["arrival_day"],
    )
