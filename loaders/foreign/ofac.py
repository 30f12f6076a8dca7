"""OFAC's list of specially designated nationals: SDN.CSV with its ALT and ADD files, which have no headings.

For research only (SPEC 3): no rule reads it. `-0-` is OFAC's word for nothing; what the remarks say is taken apart
where it is plain and kept whole beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, NamedTuple

from graph.model import Id, Interval, Listing, NameKind, PartyType
from loaders.base import Kind, Record, Row, RowError
from loaders.delimited import read_rows, text
from loaders.encoding import Encoding
from loaders.errors import FileError
from loaders.foreign.common import named, rows_of
from loaders.tables import Line, Table

OFAC = "OFAC_SDN"
NULL = "-0-"
SDN_HEAD = (
    "ent_num", "SDN_Name", "SDN_Type", "Program", "SDN_Title", "Call_Sign", "Vess_type", "Tonnage", "GRT",
    "Vess_flag", "Vess_owner", "SDN_Remarks",
)  # fmt: skip
ALT_HEAD = ("ent_num", "alt_num", "alt_type", "alt_name", "alt_remarks")
ADD_HEAD = ("ent_num", "Add_num", "SDN_Address", "City_State_Province_Postal", "SDN_Country", "Add_remarks")
_HEADS = {len(head): head for head in (SDN_HEAD, ALT_HEAD, ADD_HEAD)}
_SNIFF = 5
_DOS_END = "\x1a"
"""What ends a text file of old."""

_BORN = re.compile(r"\bDOB (?:circa )?(?:\d{1,2} [A-Z][a-z]{2} )?(\d{4})\b(?! to)")
_SEX = re.compile(r"\bGender (Male|Female)\b")
_AKA = re.compile(r"\b(a|f|n)\.k\.a\. '([^']+)'")
_DOCUMENT = re.compile(
    r"\b(Passport|National ID No\.|Identification Number|Registration ID|Tax ID No\.|Registration Number|"
    r"Company Number|Commercial Registry Number|D-U-N-S Number|SSN|Cedula No\.|C\.U\.R\.P\.|R\.F\.C\.|NIT #|"
    r"Chinese Commercial Code|Unified Social Credit Code \(USCC\))\s+([^;()]+?)\s*(?:\(([^()]*)\))?\s*(?:;|\.|$)"
)


class _More(NamedTuple):
    """What the other two files say of the entities, by number."""

    names: dict[str, list[tuple[str, NameKind]]]
    addresses: dict[str, list[str]]
    known: frozenset[str]


def headless(
    label: str, path: str, opener: Callable[[], BinaryIO], encoding: Encoding, sha256: str
) -> Table | None:
    """One of OFAC's files as a table; None for any other file.

    They are told by their shape: a number first, twelve, five or six columns throughout, and `-0-` for nothing.
    """
    with text(opener, encoding) as stream:
        lines = (line for line in read_rows(stream, ",") if "".join(line.cells).strip() != _DOS_END)
        head = list(islice(lines, _SNIFF))
    widths = {len(line.cells) for line in head}
    if len(widths) != 1 or not (width := widths.pop()) or width not in _HEADS:
        return None
    nothing = any(cell.strip() == NULL for line in head for cell in line.cells)
    if not nothing or not all(line.cells[0].strip().isdigit() for line in head):
        return None
    if width != len(SDN_HEAD) and not all(line.cells[1].strip().isdigit() for line in head):
        return None
    if encoding.codec.lower() in ("gb18030", "gbk"):
        # Latin letters with accents read as Chinese: OFAC publishes in Latin-1 and lately in UTF-8.
        encoding = Encoding(codec="cp1252", label="Windows-1252")

    def read() -> Iterator[Line]:
        with text(opener, encoding) as stream:
            for line in read_rows(stream, ",", width):
                cells = [cell.strip() for cell in line.cells]
                if "".join(cells) == _DOS_END:
                    continue
                problem = "" if line.problem == "row.cut" and len(cells) == width else line.problem
                yield Line(line.number, ["" if cell == NULL else cell for cell in cells], problem)

    return Table(
        label=label,
        path=path,
        format="csv",
        encoding=encoding.label,
        sha256=sha256,
        headings=_HEADS[width],
        header_row=0,
        titles=(),
        read=read,
    )


def prepare(tables: Mapping[str, Sequence[Table]]) -> _More:
    """Read the further names and addresses, and which numbers the list has.

    Raises:
        FileError: `ofac.alone`, further names or addresses came without the list that they belong to.
    """
    if not tables.get("ofac_sdn"):
        raise FileError("ofac.alone")
    names: dict[str, list[tuple[str, NameKind]]] = {}
    addresses: dict[str, list[str]] = {}
    for table in tables.get("ofac_alt", ()):
        for _, cells in rows_of(table, ALT_KIND):
            if cells.get("entity") and cells.get("name"):
                former = cells.get("how", "").lower() == "fka"
                how = NameKind.FORMER if former else NameKind.FOREIGN
                names.setdefault(cells["entity"], []).append((cells["name"], how))
    for table in tables.get("ofac_add", ()):
        for _, cells in rows_of(table, ADD_KIND):
            parts = [cells[part] for part in ("address", "city", "country") if cells.get(part)]
            if cells.get("entity") and parts:
                addresses.setdefault(cells["entity"], []).append(", ".join(parts))
    known = {
        cells["entity"]
        for table in tables["ofac_sdn"]
        for _, cells in rows_of(table, SDN_KIND)
        if cells.get("entity")
    }
    return _More(names, addresses, frozenset(known))


def _nothing(text: str) -> str:
    return "" if text == NULL else text


def _sdn(row: Row) -> Iterator[Listing]:
    number, name = row.need("entity"), row.need("name")
    more: _More | None = row.context
    stated = _nothing(row.get("type")).lower()
    kind = PartyType.PERSON if stated == "individual" else PartyType.ORGANIZATION
    remarks = _nothing(row.get("remarks"))
    names = [(name, NameKind.REGISTERED)]
    if kind is PartyType.PERSON and "," in name:
        family, _, given = name.partition(",")
        names.append((f"{given.strip()} {family.strip()}", NameKind.FOREIGN))
    names += more.names.get(number, []) if more is not None else []
    names += [
        (text, NameKind.FORMER if how == "f" else NameKind.FOREIGN) for how, text in _AKA.findall(remarks)
    ]
    born, sex = _BORN.search(remarks), _SEX.search(remarks)
    addresses = more.addresses.get(number, []) if more is not None else []
    vessel = {
        field: _nothing(row.get(field))
        for field in ("call_sign", "vessel_type", "tonnage", "grt", "flag", "owner")
    }
    yield Listing(
        list_code=OFAC,
        key=number,
        subject=named(
            kind, names, _documents(remarks), key=f"{OFAC}:{number}", address="; ".join(addresses)[:1000],
            sex={"Male": "m", "Female": "f"}[sex[1]] if sex else "", birth_year=int(born[1]) if born else None,
        ),
        effect=Interval(),
        authority="OFAC",
        grounds=tuple(part.strip() for part in re.split(r"[;\]\[]+", _nothing(row.get("program"))) if part.strip()),
        reason=remarks,
        measure=_nothing(row.get("title")),
        scope=" ".join(filter(None, (stated, *vessel.values()))),
        raw=row.raw,
        source=row.source,
    )  # fmt: skip


def _documents(remarks: str) -> tuple[Id, ...]:
    """Numbers that the remarks state, with their kind and country; none of them links parties."""
    return tuple(
        Id(
            scheme="foreign_document",
            value=":".join(filter(None, (kind.strip(" .#"), value.strip(), country))),
        )
        for kind, value, country in _DOCUMENT.findall(remarks)
    )


def _beside(row: Row) -> Iterator[Record]:
    """A row of ALT or ADD: it stands with its entity's listing, and must have one."""
    number = row.need("entity")
    for field in ("name", "how", "address", "city", "country", "remarks", "place"):
        row.get(field)
    if row.context is not None and number not in row.context.known:
        raise RowError("ofac.no_entity", "entity")
    return iter(())


# fmt: off
SDN_KIND = Kind(
    name="ofac_sdn",
    title_zh="美国财政部 SDN 清单（仅供研究）",
    title_en="OFAC SDN list (research only)",
    covers=(OFAC,),
    read=_sdn,
    prepare=prepare,
    fields={
        "entity": ("ent_num",), "name": ("SDN_Name",), "type": ("SDN_Type",), "program": ("Program",),
        "title": ("SDN_Title", "Title"), "call_sign": ("Call_Sign",), "vessel_type": ("Vess_type",),
        "tonnage": ("Tonnage",), "grt": ("GRT",), "flag": ("Vess_flag",), "owner": ("Vess_owner",),
        "remarks": ("SDN_Remarks", "Remarks"),
    },
    needs=(("entity",), ("name",)),
    identity=(),
    marks={"SDN_Name": 6, "SDN_Type": 4, "ent_num": 3},
)
ALT_KIND = Kind(
    name="ofac_alt",
    title_zh="美国财政部 SDN 清单别名（仅供研究）",
    title_en="OFAC SDN further names (research only)",
    covers=(OFAC,),
    read=_beside,
    prepare=prepare,
    fields={
        "entity": ("ent_num",), "place": ("alt_num",), "how": ("alt_type",), "name": ("alt_name",),
        "remarks": ("alt_remarks",),
    },
    needs=(("entity",), ("place",), ("name",)),
    identity=(),
    marks={"alt_name": 6, "alt_type": 4, "ent_num": 3},
)
ADD_KIND = Kind(
    name="ofac_add",
    title_zh="美国财政部 SDN 清单地址（仅供研究）",
    title_en="OFAC SDN addresses (research only)",
    covers=(OFAC,),
    read=_beside,
    prepare=prepare,
    fields={
        "entity": ("ent_num",), "place": ("Add_num",), "address": ("SDN_Address", "Address"),
        "city": ("City_State_Province_Postal", "City/State/Province/Postal Code"),
        "country": ("SDN_Country", "Country"), "remarks": ("Add_remarks",),
    },
    needs=(("entity",), ("place",), ("country", "city")),
    identity=(),
    marks={"Add_num": 6, "City_State_Province_Postal": 6, "ent_num": 3},
)
# fmt: on
