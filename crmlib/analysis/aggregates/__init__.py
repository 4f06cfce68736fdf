"""From orders to counts: the only modules that read every order, so they run on any engine narwhals knows.

Each function takes a pandas or Polars frame or a DuckDB relation of a canonical table and gives a small pandas frame,
equal whatever the engine, the order of the rows and the columns it does not use. Orders of one day follow their
`order_id`.
"""

from crmlib.analysis.aggregates.acquired import media_counts, repeat_table
from crmlib.analysis.aggregates.answers import around_days
from crmlib.analysis.aggregates.contacts import contact_outcomes, silences
from crmlib.analysis.aggregates.contracts import delivery_table
from crmlib.analysis.aggregates.costs import margin_counts
from crmlib.analysis.aggregates.coverage import daily_counts, filled_counts, same_day_counts
from crmlib.analysis.aggregates.customers import customer_table, orders_between
from crmlib.analysis.aggregates.engagement import engagement_counts, engagement_days, first_seen
from crmlib.analysis.aggregates.entries import entry_table
from crmlib.analysis.aggregates.entry_cohorts import entry_cohort_counts
from crmlib.analysis.aggregates.goods import bought_products, breadth_counts, goods_sold, interest_amounts
from crmlib.analysis.aggregates.milestones import milestones, product_days, product_sales
from crmlib.analysis.aggregates.months import cohort_counts, monthly_sales
from crmlib.analysis.aggregates.pairs import pair_counts
from crmlib.analysis.aggregates.recent import recent_table
from crmlib.analysis.aggregates.returns import exposure_counts, product_step_counts, return_table
from crmlib.analysis.aggregates.sends import message_counts, product_outcomes, send_table
from crmlib.analysis.aggregates.sequences import follow_counts, next_counts
from crmlib.analysis.aggregates.settling import ending_days, settling_days
from crmlib.analysis.aggregates.silence import silence_counts, silence_counts_by_product
from crmlib.analysis.aggregates.snapshots import snapshots
from crmlib.analysis.aggregates.spreads import entry_spreads, month_returns, month_spreads, silent_changes
from crmlib.analysis.aggregates.steps import gap_counts, step_counts, step_days
from crmlib.analysis.aggregates.trials import bought_days, trial_orders
from crmlib.analysis.aggregates.triggers import trigger_counts
from crmlib.analysis.aggregates.value_parts import value_parts
from crmlib.analysis.aggregates.values import active_counts, delivery_values, purchase_values, value_sums
from crmlib.analysis.aggregates.windows import customer_window, product_window
from crmlib.analysis.aggregates.years import year_counts

__all__ = [
    "active_counts",
    "around_days",
    "bought_days",
    "bought_products",
    "breadth_counts",
    "cohort_counts",
    "contact_outcomes",
    "customer_table",
    "customer_window",
    "daily_counts",
    "delivery_table",
    "delivery_values",
    "ending_days",
    "engagement_counts",
    "engagement_days",
    "entry_cohort_counts",
    "entry_spreads",
    "entry_table",
    "exposure_counts",
    "filled_counts",
    "first_seen",
    "follow_counts",
    "gap_counts",
    "goods_sold",
    "interest_amounts",
    "margin_counts",
    "media_counts",
    "message_counts",
    "milestones",
    "month_returns",
    "month_spreads",
    "monthly_sales",
    "next_counts",
    "orders_between",
    "pair_counts",
    "product_days",
    "product_outcomes",
    "product_sales",
    "product_step_counts",
    "product_window",
    "purchase_values",
    "recent_table",
    "repeat_table",
    "return_table",
    "same_day_counts",
    "send_table",
    "settling_days",
    "silence_counts",
    "silence_counts_by_product",
    "silences",
    "silent_changes",
    "snapshots",
    "step_counts",
    "step_days",
    "trial_orders",
    "trigger_counts",
    "value_parts",
    "value_sums",
    "year_counts",
]
