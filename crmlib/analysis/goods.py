"""What the shop sells: products with their buyers and sales, and the part each role plays."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns

ROLES = ("trial", "front", "backend", "cross", "insert", "unknown")
ORDER_LEVEL, OTHERS, NO_PRODUCT = "order_level", "others", "no_product"
CLASSES = (0.7, 0.9)


def product_table(sold: pd.DataFrame, products: pd.DataFrame, *, n_customers: int, amount: int) -> pd.DataFrame:
    """Each product's buyers, sales and class, largest first; what no product accounts for is a row of its own.

    share_amount = amount / all counted sales. The class (ABC) is a while the cumulated share before the product is
    below 70 %, b below 90 %, else c. `order_level` is what was taken off or put on whole orders (discounts, refunds,
    shipping kept), so that the column adds up to the ledger.

    Args:
        sold: of `aggregates.goods_sold`.
        products: the canonical products, for names, roles and categories; may be empty.
        n_customers: all customers with a counted order.
        amount: all counted sales, smallest unit.

    Returns columns:
        product_id, product_name, role, category_l1; n_customers, share_customers (of all); n_orders; quantity; amount
        (smallest unit); share_amount; cumulative_share_amount; abc.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("sold", sold.columns, ["product_id", "n_customers", "n_orders", "quantity", "amount"])
    require_columns("products", products.columns, ["product_id", "product_name", "role", "category_l1"])
    known = sold[sold["product_id"] != NO_PRODUCT].sort_values(["amount", "product_id"], ascending=[False, True])
    named = known.merge(products[["product_id", "product_name", "role", "category_l1"]], on="product_id", how="left")
    named["role"] = named["role"].fillna("unknown")
    rest = int(amount) - int(known["amount"].sum())
    table = pd.concat([named, pd.DataFrame([{"product_id": ORDER_LEVEL, "amount": rest}])], ignore_index=True)
    table["share_customers"] = table["n_customers"] / (n_customers or float("nan"))
    table["share_amount"] = table["amount"] / (amount or float("nan"))
    table["cumulative_share_amount"] = table["share_amount"].cumsum()
    before = table["cumulative_share_amount"] - table["share_amount"]
    table["abc"] = [_class(share) for share in before]
    table.loc[table["product_id"] == ORDER_LEVEL, "abc"] = float("nan")
    names = ["product_id", "product_name", "role", "category_l1", "n_customers", "share_customers", "n_orders"]
    return table[[*names, "quantity", "amount", "share_amount", "cumulative_share_amount", "abc"]]


def shortened(table: pd.DataFrame, *, most: int = 20) -> pd.DataFrame:
    """The first products of a product table, the others as one row, and what no product accounts for.

    Raises:
        ValueError: a column is missing or most is below 1.
    """
    require_columns("table", table.columns, ["product_id", "amount", "share_amount"])
    require_at_least("most", most, 1)
    products = table[table["product_id"] != ORDER_LEVEL]
    if len(products) <= most:
        return table
    left = products.iloc[most:]
    sums = {name: left[name].sum() for name in ("quantity", "amount", "share_amount")}
    others = {"product_id": OTHERS, "cumulative_share_amount": products["cumulative_share_amount"].iloc[-1], **sums}
    parts = [products.head(most), pd.DataFrame([others]), table[table["product_id"] == ORDER_LEVEL]]
    return pd.concat(parts, ignore_index=True)[list(table.columns)]


def names_of(products: pd.DataFrame) -> dict[str, str]:
    """The name of each product that has one; with its code where several share it, so that they can be told apart.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> names_of(pd.DataFrame({"product_id": ["p1", "p2", "p3"], "product_name": ["Gel", "Oil", "Oil"]}))
        {'p1': 'Gel', 'p2': 'Oil (p2)', 'p3': 'Oil (p3)'}
    """
    require_columns("products", products.columns, ["product_id", "product_name"])
    known = products.dropna(subset=["product_name"]).drop_duplicates("product_id")
    code, name = known["product_id"].astype(str), known["product_name"].astype(str)
    said = name.where(~name.duplicated(keep=False), name + " (" + code + ")")
    return dict(zip(code, said, strict=True))


def display(table: pd.DataFrame) -> pd.DataFrame:
    """A product table under one name each: the product's name, with its code where several share it, else its code.

    Returns columns:
        item; role; n_customers; share_customers; quantity; amount; share_amount; cumulative_share_amount; abc.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("table", table.columns, ["product_id", "product_name", "role", "amount"])
    name, known = table["product_name"], table["product_name"].notna()
    name = name.where(~(known & name.duplicated(keep=False)), name + " (" + table["product_id"] + ")")
    item = name.where(known, table["product_id"])
    names = ["role", "n_customers", "share_customers", "quantity", "amount", "share_amount", "cumulative_share_amount"]
    return table[[*names, "abc"]].assign(item=item)[["item", *names, "abc"]]


def role_table(table: pd.DataFrame) -> pd.DataFrame:
    """Sales by the part a product plays (trial, front, back-end, cross), with what no product accounts for.

    Returns columns:
        role; n_products; amount (smallest unit); share_amount. All roles, those without a product as true zeros.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("table", table.columns, ["product_id", "role", "amount"])
    roles = table["role"].astype(object).where(table["product_id"] != ORDER_LEVEL, ORDER_LEVEL)
    sums = table.groupby(roles).agg(n_products=("product_id", "size"), amount=("amount", "sum"))
    found = sums.reindex([*ROLES, ORDER_LEVEL], fill_value=0).rename_axis("role").reset_index()
    found.loc[found["role"] == ORDER_LEVEL, "n_products"] = 0
    found["amount"] = found["amount"].astype("int64")
    found["share_amount"] = found["amount"] / (found["amount"].sum() or float("nan"))
    return found


def _class(before: float) -> str:
    first, second = CLASSES
    return "abc_a" if before < first else "abc_b" if before < second else "abc_c"
