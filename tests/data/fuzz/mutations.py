"""What goes wrong with an export on its way: each function changes a mutant, and says in it what may come of that."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.data.fuzz.model import MONEY, Mutant

WIDE = str.maketrans("0123456789-:", "０１２３４５６７８９－：")
Mutation = Callable[[Mutant, Random], None]


def _money(m: Mutant) -> int:
    return m.place(next(name for name in MONEY if name in m.columns))


def _some(m: Mutant, rng: Random) -> list[int]:
    return sorted(rng.sample(range(len(m.rows)), rng.randint(1, 3)))


def _filler(m: Mutant, rng: Random) -> int | None:
    free = m.fillers()
    return rng.choice(free) if free else None


def encoding(m: Mutant, rng: Random) -> None:
    if m.encoding != "utf-8" or m.start:
        return
    m.encoding = rng.choice(["utf-8", "utf-8-sig", "cp932", "euc_jp", "cp1252"])
    text = "".join(map("".join, [m.header, *m.rows]))
    try:
        text.encode(m.encoding)
    except UnicodeEncodeError:
        m.encoding = "utf-8"


def utf16(m: Mutant, rng: Random) -> None:
    m.encoding, m.start = "utf-16", ""
    m.may("must")


def marks(m: Mutant, rng: Random) -> None:
    if m.encoding == "utf-8":
        m.start = rng.choice(["\ufeff", "\ufeff\ufeff"])


def ends(m: Mutant, rng: Random) -> None:
    m.end = rng.choice(["\r\n", "\r"])


def separator(m: Mutant, rng: Random) -> None:
    m.mark = rng.choice("\t;")


def quoted(m: Mutant, rng: Random) -> None:
    m.quote_all = True


def filled(m: Mutant, rng: Random) -> None:
    if (at := _filler(m, rng)) is not None:
        for n in (n for n in _some(m, rng) if len(m.rows[n]) > at):
            m.rows[n][at] = rng.choice(["a\nb", "x\r\ny", 'say "so"', "1,2;3\t4", "=1+1", "''", "\t", "\u3000", "\r"])


def shuffled(m: Mutant, rng: Random) -> None:
    order = list(range(len(m.header)))
    rng.shuffle(order)
    if len({*m.header}) == len(m.header) and not m.raw:
        m.header = [m.header[i] for i in order]
        m.rows = [[cells[i] if i < len(cells) else "" for i in order] if len(cells) == len(order) else cells
                  for cells in m.rows]  # fmt: skip


def lost_column(m: Mutant, rng: Random) -> None:
    place = rng.randrange(len(m.header))
    if any(len(cells) != len(m.header) for cells in m.rows) or m.raw:
        return
    name = m.header.pop(place)
    for cells in m.rows:
        cells.pop(place)
    if name in m.columns.values() and name not in m.header:
        m.may("must")
        m.says.append(name)


def doubled_column(m: Mutant, rng: Random) -> None:
    place = rng.randrange(len(m.header))
    if any(len(cells) != len(m.header) for cells in m.rows):
        return
    m.header.append(m.header[place])
    for cells in m.rows:
        cells.append(cells[place])


def swapped_dates(m: Mutant, rng: Random) -> None:
    at, every = m.place("ordered_at"), rng.random() < 0.2
    for n in range(len(m.rows)) if every else _some(m, rng):
        line = m.lines[n]
        if line and len(m.rows[n]) > at:
            year, month, day = line[2].split("-")
            m.rows[n][at] = rng.choice([f"{day}/{month}/{year}", f"{month}-{day}-{year[2:]}", f"{year}-13-{day}",
                                        "0000-00-00", "1900-01-00", f"{year}{month}", "未定", "#######"])  # fmt: skip
            m.free.add(n)
            # Day and month of our dates are the same number, so that a date read the wrong way round shows elsewhere.
    m.may("may")


def other_dates(m: Mutant, rng: Random) -> None:
    at = m.place("ordered_at")
    for n in _some(m, rng):
        line = m.lines[n]
        if line and len(m.rows[n]) > at:
            year, month, day = line[2].split("-")
            m.rows[n][at] = rng.choice(
                [f"{year}/{int(month)}/{int(day)} 9:05", f"{year}年{int(month)}月{int(day)}日", f"{year}{month}{day}",
                 line[2].translate(WIDE), f"{line[2]}T10:00:00", f" {line[2]}  ", f"{line[2]} 10:00:00+0900"]
            )  # fmt: skip


def exponents(m: Mutant, rng: Random) -> None:
    at = _money(m)
    for n in _some(m, rng):
        if len(m.rows[n]) > at and m.rows[n][at].isdigit():
            m.rows[n][at] = f"{int(m.rows[n][at]):.{rng.randint(0, 4)}E}"
            m.free.add(n)


def id_exponents(m: Mutant, rng: Random) -> None:
    """What Excel makes of long numbers: all orders are called the same."""
    at = m.place(rng.choice(["order_id", "customer_id"]))
    for cells in m.rows:
        if len(cells) > at:
            cells[at] = rng.choice(["4.9E+12", "1.23457E+11"])
    m.wild = True
    m.may("must")


def wide(m: Mutant, rng: Random) -> None:
    at = _money(m)
    for n in _some(m, rng):
        if len(m.rows[n]) > at and m.encoding != "cp1252":
            m.rows[n][at] = m.rows[n][at].translate(WIDE)


def priced(m: Mutant, rng: Random) -> None:
    at = _money(m)
    for n in _some(m, rng):
        if len(m.rows[n]) > at and m.rows[n][at].isdigit():
            price = int(m.rows[n][at])
            m.rows[n][at] = rng.choice([f"{price:,}", f"￥{price:,}", f"{price:,}円", f" {price} ", f"{price}.00",
                                        f"\\{price:,}", f"{price}円"])  # fmt: skip


def odd_prices(m: Mutant, rng: Random) -> None:
    at = _money(m)
    for n in _some(m, rng):
        if len(m.rows[n]) > at:
            m.rows[n][at] = rng.choice(
                ["#VALUE!", "1,5", "1.980,00", "12 80", "NaN", "inf", "1e3", "--5", "", "-", "1/2"]
            )
            m.lines[n], m.free = m.lines[n], m.free | {n}


def cut_rows(m: Mutant, rng: Random) -> None:
    for n in _some(m, rng):
        if len(m.rows[n]) > 2:
            m.rows[n] = m.rows[n][: rng.randint(1, len(m.rows[n]) - 1)]
            if not any(cell.strip() for cell in m.rows[n]):
                m.records = (m.records[0] - 1, m.records[1])
            m.free.add(n)


def long_rows(m: Mutant, rng: Random) -> None:
    for n in _some(m, rng):
        m.rows[n] = [*m.rows[n], "x"]
        m.free.add(n)


def nul(m: Mutant, rng: Random) -> None:
    for n in _some(m, rng):
        at = rng.randrange(len(m.rows[n]))
        m.rows[n][at] = m.rows[n][at][:1] + "\0" + m.rows[n][at][1:]
        m.free.add(n)
        if at < len(m.header) and m.header[at] in (m.columns["order_id"], m.columns["customer_id"]):
            m.lines[n] = None  # another order, or another customer
            m.wild = True


def lone_return(m: Mutant, rng: Random) -> None:
    """A carriage return within an unquoted cell ends the row there."""
    at = _filler(m, rng)
    if at is None or m.quote_all:
        return
    n = rng.randrange(len(m.rows))
    if len(m.rows[n]) > at:
        m.rows[n][at] = "one\rtwo"
        m.raw.add((n, at))
        m.free.add(n)
        m.records = (m.records[0], m.records[1] + 1)
        m.may("may")


def huge(m: Mutant, rng: Random) -> None:
    at = _filler(m, rng)
    n = rng.randrange(len(m.rows))
    if at is not None and len(m.rows[n]) > at:
        m.rows[n][at] = "x" * rng.choice([70_000, 200_000, 1_000_001])
        if len(m.rows[n][at]) > 1_000_000:
            m.may("must")


def footer(m: Mutant, rng: Random) -> None:
    word, total = rng.choice(["合計", "総計", "Total", "小計"]), sum(line[3] for line in m.lines if line)
    cells = ["" for _ in m.header]
    cells[rng.choice([0, m.place("order_id"), m.place("customer_id")])] = word
    if m.encoding == "cp1252":
        cells = ["Total" if cell else cell for cell in cells]
    cells[_money(m)] = str(total)
    if not any(cell in ("Total", "合計", "総計", "小計") for cell in cells):
        cells[0] = "Total"
    m.rows.append(cells)
    m.lines.append(None)


def words_below(m: Mutant, rng: Random) -> None:
    m.below += (
        rng.choice(["(12 rows affected)", "-- end --", "\x1a", "以上"][: 3 if m.encoding == "cp1252" else 4]) + m.end
    )
    m.records = (m.records[0] + 1, m.records[1] + 1)
    if len(m.header) == 1:
        m.wild = True


def blank_lines(m: Mutant, rng: Random) -> None:
    m.below += m.end * rng.randint(1, 3) + m.mark * (len(m.header) - 1) + m.end


def title(m: Mutant, rng: Random) -> None:
    m.above = rng.choice(["order list", "2024-01-31"]) + m.end
    m.may("must")


def unclosed(m: Mutant, rng: Random) -> None:
    at = _filler(m, rng)
    n = rng.randrange(len(m.rows))
    if at is not None and len(m.rows[n]) > at and not m.quote_all:
        m.rows[n][at] = '"open'
        m.raw.add((n, at))
        m.may("may")
        m.wild = True


def twice(m: Mutant, rng: Random) -> None:
    n = rng.randrange(len(m.rows))
    if not any(row == n for row, _ in m.raw):
        m.rows.append(list(m.rows[n]))
        m.lines.append(None)
        if n in m.free or m.lines[n] is None:
            m.wild = True


def header_again(m: Mutant, rng: Random) -> None:
    m.rows.append(list(m.header))
    m.lines.append(None)


def spaced(m: Mutant, rng: Random) -> None:
    blank = " " if m.encoding == "cp1252" else rng.choice([" ", "\u3000", "\t"])
    for cells in m.rows:
        at = rng.randrange(len(cells))
        cells[at] = f"{blank}{cells[at]}{blank}" if cells[at] else cells[at]


def stray_byte(m: Mutant, rng: Random) -> None:
    def change(content: bytes, rng: Random) -> bytes:
        at = rng.randrange(len(content))
        return content[:at] + bytes([rng.randrange(256)]) + content[at + 1 :]

    m.bytes_last.append(change)
    m.wild = True
    m.may("may")


def cut_file(m: Mutant, rng: Random) -> None:
    m.bytes_last.append(lambda content, rng: content[: rng.randrange(len(content))])
    m.wild = True
    m.may("may")


def two_encodings(m: Mutant, rng: Random) -> None:
    m.bytes_last.append(
        lambda content, rng: content + "A9,石けん,ローズ\n".encode(rng.choice(["cp932", "euc_jp", "utf-8"]))
    )
    m.wild = True
    m.may("may")


def joined(m: Mutant, rng: Random) -> None:
    """Two files one after the other: a byte order mark and a header stand in the middle."""
    if m.encoding == "utf-8" and not m.below:
        m.rows.append(["\ufeff" + m.header[0], *m.header[1:]])
        m.lines.append(None)


MUTATIONS: dict[str, Mutation] = {
    f.__name__: f
    for f in (encoding, utf16, marks, ends, separator, quoted, filled, shuffled, lost_column, doubled_column,
              swapped_dates, other_dates, exponents, id_exponents, wide, priced, odd_prices, cut_rows, long_rows, nul,
              lone_return, huge, footer, words_below, blank_lines, title, unclosed, twice, header_again, spaced,
              stray_byte, cut_file, two_encodings, joined)
}  # fmt: skip
