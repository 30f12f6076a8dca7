"""Writing the demo city into a folder, with a manifest that says what each file is and how to load it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from graph.dates import iso
from loaders.demo import headings, words
from loaders.demo import tenders as stories
from loaders.demo.cast import Cast
from loaders.demo.desk import PROVINCE, chinese
from loaders.demo.files import csv_bytes, json_bytes, xlsx_bytes, zip_bytes
from loaders.demo.open_tender import OpenTender
from loaders.demo.published import Published
from loaders.demo.world import PERSONS, Firm, World

SEED: Final = 20261122


class DemoFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of the demo. `load` is the command that reads it; empty where nothing does yet."""

    path: str
    kind: str
    list: str = ""
    rows: int
    encoding: str
    snapshot: str = ""
    """`full` or `delta` for files to load."""
    sha256: str
    load: str = ""
    note: str = ""


class DemoBid(msgspec.Struct, frozen=True, kw_only=True):
    """What one bid of a demo tender shows, and the verdict that the lists lead to."""

    client_id: str
    name: str
    expect: str
    rules: tuple[str, ...]
    shows: str


class DemoTender(msgspec.Struct, frozen=True, kw_only=True):
    """A demo tender: its request, its bidder list, and what to look at."""

    name: str
    title: str
    request: str
    bidders: str
    teaches: str
    bids: tuple[DemoBid, ...]


class DemoLoaded(msgspec.Struct, frozen=True, kw_only=True):
    """The open tender: its numbers, the command that decides it, and what each bid shows."""

    tender: str
    lot: str
    command: str
    bids: tuple[DemoBid, ...]


class DemoManifest(msgspec.Struct, frozen=True, kw_only=True):
    """What `write_demo` wrote: also in `manifest.json` in the folder, in the order of loading."""

    seed: int
    today: str
    taken_at: str
    city: str
    companies: int
    persons: int
    load: str
    """The one command that loads everything."""
    files: tuple[DemoFile, ...]
    tenders: tuple[DemoTender, ...]
    loaded: DemoLoaded
    """The tender that is loaded as tables and decided from the graph."""


class _Folder:
    """The folder being written, and what is in it."""

    def __init__(self, path: Path, taken_at: datetime) -> None:
        self.path = path
        self.taken_at = taken_at
        self.files: list[DemoFile] = []

    def add(
        self,
        name: str,
        body: bytes,
        *,
        kind: str,
        rows: int,
        encoding: str,
        list: str = "",
        snapshot: str = "",
        load: str = "",
        note: str = "",
    ) -> None:
        """Write one file and note what it is."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        if snapshot:
            load = (
                f"liancheng load {name} --kind {kind} --snapshot {snapshot} --taken-at {iso(self.taken_at)}"
            )
        self.files.append(
            DemoFile(
                path=name,
                kind=kind,
                list=list,
                rows=rows,
                encoding=encoding,
                snapshot=snapshot,
                sha256=hashlib.sha256(body).hexdigest(),
                load=load,
                note=note,
            )
        )


def write_demo(folder: Path, *, seed: int = SEED, today: date, taken_at: datetime) -> DemoManifest:
    """Write the demo city: about 5,000 companies, 20,000 persons, the lists about them, three tenders.

    The same seed, day and instant give the same bytes.

    Args:
        folder: made if absent; files of the same names are replaced.
        seed: of everything that is drawn.
        today: the day in the city; every date counts from it.
        taken_at: when the lists are said to have been fetched; the tenders are decided as of that instant.

    Raises:
        OSError: the folder can't be written.
    """
    world = World(seed, today)
    published = Published(seed, today)
    cast = Cast(world, published)
    world.populate()
    cast.crowd()
    out = _Folder(folder, taken_at)
    _registers(out, world)
    _courts(out, published)
    _offices(out, published, today)
    _penalties(out, published)
    _platform(out, published)
    tenders = _tenders(out, cast, taken_at)
    loaded = _open_tender(out, cast.open_tender, taken_at)
    manifest = DemoManifest(
        seed=seed,
        today=today.isoformat(),
        taken_at=iso(taken_at),
        city=words.CITY,
        companies=len(world.firms),
        persons=len(world.persons),
        load=f"liancheng load register/* lists/* graph/* --taken-at {iso(taken_at)}",
        files=tuple(out.files),
        tenders=tenders,
        loaded=loaded,
    )
    body = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    (folder / "manifest.json").write_bytes(body)
    return manifest


def _registers(out: _Folder, world: World) -> None:
    rows = [headings.REGISTER_HEAD, *(_register_row(firm) for firm in world.firms)]
    out.add(
        "register/企业登记信息.csv",
        csv_bytes(rows),
        kind="register",
        rows=len(rows) - 1,
        encoding="utf-8-sig",
        snapshot="full",
        note="分公司或有总公司代码，或仅有名称；含个体工商户、合作社、机关事业单位",
    )
    staff = [
        (somebody.name, somebody.sex, somebody.number, firm.name, firm.uscc, post)
        for firm in world.firms
        for post, somebody in (("法定代表人", firm.head), *firm.staff)
    ][:PERSONS]
    out.add(
        "register/人员任职.csv",
        csv_bytes([headings.STAFF_HEAD, *staff], "gb18030"),
        kind="officers",
        rows=len(staff),
        encoding="gb18030",
        snapshot="full",
        note="法定代表人、董事、监事、高级管理人员与其他任职",
    )


def _register_row(firm: Firm) -> tuple[str, ...]:
    parent = firm.parent
    return (
        firm.name,
        firm.uscc,
        firm.reg_no,
        firm.form,
        firm.head.name,
        firm.head.number,
        str(firm.capital or ""),
        firm.founded.isoformat(),
        firm.status,
        str(firm.insured),
        firm.scope,
        firm.address,
        firm.phone,
        firm.email,
        firm.former,
        firm.former_code,
        parent.name if parent else "",
        parent.uscc if parent and firm.parent_by_code else "",
        PROVINCE,
        words.CITY,
    )


def _courts(out: _Folder, p: Published) -> None:
    _table(out, "lists/失信被执行人_zxgk.csv", headings.COURT_HEAD, p.court, kind="sxbzxr", code="SXBZXR")
    out.add(
        "lists/失信被执行人_查询接口.json",
        json_bytes(p.court_json),
        kind="sxbzxr",
        list="SXBZXR",
        rows=len(p.court_json),
        encoding="utf-8",
        snapshot="delta",
    )
    _table(
        out,
        "lists/限制消费人员.csv",
        headings.CONSUMPTION_HEAD,
        p.consumption,
        kind="xzxf",
        code="XZXF",
        encoding="gb18030",
    )
    _table(out, "lists/涉政府机构失信被执行人.csv", headings.PUBLIC_HEAD, p.public, kind="zfjg", code="ZFJG")


def _offices(out: _Folder, p: Published, today: date) -> None:
    titled = [
        ("政府采购严重违法失信行为记录名单",),
        (f"数据截至：{chinese(today)}",),
        headings.PROCUREMENT_HEAD,
        *p.procurement,
    ]
    out.add(
        "lists/政府采购严重违法失信_ccgp.xlsx",
        xlsx_bytes("名单", titled, merged=("A1:K1", "A2:K2")),
        kind="ccgp",
        list="ZFCG",
        rows=len(p.procurement),
        encoding="xlsx",
        snapshot="full",
        note="两行标题，合并单元格",
    )
    _table(
        out,
        "lists/重大税收违法失信主体.csv",
        headings.TAX_HEAD,
        p.tax,
        kind="tax",
        code="ZDSS",
        encoding="gb18030",
    )
    _table(out, "lists/拖欠农民工工资.csv", headings.WAGES_HEAD, p.wages, kind="wages", code="TQGZ")
    severe = [("严重违法失信名单信息",), headings.SEVERE_HEAD, *p.severe]
    out.add(
        "lists/市场监管严重违法失信.xlsx",
        xlsx_bytes("严重违法", severe, merged=("A1:J1",)),
        kind="yzwf",
        list="YZWF",
        rows=len(p.severe),
        encoding="xlsx",
        snapshot="full",
    )
    _table(
        out,
        "lists/经营异常名录.csv",
        headings.ABNORMAL_HEAD,
        p.abnormal,
        kind="jyyc",
        code="JYYC",
        encoding="utf-16",
    )
    _table(out, "lists/行贿犯罪记录.csv", headings.BRIBERY_HEAD, p.bribery, kind="bribery", code="XHFZ")
    _table(out, "lists/A级纳税人.csv", headings.GOOD_HEAD, p.good, kind="red", code="RED")


def _penalties(out: _Folder, p: Published) -> None:
    inner = csv_bytes([headings.PENALTY_2018_HEAD, *p.penalty_2018], "gb18030")
    out.add(
        "lists/行政处罚_双公示2018版.zip",
        zip_bytes([("行政处罚.csv", inner)]),
        kind="penalty2018",
        list="ZTBJ ZDWF XZCF",
        rows=len(p.penalty_2018),
        encoding="zip:gb18030",
        snapshot="delta",
    )
    _table(
        out,
        "lists/行政处罚_双公示2016版.csv",
        headings.PENALTY_2016_HEAD,
        p.penalty_2016,
        kind="penalty2016",
        code="ZTBJ ZDWF XZCF",
        snapshot="delta",
    )


def _platform(out: _Folder, p: Published) -> None:
    for name, kind, rows in (
        ("lists/BLACK_LIST.json", "black_list", p.black),
        ("lists/WITHDRAW_BLACK_LIST.json", "withdraw_black_list", p.withdrawn),
    ):
        out.add(
            name,
            json_bytes(rows),
            kind=kind,
            list="ZTBHMD",
            rows=len(rows),
            encoding="utf-8",
            snapshot="delta",
        )
    _table(
        out,
        "lists/专家信用记录.csv",
        headings.EXPERT_HEAD,
        p.experts,
        kind="experts",
        code="ZTBHMD",
        snapshot="delta",
    )


def _table(
    out: _Folder,
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    kind: str,
    code: str,
    encoding: str = "utf-8-sig",
    snapshot: str = "full",
) -> None:
    out.add(
        name,
        csv_bytes([head, *rows], encoding),
        kind=kind,
        list=code,
        rows=len(rows),
        encoding=encoding,
        snapshot=snapshot,
    )


def _open_tender(out: _Folder, story: OpenTender, taken_at: datetime) -> DemoLoaded:
    for name, kind, rows in story.files(taken_at - timedelta(hours=2)):
        out.add(name, csv_bytes(rows), kind=kind, rows=len(rows) - 1, encoding="utf-8-sig", snapshot="full")
    return DemoLoaded(
        tender=story.number,
        lot=story.lot,
        command=f"liancheng decide --tender {story.number}",
        bids=tuple(
            DemoBid(
                client_id=bid.part, name=bid.firm.name, expect=bid.expect, rules=bid.rules, shows=bid.shows
            )
            for bid in story.bids
        ),
    )


def _tenders(out: _Folder, cast: Cast, taken_at: datetime) -> tuple[DemoTender, ...]:
    a, b, c = stories.works(cast, taken_at), stories.goods(cast, taken_at), stories.services(cast, taken_at)
    goods = stories.goods_rows(b)
    bodies = (
        (a, "投标人名单.csv", csv_bytes(stories.platform_rows(a, taken_at)), "utf-8-sig"),
        (b, "供应商名单.xlsx", xlsx_bytes("供应商名单", goods, merged=("A1:J1", "A2:J2")), "xlsx"),
        (c, "投标单位名单.csv", csv_bytes(stories.service_rows(c), "gb18030"), "gb18030"),
    )
    made = []
    for story, name, body, encoding in bodies:
        request, bidders = f"tenders/{story.name}/request.json", f"tenders/{story.name}/{name}"
        tender = f"tenders/{story.name}/tender.json"
        out.add(
            request,
            json_bytes(story.request()),
            kind="request",
            rows=len(story.bids),
            encoding="utf-8",
            load=f"liancheng decide {request}",
        )
        out.add(tender, json_bytes(story.tender), kind="tender", rows=1, encoding="utf-8")
        out.add(
            bidders,
            body,
            kind="bidders",
            rows=len(story.bids),
            encoding=encoding,
            load=f"liancheng screen {bidders} --tender {tender}",
        )
        bids = tuple(
            DemoBid(
                client_id=bid.client_id, name=bid.written, expect=bid.expect, rules=bid.rules, shows=bid.shows
            )
            for bid in story.bids
        )
        made.append(
            DemoTender(
                name=story.name,
                title=story.title,
                request=request,
                bidders=bidders,
                teaches=story.teaches,
                bids=bids,
            )
        )
    return tuple(made)
