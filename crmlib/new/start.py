"""One client file from one export: look, propose, write, and say what was found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from crmlib.client import ENCODINGS, MINOR_UNITS, is_encoding, load_client
from crmlib.data.files import write_atomically
from crmlib.data.naming import nearest
from crmlib.errors import UserError
from crmlib.new import facts
from crmlib.new.cuts import m_cuts
from crmlib.new.look import Look, look
from crmlib.new.presets import Preset, aliases, detect, find, presets
from crmlib.new.propose import Proposal, propose
from crmlib.new.write import Setting, client_text, told

MODELS = ("single_item", "one_off")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Request:
    """What `crm new` was asked.

    `notebooks`: each notebook there is with the tables it needs. `encoding`: of all files, where it cannot be told.
    """

    name: str
    home: Path
    orders: tuple[Path, ...]
    customers: tuple[Path, ...] = ()
    products: tuple[Path, ...] = ()
    preset: str = ""
    model: str = "single_item"
    force: bool = False
    encoding: str | None = None
    notebooks: dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """The client file that was written, what to tell about it, and whether nothing is left to fill in."""

    path: Path
    text: str
    complete: bool


def preset_list() -> str:
    """The exports that are known, one a line."""
    known = presets().values()
    wide = max(len(preset.name) for preset in known)
    return "\n".join(f"{preset.name:<{wide}}  {preset.table:<9}  {preset.title}" for preset in known)


def new_client(request: Request) -> Made:
    """Write `parameters/<name>.yml` for an export.

    Raises:
        UserError: the request or an export cannot be used as it is; or the file exists already.
    """
    path = request.home / "parameters" / f"{request.name}.yml"
    _check(request, path)
    given = {"orders": request.orders, "customers": request.customers, "products": request.products}
    proposals: list[Proposal] = []
    for table, paths in given.items():
        if paths:
            like = proposals[0].header_of("customer_id") if proposals else None
            proposals.append(_propose(table, paths, request, like or ""))
    setting = _setting(request, proposals)
    write_atomically(path, client_text(setting, proposals).encode())
    complete = not any(proposal.to_do for proposal in proposals)
    if complete:
        load_client(path)
    return Made(path=path, text=_text(request, setting, proposals, complete=complete), complete=complete)


def _check(request: Request, path: Path) -> None:
    if not _NAME.fullmatch(request.name):
        raise UserError(
            f"{request.name!r} cannot be a client's name: 1 to 40 of a-z, 0-9, - and _, a letter or digit first."
        )
    if request.model not in MODELS:
        raise UserError(f"--model {request.model}: must be single_item or one_off.")
    if request.encoding and not is_encoding(request.encoding):
        raise UserError(f"--encoding {request.encoding}: no such encoding{nearest(request.encoding, ENCODINGS)}")
    if path.exists() and not request.force:
        raise UserError(f"parameters/{request.name}.yml is there already; --force writes it anew.")


def _propose(table: str, paths: tuple[Path, ...], request: Request, like: str) -> Proposal:
    found = look(table, paths, request.home, encoding=request.encoding)
    preset, share = _preset(table, found, request.preset)
    return propose(table, found, preset, share, like=like)


def _preset(table: str, found: Look, forced: str) -> tuple[Preset, float]:
    if forced and table == "orders":
        preset = find(forced, table)
        return preset, preset.share(found.header)
    detected, share = detect(found.header, table)
    return detected or aliases(table), share


def _setting(request: Request, proposals: list[Proposal]) -> Setting:
    orders = proposals[0]
    currency, others = facts.currency(orders)
    timezone, offsets = facts.timezone(orders)
    if currency not in MINOR_UNITS:
        raise UserError(f"the export's currency is '{currency}'{nearest(currency, MINOR_UNITS)}")
    tables = {proposal.table for proposal in proposals}
    ready = [name for name, needs in request.notebooks.items() if set(needs) <= tables]
    waiting = [
        f"{name} needs {' and '.join(sorted(set(needs) - tables))}: add the source, then the name above."
        for name, needs in request.notebooks.items()
        if name not in ready
    ]
    remarks = [*others, *offsets, *(line for proposal in proposals for line in proposal.to_know)]
    return Setting(
        name=request.name,
        language=facts.language(orders, currency),
        currency=currency,
        tax_basis=facts.tax_basis(orders),
        timezone=timezone,
        business_model=request.model,
        notebooks=ready,
        cuts=m_cuts(orders) if currency != facts.YEN and "rfm" in ready else [],
        waiting=waiting,
        remarks=remarks,
    )


def _text(request: Request, setting: Setting, proposals: list[Proposal], *, complete: bool) -> str:
    head = (
        f"{setting.currency}, {setting.language}, tax {setting.tax_basis}, {setting.business_model}, {setting.timezone}"
    )
    about = {line for proposal in proposals for line in proposal.to_know}
    lines = [f"{request.name}: {head}", *(f"  to know: {line}" for line in setting.remarks if line not in about)]
    for proposal in proposals:
        lines += ["", *told(proposal)]
    n = Counter(bool(sentence) for proposal in proposals for sentence in proposal.to_do)[True]
    path = f"parameters/{request.name}.yml"
    if complete:
        end = f"{path} is written. Look at what is read: crm check {request.name}; then crm run {request.name}"
    else:
        left = "1 thing is" if n == 1 else f"{n:,} things are"
        end = (
            f"{path} is written, and {left} to be filled in by hand before it runs: see 'to do' above and in the file."
        )
    return "\n".join([*lines, "", end])
