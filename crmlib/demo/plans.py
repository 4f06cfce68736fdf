"""What the shop has set itself: the targets of each month, and the log of what was found, tried and learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MONTHS = 13
SIZE = 8000  # customers of the shop that the targets of its size were set for


@dataclass(frozen=True, kw_only=True)
class Target:
    """Targets from the first month to the last one, in steps; `unit`: yen, share, count or point."""

    kpi_id: str
    unit: str
    first: float
    last: float
    step: float
    weight: float
    owner: str
    direction: str = "higher"
    note: str = ""

    def months(self, customers: int) -> list[float]:
        """One target a month; what grows with the shop is set for its number of customers."""
        grows = self.kpi_id in ("amount", "n_orders", "n_customers_new", "active_customers")
        scale = customers / SIZE if grows else 1.0
        return [
            round(float(value) * scale / self.step) * self.step for value in np.linspace(self.first, self.last, MONTHS)
        ]


TARGETS = (
    Target(kpi_id="amount", unit="yen", first=5_000_000, last=7_000_000, step=10_000, weight=3, owner="A1",
           note="前年のおよそ5割増し"),
    Target(kpi_id="n_orders", unit="count", first=1050, last=1400, step=10, weight=2, owner="A1"),
    Target(kpi_id="n_customers_new", unit="count", first=270, last=300, step=1, weight=2, owner="A2"),
    Target(kpi_id="active_customers", unit="count", first=3300, last=4100, step=10, weight=1, owner="A1"),
    Target(kpi_id="repeat_share", unit="share", first=0.85, last=0.88, step=0.001, weight=2, owner="A3"),
    Target(kpi_id="average_order_amount", unit="yen", first=4800, last=5000, step=10, weight=1, owner="A3"),
    Target(kpi_id="f2_rate", unit="share", first=0.48, last=0.52, step=0.005, weight=3, owner="A3",
           note="お試しからの引上げを含む"),
    Target(kpi_id="subscription_f2_rate", unit="share", first=0.87, last=0.87, step=0.01, weight=3, owner="A3"),
    Target(kpi_id="continuation_rate", unit="share", first=0.90, last=0.91, step=0.005, weight=3, owner="A3"),
    Target(kpi_id="cancellation_rate", unit="share", first=0.10, last=0.09, step=0.001, weight=2, owner="A3",
           direction="lower"),
    Target(kpi_id="revival_rate", unit="share", first=0.03, last=0.03, step=0.001, weight=1, owner="A4"),
    Target(kpi_id="ltv_12m", unit="yen", first=16_500, last=17_500, step=100, weight=3, owner="A1"),
    Target(kpi_id="cpo", unit="yen", first=7400, last=7000, step=10, weight=2, owner="A2", direction="lower"),
    Target(kpi_id="nps", unit="point", first=-8, last=-5, step=1, weight=1, owner="A4"),
    Target(kpi_id="referral_share", unit="share", first=0.10, last=0.11, step=0.005, weight=1, owner="A2"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Action:
    """A line of the log. `created` and `due`: days before the last day, below zero when still to come."""

    created: int
    kpi_id: str
    category: str = "crm"
    finding: str
    hypothesis: str
    action: str
    owner: str
    due: int
    status: str
    result: str = ""
    next: str = ""
    experiment_id: str = ""


ACTIONS = (
    Action(
        created=560, kpi_id="f2_rate", finding="お試しのお客様の2回目購入が3割にとどまる",
        hypothesis="使われないまま7日分が終わっている", action="使い方から始まる7通のメールを届ける", owner="A3",
        due=540, status="done", result="保留の15％と比べて2回目購入が増えた", next="7通目のご案内を本品と定期で比べる",
        experiment_id="EX09",
    ),
    Action(
        created=470, kpi_id="continuation_rate", finding="定期の3回目から4回目で離れる方が多い",
        hypothesis="お約束の回数を終えたところで迷われている", action="3回目のお届け後に電話で使い方を確かめる",
        owner="A3", due=454, status="done", result="次回のお届けが増えた", next="LINEに置き換えて費用を下げる",
        experiment_id="EX01",
    ),
    Action(
        created=160, kpi_id="amount", category="product", finding="会報誌が読まれているか分からない",
        hypothesis="読み物中心にすると購入が増える", action="会報誌を刷新する", owner="A1", due=121, status="done",
        result="前月より店全体の売上が伸びた", next="比べる相手がないため、次は半分の方だけに届ける",
        experiment_id="EX08",
    ),
    Action(
        created=95, kpi_id="average_order_amount", finding="1回あたりの購入額が頭打ちになっている",
        hypothesis="使い切る目安が伝わると、まとめて買いやすい", action="まとめ買いの案内を3案で比べる", owner="A3",
        due=-14, status="doing", experiment_id="EX06",
    ),
    Action(
        created=70, kpi_id="cancellation_rate", category="service", finding="「余っている」での解約が多い",
        hypothesis="お届け間隔を変えられることが知られていない", action="解約の窓口で間隔の変更をご案内する",
        owner="A4", due=20, status="open",
    ),
    Action(
        created=25, kpi_id="cpo", category="acquisition", finding="SNS広告の獲得単価が上がっている",
        hypothesis="同じ動画を長く使っている", action="動画を3本に増やして入れ替える", owner="A2", due=-30,
        status="doing",
    ),
)  # fmt: skip
