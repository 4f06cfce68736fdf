"""Whether a notebook did what the plan said: our verdict, never papermill's."""

from __future__ import annotations

import hashlib
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmlib.batch.absence import absent
from crmlib.batch.evidence import is_ours
from crmlib.batch.template import code_cells
from crmlib.words import N_, Sentence, say, speak

if TYPE_CHECKING:
    from crmlib.batch.plan import NotebookPlan, Plan
    from crmlib.batch.pool import Outcome

MIME = "application/vnd.crm.exhibit+json"
GOOD = frozenset({"ok", "no_data"})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`ok`, `no_data`, `failed`, `timeout` or `invalid`, with one sentence that holds no personal data.

    `detail` is the exception's own message, which may hold some: it is for the terminal and never written to a file.
    """

    verdict: str
    reason: Sentence | None = None
    detail: str = ""
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """True for `ok` and `no_data`, the verdicts a report is published with."""
        return self.verdict in GOOD

    def said(self, language: str = "en") -> str:
        """The reason in a language, whatever language is spoken around it; empty without a reason."""

        def text() -> str:
            speak(language)
            return self.reason.text() if self.reason else ""

        return copy_context().run(text)


def before(notebook: NotebookPlan) -> Verdict | None:
    """The verdict that needs no kernel: `invalid`, `no_data`, or None when the notebook can run."""
    if notebook.fault:
        return Verdict(verdict="invalid", reason=say("{fault:text}", fault=notebook.fault))
    if not notebook.missing:
        return None
    return Verdict(verdict="no_data", reason=absent(notebook.missing, notebook.unused))


def judge(plan: Plan, notebook: NotebookPlan, executed: dict[str, Any] | None, outcome: Outcome) -> Verdict:
    """The verdict of an executed notebook: the first thing that is not as it must be, else `ok`."""
    if executed is None:
        kind = say(N_("The notebook did not start ({error:text})."), error=outcome.error or "unknown")
        return Verdict(verdict="failed", reason=kind, detail=outcome.message, seconds=outcome.seconds)
    try:
        found = _stopped(executed, outcome) or _unfinished(executed) or _unlike(plan, notebook, executed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # A notebook can emit anything under our media type.
        return unpublishable(error, outcome.seconds)
    verdict, reason, detail = found or ("ok", None, "")
    return Verdict(verdict=verdict, reason=reason, detail=detail, seconds=outcome.seconds)


def unpublishable(error: Exception, seconds: float) -> Verdict:
    """The verdict of a notebook whose outputs are not as crmlib writes them."""
    reason = say(
        N_("The notebook shows something that cannot be published ({error:text})."), error=type(error).__name__
    )
    return Verdict(verdict="failed", reason=reason, detail=str(error), seconds=seconds)


def rows_fault(executed: dict[str, Any], folder: Path) -> Sentence | None:
    """What is wrong with the files of a notebook's sheets, which must lie in its folder as they were written."""
    for bundle in _shown(executed):
        if isinstance(bundle, dict) and bundle.get("kind") == "sheet":
            file = folder / Path(str(bundle.get("file"))).name
            whole = file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == bundle.get("sha256")
            if not whole or bundle["file"] != file.name:
                return say(N_("The rows of {sheet:text} are missing or changed."), sheet=str(bundle.get("id")))
    return None


def _stopped(executed: dict[str, Any], outcome: Outcome) -> tuple[str, Sentence, str] | None:
    """An error output, a timeout, a dead kernel."""
    for number, cell in enumerate(code_cells(executed), 1):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return "failed", *_raised(number, output)
    if not outcome.error:
        return None
    number = _last_started(executed)
    if outcome.error == "CellTimeoutError":
        return "timeout", say(N_("Code cell {cell:text} ran longer than allowed."), cell=str(number)), ""
    if outcome.error == "OutputLost":
        return "failed", say(N_("Code cell {cell:text} put out more than could be taken in."), cell=str(number)), ""
    reason = say(N_("The kernel ended in code cell {cell:text} ({error:text})."), cell=str(number), error=outcome.error)
    return "failed", reason, outcome.message


def _raised(number: int, output: dict[str, Any]) -> tuple[Sentence, str]:
    name, message = output.get("ename", ""), output.get("evalue", "")
    if is_ours(output):
        said = say(N_("Code cell {cell:text}: {message:text}"), cell=str(number), message=message)
        return said, message
    # Another library's message may quote a customer's data.
    return say(N_("Code cell {cell:text} raised {error:text}."), cell=str(number), error=name), message


def _last_started(executed: dict[str, Any]) -> int:
    # A kernel that dies at once leaves no execution count; papermill notes the start of every cell.
    cells = enumerate(code_cells(executed), 1)
    return max((n for n, cell in cells if cell["metadata"].get("papermill", {}).get("start_time")), default=1)


def _unfinished(executed: dict[str, Any]) -> tuple[str, Sentence, str] | None:
    """A cell that never ran (`SystemExit` ends a notebook without an error), or no `report.finish()`."""
    for number, cell in enumerate(code_cells(executed), 1):
        if cell.get("execution_count") is None:
            return "failed", say(N_("Code cell {cell:text} did not run."), cell=str(number)), ""
    if len(_ends(executed)) != 1:
        return "failed", say(N_("The notebook did not end with report.finish().")), ""
    return None


def _ends(executed: dict[str, Any]) -> list[dict[str, Any]]:
    return [bundle for bundle in _shown(executed) if isinstance(bundle, dict) and bundle.get("kind") == "end"]


def _shown(executed: dict[str, Any]) -> list[Any]:
    return [output.get("data", {}).get(MIME) for cell in code_cells(executed) for output in cell.get("outputs", [])]


def _unlike(plan: Plan, notebook: NotebookPlan, executed: dict[str, Any]) -> tuple[str, Sentence, str] | None:
    """What the notebook says it was and showed, against the plan."""
    end = _ends(executed)[0]
    for name, planned in (("client", plan.client), ("as_of", plan.as_of), ("language", plan.language)):
        if end.get(name) != planned:
            return "failed", _differs(name, end.get(name), planned), ""
    for name, planned in notebook.parameters.items():
        if name not in end.get("parameters", {}) or not _same(end["parameters"][name], planned):
            return "failed", _differs(name, end.get("parameters", {}).get(name), planned), ""
    return _unlike_ids(sorted(notebook.exhibits), sorted(_ids(executed)), sorted(end.get("ids", [])))


def _unlike_ids(planned: list[str], shown: list[str], told: list[str]) -> tuple[str, Sentence, str] | None:
    if shown == planned == told:
        return None
    missing = ", ".join(sorted(set(planned) - (set(shown) & set(told)))) or "–"
    extra = ", ".join(sorted({*shown, *told} - set(planned))) or "–"
    said = N_("The exhibits shown are not those planned: missing {missing:text}, not planned {extra:text}.")
    return "failed", say(said, missing=missing, extra=extra), ""


def _ids(executed: dict[str, Any]) -> list[str]:
    return [bundle["id"] for bundle in _shown(executed) if isinstance(bundle, dict) and bundle.get("kind") != "end"]


def _differs(name: str, seen: Any, planned: Any) -> Sentence:
    said = N_("The notebook ran with {name:text} = {seen:text}, planned was {planned:text}.")
    return say(said, name=name, seen=repr(seen), planned=repr(planned))


def _same(seen: Any, planned: Any) -> bool:
    # 1 == True and 1 == 1.0 in Python; JSON and JupyterLab keep the first pair apart and not the second.
    return isinstance(seen, bool) == isinstance(planned, bool) and seen == planned
