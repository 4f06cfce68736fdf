"""From orders to counts: the only modules that read every order, so they run on any engine narwhals knows.

Each function takes a pandas or Polars frame or a DuckDB relation of a canonical table and gives a small pandas frame,
equal whatever the engine, the order of the rows and the columns it does not use. Orders of one day follow their
`order_id`.
"""

from crmlib.analysis.aggregates.customers import customer_table, orders_between
from crmlib.analysis.aggregates.deliveries import delivery_table
from crmlib.analysis.aggregates.entries import entry_table
from crmlib.analysis.aggregates.months import cohort_counts, monthly_sales
from crmlib.analysis.aggregates.returns import exposure_counts, product_step_counts, return_table
from crmlib.analysis.aggregates.steps import gap_counts, step_counts
from crmlib.analysis.aggregates.windows import customer_window, product_window

__all__ = [
    "cohort_counts",
    "customer_table",
    "customer_window",
    "delivery_table",
    "entry_table",
    "exposure_counts",
    "gap_counts",
    "monthly_sales",
    "orders_between",
    "product_window",
    "product_step_counts",
    "return_table",
    "step_counts",
]
