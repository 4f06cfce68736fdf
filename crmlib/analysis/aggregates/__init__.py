"""From orders to counts: the only modules that read every order, so they run on any engine narwhals knows.

Each function takes a pandas or Polars frame or a DuckDB relation of a canonical table and gives a small pandas frame,
equal whatever the engine, the order of the rows and the columns it does not use. Orders of one day follow their
`order_id`.
"""

from crmlib.analysis.aggregates.customers import customer_table, orders_between
from crmlib.analysis.aggregates.entries import entry_table
from crmlib.analysis.aggregates.months import cohort_counts, monthly_sales
from crmlib.analysis.aggregates.steps import gap_counts, step_counts

__all__ = [
    "cohort_counts",
    "customer_table",
    "entry_table",
    "gap_counts",
    "monthly_sales",
    "orders_between",
    "step_counts",
]
