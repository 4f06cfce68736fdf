"""The preview of the call list: the report's list under other rules, ids only, and what it costs."""

from __future__ import annotations

import math
import re
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crmlib import panels, words
from crmlib.analysis.intervals import UNKNOWN, Interval
from crmlib.analysis.revival import EffectResult
from crmlib.batch.limits import fault
from crmlib.batch.plan import SHIPPED, overrides
from crmlib.batch.template import read_template
from crmlib.client import load_client
from tests.analysis.test_call_cells import DAY, sources

pytestmark = pytest.mark.usefixtures("no_pictures")
ROOT = Path(__file__).resolve().parents[2]
RULES = {"min_orders": 2, "zone_days": [30, 60], "relative_bounds": [1.0, 2.0], "zones": ["zone_action", "zone_long"]}
REACH = {"channels": ["phone", "mail"], "rest_days": 14, "order_by": "source", "most": 200}
NAN = math.nan
WEAK = EffectResult(
    basis="untellable", n_called=100, n_revived_called=20, n_held_out=0, n_revived_held_out=0, rate_called=0.2,
    rate_called_interval=Interval(0.13, 0.29), rate_held_out=NAN, rate_held_out_interval=UNKNOWN, difference=NAN,
    difference_interval=UNKNOWN, amount_difference=NAN, amount_interval=UNKNOWN,
)  # fmt: skip


def four() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """a and b may be called, c has refused, of d nothing is known; e has bought once."""
    customers, more = sources(1, 5)
    ids = ["a", "b", "c", "d", "e"]
    customers = customers.assign(
        customer_id=ids, n_orders=[4, 3, 3, 3, 1], recency_days=[40, 50, 70, 70, 70], amount=[9000, 8000, 1, 1, 1]
    )
    frames = {name: frame.assign(customer_id=ids) for name, frame in more.items() if name != "contacts"}
    flags: dict[str, Any] = {"mail_optin": False, "call_ok": [True, True, False, None, True], "do_not_call": False}
    frames["consents"] = frames["consents"].assign(**flags)
    return customers, {**frames, "contacts": more["contacts"].head(0)}


def panel(shop: Any, shown: list[Any], *, desk: bool = True, found: EffectResult = WEAK, **more: Any) -> Any:
    customers, frames = more.pop("data", None) or four()
    given = {"held_out_share": 0.0, "contact_cost": None, "dormant_days": 30, **more}
    panels.calls.preview(shop, customers, frames, rules=RULES, reach=REACH, found=found, days=90, desk=desk, **given)
    return shown[-1]


def boxes(box: Any) -> dict[str, Any]:
    found = {}
    for row in (child for child in box.children if type(child).__name__ == "HBox"):
        found |= {child.description: child for child in row.children if hasattr(child, "description")}
    return found


def html_of(box: Any) -> str:
    if hasattr(box, "data"):
        return box.data
    (output,) = [child for child in box.children if type(child).__name__ == "Output"]
    return output.outputs[0]["data"]["text/html"]


def sentences(box: Any) -> list[str]:
    return re.findall(r'<p role="status">(.*?)</p>', unescape(html_of(box)))


def press(box: Any) -> str:
    (button,) = [child for child in box.children if type(child).__name__ == "Button"]
    button.click()
    return box.children[-1].value


def accepted(shop: Any) -> dict[str, Any]:
    return overrides(load_client(shop.client.path), read_template(ROOT / "notebooks" / "calls.ipynb"))


def test_two_are_called_one_has_refused_and_of_one_nothing_is_known(shop: Any, shown: list[Any]) -> None:
    said = sentences(panel(shop, shown, desk=False))
    assert said[0].startswith("Today's list holds 2 customers, 2 of them in zone 2")
    assert said[1].startswith("Of 4 customers who fit by their orders, 1 may be contacted by no channel")
    assert "of 1 consent is not known" in said[1]
    assert said[2] == "2 customers may be contacted today, all on the list: 2 to be called and 0 held out."
    assert said[3] == "Calling 2 customers costs ¥1,000 at ¥500 a contact."
    assert "our assumption for a call" in said[4]
    page = html_of(shown[-1])
    assert "n = 5" in page
    assert page.index("<td>a</td>") < page.index("<td>b</td>")  # most orders first
    assert "<td>c</td>" not in page


def test_it_draws_the_funnel(shop: Any, shown: list[Any]) -> None:
    assert 'src="data:image/svg+xml;base64,' in panel(shop, shown, desk=False).data


def test_a_moved_slider_changes_the_list_and_the_lines_to_copy(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    boxes(box)["Orders at least"].value = 4
    assert sentences(box)[0].startswith("Today's list holds 1 customer")
    assert "min_orders: 4" in box.children[-3].value
    boxes(box)["Calls a day (0: no limit)"].value = 1
    boxes(box)["Orders at least"].value = 1
    assert "At this length all who are due today take 3 days" in sentences(box)[2]


def test_rules_that_call_nobody_are_refused(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    for label in ("Zone 2: act now", "Zone 3: long silent"):
        boxes(box)[label].value = False
    assert html_of(box) == '<p role="alert">No zone is called: tick at least one.</p>'
    boxes(box)["Zone 2: act now"].value = True
    boxes(box)["Zone 3 begins after (days)"].value = 30
    assert "Zone 2 must end after it begins" in html_of(box)


def test_what_contacts_brought_is_told_only_beyond_a_held_out_group(shop: Any, shown: list[Any]) -> None:
    frames = four()
    frames[1]["contacts"] = pd.DataFrame(
        {"customer_id": ["e"], "contacted_day": [DAY - 99], "result": ["reached"], "contact_group": ["called"]}
    )
    said = sentences(panel(shop, shown, desk=False, data=frames))
    assert "how much of it the calls bring cannot be told without customers held out" in said[-1]
    told = {"basis": "held_out", "amount_difference": 300.0, "amount_interval": Interval(100.0, 500.0)}
    strong = EffectResult(**{**WEAK.__dict__, **told})
    said = sentences(panel(shop, shown, desk=False, data=frames, found=strong))
    assert "that is ¥600 of sales, between ¥200 and ¥1,000" in said[-1]
    assert "cannot be told: the table of contacts is missing" in sentences(panel(shop, shown, desk=False))[-1]
    # Of a (40 days) and b (50) one is like those contacted before, then neither.
    *_, part, said = sentences(panel(shop, shown, desk=False, data=frames, found=strong, dormant_days=45))
    assert part.startswith("Among the 2 called, 1 customer has been silent for more than 45 days")
    assert "that is ¥300 of sales, between ¥100 and ¥500" in said
    said = sentences(panel(shop, shown, desk=False, data=frames, found=strong, dormant_days=60))
    assert "cannot be told: none of the 2 customers called has been silent for more than 60 days" in said[-1]
    assert "¥600" not in " ".join(said)


def test_the_rules_are_kept_as_the_notebook_takes_them(shop: Any, shown: list[Any]) -> None:
    box = panel(shop, shown)
    boxes(box)["Left alone after a contact (days)"].value = 30
    assert "Written to acme.yml" in press(box)
    assert accepted(shop) == {
        "min_orders": 2, "zone_days": [30, 60], "zones": ["zone_action", "zone_long"], "order_by": "source",
        "channels": ["phone", "mail"], "rest_days": 30, "max_length": 200, "held_out_share": 0.0, "contact_cost": None,
    }  # fmt: skip
    boxes(box)["Cost of one contact (0: not known) (yen)"].value = 320
    press(box)
    assert accepted(shop)["contact_cost"] == 320


def test_no_limit_is_a_value_the_notebook_takes() -> None:
    template = read_template(SHIPPED[-1] / "calls.ipynb")
    [longest] = [each for each in template.parameters if each.name == "max_length"]
    assert fault(None, longest.default, longest.limits) == ""
    assert fault(0, longest.default, longest.limits) == "must be a whole number, at least 1, or null."


def test_without_consents_nobody_can_be_said_to_agree(shop: Any, shown: list[Any]) -> None:
    customers, frames = four()
    frames["consents"] = frames["consents"].head(0)
    said = sentences(panel(shop, shown, desk=False, data=(customers, frames)))
    assert "cannot be told from the data: the table of customers is missing" in said[1]


def test_a_hostile_id_is_escaped_and_nobody_is_an_empty_list(shop: Any, shown: list[Any]) -> None:
    customers, frames = four()
    frames = {name: frame.replace({"customer_id": {"a": "<script>"}}) for name, frame in frames.items()}
    data = customers.replace({"customer_id": {"a": "<script>"}}), frames
    page = panel(shop, shown, desk=False, data=data).data
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    nobody = customers.head(0), {name: frame.head(0) for name, frame in frames.items()}
    assert "is in the zones that are called" in sentences(panel(shop, shown, desk=False, data=nobody))[0]


def test_in_japanese_nothing_of_english_is_left(shop: Any, shown: list[Any]) -> None:
    words.speak("ja", "JPY")
    text = re.sub(r"<style>.*?</style>|<[^>]*>|LINE|contacts", " ", panel(shop, shown, desk=False).data)
    assert re.findall(r"[A-Za-z]{4,}", text) == []
