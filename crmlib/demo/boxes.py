"""What lies in the box: the lines of every order and the money at its head."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.demo import market
from crmlib.demo.market import ONE_OFF, SUBSCRIPTION, TRIAL

SHIPPING, FREE_SHIPPING_FROM = 550, 5000
LATER_PAYMENT_FEE = 330
PRODUCT_LINE, SHIPPING_LINE, FEE_LINE = range(3)
NO_PRODUCT = -1


def lines(rng: np.random.Generator, orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """Lines of the orders: the product itself, products bought along with it, the guide, shipping and fee.

    Columns: order (row of orders), line_type (product, shipping, fee as 0, 1, 2), product (row of
    market.PRODUCTS, -1 for none), quantity, unit_price (yen with tax).
    """
    parts = [_main(rng, orders, last_day=last_day), *_along(rng, orders), _guide(rng, orders)]
    bought = pd.concat(parts, ignore_index=True)
    extra = [_shipping(orders, bought), _fee(orders)]
    together = pd.concat([bought, *extra], ignore_index=True)
    return together.sort_values(["order", "line_type"], kind="stable").reset_index(drop=True)


def heads(rng: np.random.Generator, orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """Orders with what their head carries: second of the day, later payment, coupon, refund and whether pending."""
    n = len(orders)
    hour = rng.choice(24, size=n, p=_hours())
    may_use_coupon = (orders["kind"] == ONE_OFF) & (orders["number"] >= 2)
    december = _month(orders["day"]) == 11
    coupon = may_use_coupon & (rng.random(n) < np.where(december, 0.35, 0.08))
    return orders.assign(
        second=hour * 3600 + rng.integers(3600, size=n),
        later_payment=(orders["kind"] != SUBSCRIPTION) & (rng.random(n) < 0.18),
        discount_amount=np.where(coupon, 500, 0),
        refunded_amount=np.where(rng.random(n) < 0.004, rng.choice([300, 500, 1000], size=n), 0),
        pending=(orders["day"] >= last_day - 1).to_numpy(),
    )


def products_amount(orders: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """Yen of product lines, one figure for each row of `orders`."""
    bought = lines[lines["line_type"] == PRODUCT_LINE]
    money = (bought["unit_price"] * bought["quantity"]).to_numpy()
    return np.bincount(bought["order"], weights=money, minlength=len(orders)).astype(np.int64)


def _main(rng: np.random.Generator, orders: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    kind = orders["kind"].to_numpy()
    repeat_buyer = (kind == ONE_OFF) & (orders["number"].to_numpy() >= 2)
    other = rng.choice([market.GEL, market.ESSENCE, market.SUPPLEMENT], size=len(orders), p=[0.74, 0.12, 0.14])
    one_off = np.where(repeat_buyer, other, market.GEL)
    product = np.select([kind == TRIAL, kind == SUBSCRIPTION], [market.GEL_TRIAL, market.GEL_SUBSCRIPTION], one_off)
    price = market.PRODUCTS["price"].to_numpy()[product]
    before_rise = (product == market.GEL) & (orders["day"].to_numpy() < last_day - 364)
    first = (product == market.GEL_SUBSCRIPTION) & (orders["delivery"].to_numpy() == 1)
    price = np.select([before_rise, first], [market.GEL_OLD_PRICE, market.FIRST_DELIVERY_PRICE], price)
    two = repeat_buyer & (rng.random(len(orders)) < np.where(_month(orders["day"]) == 11, 0.25, 0.08))
    return _frame(np.arange(len(orders)), product, 1 + two, price)


def _along(rng: np.random.Generator, orders: pd.DataFrame) -> list[pd.DataFrame]:
    """Back-end and cross products in the same box, likelier the longer the customer has stayed."""
    settled = 1 - np.exp(-(orders["number"].to_numpy() - 1) / 5)
    summer = np.isin(_month(orders["day"]), [4, 5, 6, 7])
    chances = {
        market.ESSENCE: 0.07 * settled,
        market.SUPPLEMENT: 0.09 * settled,
        market.CLEANSER: 0.03 + 0.10 * settled,
        market.SUNSCREEN: np.where(summer, 0.05 + 0.09 * settled, 0.01),
    }
    not_trial = orders["kind"].to_numpy() != TRIAL
    price = market.PRODUCTS["price"].to_numpy()
    parts = []
    for product, chance in chances.items():
        chosen = np.flatnonzero(not_trial & (rng.random(len(orders)) < chance))
        parts.append(_frame(chosen, product, 1, price[product]))
    return parts


def _guide(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    chosen = np.flatnonzero((orders["number"] == 1) & (rng.random(len(orders)) < 0.6))
    return _frame(chosen, market.GUIDE, 1, 0)


def _shipping(orders: pd.DataFrame, bought: pd.DataFrame) -> pd.DataFrame:
    small = products_amount(orders, bought) < FREE_SHIPPING_FROM
    chosen = np.flatnonzero((orders["kind"] == ONE_OFF) & small)
    return _frame(chosen, NO_PRODUCT, 1, SHIPPING, line_type=SHIPPING_LINE)


def _fee(orders: pd.DataFrame) -> pd.DataFrame:
    return _frame(np.flatnonzero(orders["later_payment"]), NO_PRODUCT, 1, LATER_PAYMENT_FEE, line_type=FEE_LINE)


def _frame(
    order: np.ndarray,
    product: np.ndarray | int,
    quantity: np.ndarray | int,
    unit_price: np.ndarray | int,
    *,
    line_type: int = PRODUCT_LINE,
) -> pd.DataFrame:
    columns = {"order": order, "line_type": line_type, "product": product}
    return pd.DataFrame({**columns, "quantity": quantity, "unit_price": unit_price})


def _month(day: pd.Series) -> np.ndarray:
    return day.to_numpy().astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


def _hours() -> np.ndarray:
    weight = np.array([3, 2, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7, 6, 5, 5, 5, 5, 6, 7, 9, 10, 9, 6], dtype=float)
    return weight / weight.sum()
