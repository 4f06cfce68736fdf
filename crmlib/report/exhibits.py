"""What a notebook shows: metrics, tables, grids, charts, findings and sheets, each one output and one JSON bundle.

The bundle (`application/vnd.crm.exhibit+json`) is all that the publishers read; the HTML beside it is what the desk
sees, and carries a chart's picture. Values are raw; the reader formats them by their column's kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.report import desk, figure, raw
from crmlib.report.form import Form, entries
from crmlib.words import N_, Sentence

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame, Series

    from crmlib.shop import Shop

MIME = "application/vnd.crm.exhibit+json"
VERSION = 1
SHOWN_ROWS = 10
Text = str | Sentence
ID = re.compile(r"[a-z][a-z0-9_]*")  # an id names a file and an anchor
_NOT_PARAMETERS = {"In", "Out", "exit", "quit", "open", "get_ipython"}


def open_report(shop: Shop, notebook: str, *, language: str | None = None) -> Report:
    """Open the report that a notebook writes into; texts are in `language`, by default the client's.

    Raises:
        ValueError: a language without a catalogue.
    """
    spoken = language or shop.client.language
    words.speak(spoken, shop.client.currency)
    return Report(shop=shop, notebook=notebook, language=spoken, parameters=tuple(_simple_names()))


@dataclass
class Report:
    """The exhibits of one notebook; every method shows one and keeps its id."""

    shop: Shop
    notebook: str
    language: str
    parameters: tuple[str, ...] = ()
    ids: list[str] = field(default_factory=list)
    observed: tuple[int, int] | None = None

    def observe(self, days: Series[Any]) -> None:
        """Take the period of the exhibits that follow from these day numbers, not from the orders."""
        if len(days):
            self.observed = (int(days.min()), int(days.max()))

    def between(self, first_day: int | None = None, last_day: int | None = None) -> None:
        """Say this period with the exhibits that follow; without days, that of all orders again."""
        self.observed = None if first_day is None or last_day is None else (int(first_day), int(last_day))

    def metric(
        self, id: str, value: float | None, *, title: Text, kind: str, interval: Any = None,
        n: int | None = None, n_kind: str = "customers", note: Text = "",
        missing: Text = "", needs: str | None = None, values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Show one figure with its interval (low, high) and the number it rests on; `missing` says what none means."""
        head = self._head("metric", id, title, n=n, n_kind=n_kind, note=note, needs=needs, values=values)
        low, high = (None, None) if interval is None else (interval.low, interval.high)
        if "untellable" in head:
            # What was counted without the table that it needs is no figure: none of a missing table is not 0.
            value, low, high, missing = None, None, None, ""
        found = {name: raw.plain(number, kind) for name, number in (("value", value), ("low", low), ("high", high))}
        known = self._say(missing, values)
        unknown = known or words.translate(N_("cannot be told"))
        text = unknown if found["value"] is None else words.phrase(found["value"], kind)
        body = {**found, "unit": words.unit(kind), "value_kind": kind, "text": text}
        if found["low"] is not None and found["high"] is None:
            body["open_end"] = known or words.MISSING
        self._emit({**head, **body}, desk.metric(head | body))

    def table(
        self, id: str, frame: DataFrame, *, title: Text, n: int | None = None, n_kind: str = "customers",
        note: Text = "", needs: str | None = None, values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Show a table; its columns must be in the dictionary."""
        head = self._head("table", id, title, n=n, n_kind=n_kind, note=note, needs=needs, values=values)
        body = raw.table(frame)
        self._emit({**head, **body}, desk.table(head, body))

    def grid(
        self, id: str, frame: DataFrame, *, rows: str, columns: str, value: str, title: Text, n: int | None = None,
        n_kind: str = "customers", note: Text = "", needs: str | None = None, values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Show a long frame as a matrix of `value`.

        A cell also takes its `state`, its bounds (`<value>_low`, `<value>_high`) and its size (`n_start`) from the
        frame where it has these columns.
        """
        head = self._head("grid", id, title, n=n, n_kind=n_kind, note=note, needs=needs, values=values)
        body = raw.grid(frame, rows, columns, value)
        self._emit({**head, **body}, desk.grid(head, body))

    def chart(
        self, id: str, plot: Callable[..., Axes], table: DataFrame, *, title: Text, name: Text, alt: Text,
        native: dict[str, Any], height: float = 3.6, n: int | None = None, n_kind: str = "customers", note: Text = "",
        source: Text = "", needs: str | None = None, values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Draw `plot(table, ax=...)` in the house style; the bundle holds the table and the chart's native form.

        `title` is the message and changes with the data, `name` says what is shown and never changes.
        """
        head = self._head("chart", id, title, n=n, n_kind=n_kind, note=note, needs=needs, values=values)
        head |= {"name": self._say(name, values), "alt": self._say(alt, values), "source": self._say(source, values)}
        with figure.house_style(self.language):
            axes = figure.new_axes(7.4, height)
            plot(table, ax=axes)
            picture = figure.svg(axes)
        html = desk.figure(head, picture)
        self._emit({**head, **raw.table(table), "native": raw.native_form(native, table)}, html)

    def finding(self, id: str, sentence: Sentence | Sequence[Sentence]) -> None:
        """Show a sentence made from results, or one a row: a line each in `text`."""
        head = self._head("finding", id, "")
        lines = [s.text() for s in ([sentence] if isinstance(sentence, Sentence) else sentence)]
        self._emit({**head, "text": "\n".join(lines)}, desk.lines(lines))

    def conclusion(
        self, id: str, sentence: Sentence | None, *, action: Sentence | None, size: float | None = None,
        basis: Sentence | None = None, good: bool = False, certain: bool = True, n: int | None = None,
        needs: str | None = None, kpi: str = "",
    ) -> None:  # fmt: skip
        """Show what the notebook would say on the first slide, and what to do next.

        `size` is money in a year, in the smallest unit, and `basis` says in words what it counts; what is not above
        zero is not told. `certain`: the interval behind it excludes no effect. `kpi` is the id of the KPI that it
        speaks of: the first slide tells each once. Without a sentence there is nothing to conclude, and nothing is
        said.

        Raises:
            ValueError: a size without its basis: a sum that does not say what it counts is not shown.
        """
        head = self._head("conclusion", id, "", n=n, needs=needs)
        stake = raw.plain(size, "money")
        stake = stake if stake and stake > 0 else None
        if stake is not None and basis is None:
            raise ValueError(f"the size of conclusion {id!r} has no basis: say what it counts, or leave it out.")
        told = {"text": sentence, "action": action, "basis": None if stake is None else basis}
        said = {name: self._say(part or "", None) for name, part in told.items()}
        body = {**said, "size": stake, "good": bool(good), "certain": bool(certain), "kpi": kpi}
        self._emit({**head, **body}, desk.conclusion(head | body))

    def reconcile(self, table: DataFrame, *columns: str) -> None:
        """Check that a table's sales, in `amount` or the columns named, are those of the ledger to the smallest unit.

        Raises:
            ValueError: they are not, with both sums; a report that does not add up is never made.
        """
        found, used = int(table[list(columns or ["amount"])].sum().sum()), int(self.shop.ledger.amount_used or 0)
        if found != used:
            raise ValueError(f"the sales of the table add up to {found}, the ledger has {used}; they must be equal.")

    def sheet(
        self, id: str, frame: DataFrame, *, title: Text, name: Text = "", n_kind: str = "customers", note: Text = "",
        shown: Sequence[str] = (), form: Form | None = None, needs: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Hand rows to the workbook: all of them go to a Parquet file beside the notebook, ten are shown.

        `name` is what the workbook calls the sheet, where it is not the title; `shown` are the columns of the page,
        where they are not all. `form` makes it a sheet to be filled in:
        column: what is entered ("date"; "short", a code; "id"; "memo") or a list of choices. A column of the frame
        takes entries where it stands, another is added behind.
        """
        head = self._head("sheet", id, title, n=len(frame), n_kind=n_kind, note=note, needs=needs, values=values)
        body = raw.table(frame.head(SHOWN_ROWS)) | {"n_rows": len(frame), **raw.write_rows(frame, f"{id}.parquet")}
        head |= {"name": self._say(name, values)} if name else {}
        head |= {"form": entries(form)} if form else {}
        head |= {"shown": list(shown)} if shown else {}
        self._emit({**head, **body}, desk.table(head, body))

    def finish(self) -> None:
        """Echo what was shown and the parameters as the notebook saw them; a notebook without this has failed."""
        head = {"version": VERSION, "kind": "end", "id": "end", "title": ""}
        names = _user_names()
        seen = {name: names[name] for name in self.parameters if name in names}
        facts = {"client": self.shop.client.name, "as_of": self.shop.as_of.isoformat(), "language": self.language}
        body = {"ids": self.ids, "parameters": seen, "notebook": self.notebook, **facts}
        _display({**head, **body}, "<p>&nbsp;</p>")

    def _head(
        self, kind: str, id: str, title: Text, *, n: int | None = None, n_kind: str = "customers", note: Text = "",
        needs: str | None = None, values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        if not ID.fullmatch(id):
            raise ValueError(f"exhibit id {id!r} must be made of a-z, 0-9 and _ and start with a letter.")
        if id in self.ids:
            raise ValueError(f"exhibit id {id!r} is shown twice, ids are unique in a notebook.")
        said = {"title": self._say(title, values), "note": self._say(note, values), "period": self._period()}
        head = {"version": VERSION, "kind": kind, "id": id, **said, "source": "", "alt": ""}
        head |= {"n": None if n is None else int(n), "n_kind": n_kind}
        if needs and not self.shop.has(needs):
            head |= {"untellable": needs, "note": self._missing(needs).text()}
        return head

    def _missing(self, needs: str) -> Sentence:
        """What is missing: a table, or (`table.column`, where the notebook found it to hold nothing) a column of it."""
        table, _, column = needs.partition(".")
        if not column or not self.shop.has(table):
            return words.say(N_("Cannot be told from the data: the table “{table:label}” is missing."), table=table)
        return words.say(
            N_("Cannot be told from the data: the column {column:text} of the table “{table:label}” is missing or"
               " empty."),
            column=column, table=table,
        )  # fmt: skip

    def _say(self, text: Text, values: dict[str, Any] | None) -> str:
        return text.text() if isinstance(text, Sentence) else Sentence(text, values or {}).text()

    def _period(self) -> str:
        first, last = self.observed or (self.shop.first_day, self.shop.as_of)
        return words.say(N_("{first:date} to {last:date}"), first=first, last=last).text()

    def _emit(self, bundle: dict[str, Any], html: str) -> None:
        self.ids.append(bundle["id"])
        _display(bundle, html)


def _display(bundle: dict[str, Any], html: str) -> None:
    from IPython.display import display

    display({"text/plain": bundle["title"] or bundle["id"], "text/html": html, MIME: bundle}, raw=True)


def _user_names() -> dict[str, Any]:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return {} if shell is None else shell.user_ns


def _simple_names() -> list[str]:
    # Only the parameters cell runs before a report is opened, so the simple values of that moment are the parameters.
    simple = (str, bool, int, float, list, dict, type(None))
    found = _user_names().items()
    return [name for name, value in found if name[0] != "_" and name not in _NOT_PARAMETERS and type(value) in simple]
