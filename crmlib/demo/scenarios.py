"""The shop's scenarios and their messages as it wrote them down: good ones, and some that the guards must catch."""

from __future__ import annotations

from dataclasses import dataclass

SC01, SC02, SC03, SC04, SC05, SC06, SC07 = (f"SC{n:02d}" for n in range(1, 8))


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A scenario in codes. `dates`: first and last day as days before the last day, None where nobody wrote them."""

    scenario_id: str
    name: str
    target_segment: str
    population: str = ""
    goal: str = ""
    stage: str = "unknown"
    strategy: str = "education"
    category: str = "crm"
    start_event: str = "unknown"
    hold_out_rate: float | None = None
    kpi_id: str = ""
    experiment_id: str = ""
    goal_product: str = ""
    dates: tuple[int | None, int | None] = (None, None)
    is_focus: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a scenario; `content_tags` as people type them.

    `opened` and `clicked`: planted chances, of those it reached and of those who opened. `left`: the
    planted chance that whom it reached stops all mail.
    """

    scenario_id: str
    step_no: int
    name: str
    offset_days: int
    content_type: str
    content_tags: str = ""
    offer_kind: str = "none"
    discount_rate: float | None = None
    channel: str = "mail"
    cost_per_send: int = 3
    opened: float = 0.3
    clicked: float = 0.1
    left: float = 0.004

    @property
    def message_id(self) -> str:
        """The scenario and the step."""
        return f"{self.scenario_id}-{self.step_no}"


SCENARIOS = (
    Scenario(
        scenario_id=SC01, name="お試し後ステップメール（7通）", target_segment="life_initial",
        population="お試しで初めて購入した、メルマガ希望の会員", goal="使い方を伝えて、2回目の購入につなげる",
        stage="purchaser", start_event="delivered", hold_out_rate=0.15, kpi_id="f2_rate", experiment_id="EX09",
        goal_product="YH-G02", dates=(560, 0), is_focus=True,
    ),
    Scenario(
        scenario_id=SC02, name="休眠のお客様への特別ご優待", target_segment="life_dormant",
        population="最後の購入から180日を過ぎた、メルマガ希望の会員", goal="もう一度ご購入いただく", stage="general",
        start_event="silence", hold_out_rate=0.10, kpi_id="revival_rate", goal_product="YH-G01", dates=(330, 0),
    ),
    Scenario(
        scenario_id=SC03, name="成分のこだわり通信", target_segment="life_general",
        population="90日以内に2回以上購入した会員の一部", goal="商品への理解を深めていただく", stage="general",
        start_event="other", hold_out_rate=0.10, kpi_id="repeat_share", dates=(250, 200),
    ),
    Scenario(
        scenario_id=SC04, name="カゴ落ちフォロー", target_segment="life_general",
        population="カートに商品を残した、メルマガ希望の会員", goal="迷いに答えて、購入を終えていただく",
        stage="general", start_event="cart_abandon", hold_out_rate=0.20, kpi_id="n_orders", dates=(365, 0),
    ),
    Scenario(
        scenario_id=SC05, name="閲覧商品のご案内", target_segment="life_excellent",
        population="商品ページを見て3日以内に購入がない、メルマガ希望の会員", goal="関心のある商品を知っていただく",
        stage="excellent", start_event="item_view", hold_out_rate=0.20, kpi_id="n_orders", dates=(240, 0),
    ),
    Scenario(
        scenario_id=SC06, name="2回目購入後の関連商品のご案内", target_segment="life_general",
        population="2回目の購入を終えた、メルマガ希望の会員（エッセンス未購入）",
        goal="エッセンスを合わせて使っていただく", stage="excellent", strategy="commitment", start_event="order",
        hold_out_rate=0.5,
        kpi_id="average_order_amount",
        experiment_id="EX05", goal_product="YH-E01", dates=(560, 100),
    ),
    Scenario(
        scenario_id=SC07, name="母の日のおすすめ（企画中）", target_segment="life_excellent",
        goal="贈り物に選んでいただく", strategy="unknown",
    ),
)  # fmt: skip

MESSAGES = (
    Message(scenario_id=SC01, step_no=1, name="お礼と結ノ葉堂のご紹介", offset_days=0, content_type="brand",
            content_tags="自己紹介", opened=0.56, clicked=0.09, left=0.003),
    Message(scenario_id=SC01, step_no=2, name="ジェルの使い方", offset_days=1, content_type="product",
            content_tags="使い方", opened=0.47, clicked=0.16, left=0.003),
    Message(scenario_id=SC01, step_no=3, name="使えていますか？よくあるご質問", offset_days=4, content_type="product",
            content_tags="使い方", opened=0.43, clicked=0.13, left=0.004),
    Message(scenario_id=SC01, step_no=4, name="お客様の声", offset_days=8, content_type="product",
            content_tags="お客様の声", opened=0.38, clicked=0.14, left=0.005),
    Message(scenario_id=SC01, step_no=5, name="肌の変化と開発者の想い", offset_days=12, content_type="brand",
            content_tags="想い、変化", opened=0.34, clicked=0.10, left=0.005),
    Message(scenario_id=SC01, step_no=6, name="ご感想をお聞かせください", offset_days=17, content_type="brand",
            content_tags="お客様の声", opened=0.31, clicked=0.18, left=0.006),
    Message(scenario_id=SC01, step_no=7, name="次の一本のご案内", offset_days=21, content_type="offer",
            content_tags="変化", offer_kind="only_you", discount_rate=0.1, opened=0.36, clicked=0.22, left=0.012),
    Message(scenario_id=SC02, step_no=1, name="お久しぶりの500円クーポン", offset_days=0, content_type="offer",
            offer_kind="coupon", discount_rate=0.1, opened=0.19, clicked=0.07, left=0.014),
    Message(scenario_id=SC02, step_no=2, name="今だけ20％OFF", offset_days=7, content_type="offer",
            offer_kind="now_only", discount_rate=0.2, opened=0.15, clicked=0.07, left=0.018),
    Message(scenario_id=SC02, step_no=3, name="ジェルが新しくなりました", offset_days=14, content_type="product",
            content_tags="成分", opened=0.14, clicked=0.05, left=0.010),
    Message(scenario_id=SC02, step_no=4, name="あなただけの30％OFF", offset_days=21, content_type="offer",
            offer_kind="only_you", discount_rate=0.3, opened=0.15, clicked=0.09, left=0.020),
    Message(scenario_id=SC03, step_no=1, name="セラミドのこだわり", offset_days=0, content_type="product",
            content_tags="成分", opened=0.29, clicked=0.04, left=0.006),
    Message(scenario_id=SC03, step_no=2, name="7つの植物エキス", offset_days=14, content_type="product",
            content_tags="成分", opened=0.24, clicked=0.03, left=0.007),
    Message(scenario_id=SC03, step_no=3, name="製法の特長", offset_days=28, content_type="product",
            content_tags="成分", opened=0.20, clicked=0.03, left=0.009),
    Message(scenario_id=SC04, step_no=1, name="お買い忘れはありませんか", offset_days=0, content_type="product",
            content_tags="使い方、お客様の声", opened=0.46, clicked=0.27, left=0.005),
    Message(scenario_id=SC04, step_no=2, name="よくあるご質問と送料のご案内", offset_days=2, content_type="product",
            content_tags="使い方", opened=0.37, clicked=0.19, left=0.006),
    Message(scenario_id=SC05, step_no=1, name="ご覧になった商品の使い方", offset_days=1, content_type="product",
            content_tags="使い方、変化", opened=0.39, clicked=0.18, left=0.004),
    Message(scenario_id=SC06, step_no=1, name="ジェルと合わせて使うエッセンス", offset_days=0, content_type="product",
            content_tags="使い方、変化", opened=0.41, clicked=0.17, left=0.005),
    Message(scenario_id=SC07, step_no=1, name="贈り物のご案内", offset_days=0, content_type="offer",
            offer_kind="now_only"),
)  # fmt: skip


def steps(scenario_id: str) -> list[int]:
    """The rows of MESSAGES that belong to a scenario, in the order of its steps."""
    return [place for place, message in enumerate(MESSAGES) if message.scenario_id == scenario_id]
