"""What the shop wrote down of its six further experiments, and what was planted in each."""

from __future__ import annotations

from dataclasses import dataclass

from crmlib.demo import market

ARMS = ("control", "treatment", "a", "b")
CONTROL, TREATMENT, A, B = range(len(ARMS))
CROSS_SELL, THREE_ARMS, CANCELLATION, BEFORE_AFTER, STEP_MAIL, INSERT = range(6)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the shop wrote down of an experiment, and what was planted in it.

    enrolled: first and last day, as days before the last day. ratio: by what each arm's chance of success is
    multiplied; for the three arms, the chance of an order value above the median of customers alike.
    """

    experiment_id: str
    kind: str
    name: str
    hypothesis: str
    population: str
    metric: str
    method: str = "random"
    unit: str = "customer"
    enrolled: tuple[int, int]
    window_days: int
    arms: tuple[int, ...] = (CONTROL, TREATMENT)
    planned: tuple[float, ...] = (0.5, 0.5)
    ratio: tuple[float, ...] = (1.0, 1.0)
    done: float = 1.0
    target_number: int | None = None
    target_product: int | None = None
    cost_per_unit: int = 0
    fixed_cost: int = 0
    scenario_id: str = ""
    kpi_id: str = ""


TRIALS = (
    Trial(
        experiment_id="EX05", kind="effect", name="2回目購入後のエッセンスご案内メール",
        hypothesis="2回目の購入から1週間後に使い方と合わせて案内すると、90日以内のエッセンス購入が増える",
        population="2回目の購入を終えた、メルマガ希望の会員（エッセンス未購入）", metric="cross_sell",
        enrolled=(560, 100), window_days=90, ratio=(0.60, 1.40), done=0.98, target_product=market.ESSENCE,
        cost_per_unit=3, fixed_cost=30_000, scenario_id="SC06", kpi_id="average_order_amount",
    ),
    Trial(
        experiment_id="EX06", kind="effect", name="まとめ買い案内の3案テスト",
        hypothesis="割引の案内より、使い切る目安の案内のほうが1回あたりの購入額が上がる",
        population="120日以内に購入した、メルマガ希望の会員", metric="order_value", enrolled=(75, 75), window_days=60,
        arms=(CONTROL, A, B), planned=(1 / 3, 1 / 3, 1 / 3), ratio=(0.87, 0.90, 1.23),
        cost_per_unit=3, fixed_cost=45_000, kpi_id="average_order_amount",
    ),
    Trial(
        experiment_id="EX07", kind="effect", name="定期3回目の使い方フォローLINE",
        hypothesis="3回目のお届けの3日後に使用状況を伺うと、60日以内の解約が減る",
        population="3回目のお届けを受け取った定期契約", metric="cancellation", unit="subscription",
        enrolled=(900, 460), window_days=60, ratio=(1.17, 0.83), done=0.93,
        cost_per_unit=60, fixed_cost=20_000, kpi_id="cancellation_rate",
    ),
    Trial(
        experiment_id="EX08", kind="before_after", name="会報誌リニューアル",
        hypothesis="会報誌を読み物中心に変えると、30日間の売上が増える",
        population="リニューアルの60日前までに登録した会員", metric="revenue", method="before_after",
        enrolled=(121, 121), window_days=30, arms=(TREATMENT,), planned=(1.0,), ratio=(1.0,),
        cost_per_unit=85, fixed_cost=280_000, kpi_id="amount",
    ),
    Trial(
        experiment_id="EX09", kind="effect", name="お試し後ステップメール（7通）",
        hypothesis="使い方から始まる7通を届けると、60日以内の2回目購入が増える",
        population="お試しで初めて購入した、メルマガ希望の会員", metric="second_purchase",
        enrolled=(560, 70), window_days=60, planned=(0.15, 0.85), ratio=(0.66, 1.06),
        cost_per_unit=18, fixed_cost=120_000, scenario_id="SC01", kpi_id="f2_rate",
    ),
    Trial(
        experiment_id="EX10", kind="none", name="初回同梱の使い方カード",
        hypothesis="初回の箱に使い方カードを入れると、3回目のお届けまで進む方が増える",
        population="定期便を始めた契約", metric="delivery_reached", unit="subscription", enrolled=(420, 110),
        window_days=90, target_number=3, cost_per_unit=35, fixed_cost=60_000, kpi_id="continuation_rate",
    ),
)  # fmt: skip
