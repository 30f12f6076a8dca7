"""A compiled OCDS release to a `Process`: every value read once, what can't be read reported with its path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from graph.dates import end_of_day, parse_instant
from graph.procurement import Actor, Award, Bid, Contract, Item, Lot, Money, OrgRef, Process

Object = dict[str, Any]
MAX_TEXT = 20_000
_MAX_AMOUNT = Decimal(10) ** 18


class Trouble(NamedTuple):
    """A value that could not be used: message code and path."""

    code: str
    path: str


class Reader:
    """Takes values of one release; `troubles` is what could not be used."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def _bad(self, code: str, path: str) -> None:
        self.troubles.append(Trouble(code, path))

    def text(self, where: Object, key: str, path: str = "") -> str:
        """A text, or a number as text (ids may be either); empty when absent."""
        value = where.get(key)
        if value is None:
            return ""
        if type(value) is str and len(value) <= MAX_TEXT and value.isascii():
            return value.strip()
        if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
            # without lone surrogates, which escapes in JSON can make and no file can hold
            found = str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
            if len(found) <= MAX_TEXT:
                return found
        self._bad("ocds.value", f"{path}{key}")
        return ""

    def texts(self, where: Object, key: str, path: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = where.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            value = [value]
        found = [self.text({key: one}, key, path) for one in value]
        return tuple(one for one in found if one)

    def objects(self, where: Object, key: str, path: str = "") -> Iterator[Object]:
        """The objects of a list; a single object counts as a list of one."""
        value = where.get(key)
        if value is None:
            return
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one
            else:
                self._bad("ocds.value", f"{path}{key}")

    def inner(self, where: Object, key: str, path: str = "") -> Object:
        """An object; empty when absent."""
        value = where.get(key)
        if isinstance(value, dict):
            return value
        if value is not None:
            self._bad("ocds.value", f"{path}{key}")
        return {}

    def number(self, where: Object, key: str, path: str) -> Decimal | None:
        """An exact number; texts that are numbers count, anything else is reported."""
        value = where.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if not isinstance(value, bool):
            try:
                found = Decimal(str(value).strip())
            except InvalidOperation:
                found = Decimal("NaN")
            if found.is_finite() and abs(found) <= _MAX_AMOUNT:
                return found
        self._bad("value.number", f"{path}{key}")
        return None

    def money(self, where: Object, key: str, path: str) -> Money | None:
        """An amount with its currency."""
        value = self.inner(where, key, path)
        amount = self.number(value, "amount", f"{path}{key}/")
        if amount is None:
            return None
        return Money(amount=amount, currency=self.text(value, "currency", f"{path}{key}/").upper())

    def time(self, where: Object, key: str, path: str, *, last: bool = False) -> datetime | None:
        """A time; one without a zone is China time. A bare date begins its day, with `last` it ends it."""
        text = self.text(where, key, path)
        if not text:
            return None
        try:
            if last and len(text) == 10:
                return end_of_day(parse_instant(text).date()) - timedelta(seconds=1)
            return parse_instant(text)
        except (ValueError, OverflowError):
            self._bad("value.date", f"{path}{key}")
            return None


class _Converter(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.actors: dict[str, Actor] = {}

    def ref(self, where: Object, path: str, role: str) -> OrgRef | None:
        """A reference to an organisation; releases of OCDS 1.0 describe it here, without an id."""
        code = self.inner(where, "identifier", path)
        own = self.text(where, "id", path)
        scheme, number = self.text(code, "scheme", f"{path}identifier/"), self.text(code, "id", path)
        found = own or (f"{scheme}-{number}" if scheme and number else "")
        name = self.text(where, "name", path)
        if not found and not name:
            return None
        if found and found not in self.actors and (code or "address" in where or "contactPoint" in where):
            self.actors[found] = self.actor({**where, "id": found, "roles": [role]}, path)
        return OrgRef(id=found, name=name)

    def refs(self, where: Object, key: str, path: str, role: str) -> tuple[OrgRef, ...]:
        """The organisations of a list, each once."""
        found: dict[tuple[str, str], OrgRef] = {}
        for one in self.objects(where, key, path):
            if (ref := self.ref(one, f"{path}{key}/", role)) is not None:
                found.setdefault((ref.id, "" if ref.id else ref.name), ref)
        return tuple(found.values())

    def actor(self, where: Object, path: str) -> Actor:
        code = self.inner(where, "identifier", path)
        address = self.inner(where, "address", path)
        contact = self.inner(where, "contactPoint", path)
        more = tuple(
            (self.text(one, "scheme", path), self.text(one, "id", path))
            for one in self.objects(where, "additionalIdentifiers", path)
        )
        return Actor(
            id=self.text(where, "id", path),
            name=self.text(where, "name", path),
            roles=self.texts(where, "roles", path),
            scheme=self.text(code, "scheme", f"{path}identifier/"),
            code=self.text(code, "id", f"{path}identifier/"),
            legal_name=self.text(code, "legalName", f"{path}identifier/"),
            more=tuple(pair for pair in more if pair[1]),
            street=self.text(address, "streetAddress", f"{path}address/"),
            locality=self.text(address, "locality", f"{path}address/"),
            region=self.text(address, "region", f"{path}address/"),
            postal_code=self.text(address, "postalCode", f"{path}address/"),
            country=self.text(address, "countryName", f"{path}address/")
            or self.text(address, "country", f"{path}address/"),
            contact=self.text(contact, "name", f"{path}contactPoint/"),
            email=self.text(contact, "email", f"{path}contactPoint/"),
            phone=self.text(contact, "telephone", f"{path}contactPoint/"),
        )

    def items(self, where: Object, path: str) -> tuple[Item, ...]:
        found = []
        path = f"{path}items/"
        for one in self.objects(where, "items", path):
            kind = self.inner(one, "classification", path)
            unit = self.inner(one, "unit", path)
            found.append(
                Item(
                    id=self.text(one, "id", path),
                    description=self.text(one, "description", path),
                    scheme=self.text(kind, "scheme", f"{path}classification/"),
                    code=self.text(kind, "id", f"{path}classification/"),
                    quantity=self.number(one, "quantity", path),
                    unit=self.text(unit, "name", f"{path}unit/"),
                    unit_price=self.money(unit, "value", f"{path}unit/"),
                )
            )
        return tuple(found)

    def lots(self, tender: Object) -> tuple[Lot, ...]:
        path = "tender/lots/"
        return tuple(
            Lot(
                id=self.text(one, "id", path),
                title=self.text(one, "title", path),
                status=self.text(one, "status", path),
                value=self.money(one, "value", path),
            )
            for one in self.objects(tender, "lots", "tender/")
        )

    def bids(self, release: Object) -> tuple[Bid, ...]:
        path = "bids/details/"
        return tuple(
            Bid(
                id=self.text(one, "id", path),
                status=self.text(one, "status", path),
                tenderers=self.refs(one, "tenderers", path, "tenderer"),
                value=self.money(one, "value", path),
                date=self.time(one, "date", path),
                lots=self.texts(one, "relatedLots", path),
                rank=self.text(one, "rank", path),
            )
            for one in self.objects(self.inner(release, "bids"), "details", "bids/")
        )

    def awards(self, release: Object) -> tuple[Award, ...]:
        path = "awards/"
        return tuple(
            Award(
                id=self.text(one, "id", path),
                status=self.text(one, "status", path),
                date=self.time(one, "date", path),
                suppliers=self.refs(one, "suppliers", path, "supplier"),
                value=self.money(one, "value", path),
                items=self.items(one, path),
                lots=self.texts(one, "relatedLots", path),
                bid=self.text(one, "relatedBid", path),
            )
            for one in self.objects(release, "awards")
        )

    def contracts(self, release: Object) -> tuple[Contract, ...]:
        path = "contracts/"
        found = []
        for one in self.objects(release, "contracts"):
            period = self.inner(one, "period", path)
            found.append(
                Contract(
                    id=self.text(one, "id", path),
                    award=self.text(one, "awardID", path),
                    title=self.text(one, "title", path),
                    status=self.text(one, "status", path),
                    signed=self.time(one, "dateSigned", path),
                    start=self.time(period, "startDate", f"{path}period/"),
                    end=self.time(period, "endDate", f"{path}period/", last=True),
                    value=self.money(one, "value", path),
                    items=self.items(one, path),
                    lots=self.texts(one, "relatedLots", path),
                    suppliers=self.refs(one, "suppliers", path, "supplier"),
                    subcontractors=self.refs(one, "subcontractors", path, "subcontractor"),
                )
            )
        return tuple(found)

    def process(self, release: Object, key: str) -> Process:
        tender = self.inner(release, "tender")
        period = self.inner(tender, "tenderPeriod", "tender/")
        for one in self.objects(release, "parties"):
            made = self.actor(one, "parties/")
            if made.id or made.name:
                self.actors.setdefault(made.id or f"\0{made.name}", made)
        count = self.number(tender, "numberOfTenderers", "tender/")
        if count is not None and (count < 0 or count != count.to_integral_value()):
            self._bad("value.number", "tender/numberOfTenderers")
            count = None
        buyer = self.inner(release, "buyer")
        entity = self.inner(tender, "procuringEntity", "tender/")
        return Process(
            key=key,
            release=self.text(release, "id"),
            date=self.time(release, "date", ""),
            language=self.text(release, "language"),
            tender=self.text(tender, "id", "tender/"),
            title=self.text(tender, "title", "tender/"),
            status=self.text(tender, "status", "tender/"),
            method=self.text(tender, "procurementMethod", "tender/"),
            method_details=self.text(tender, "procurementMethodDetails", "tender/"),
            category=self.text(tender, "mainProcurementCategory", "tender/"),
            criteria=self.text(tender, "awardCriteria", "tender/"),
            start=self.time(period, "startDate", "tender/tenderPeriod/"),
            deadline=self.time(period, "endDate", "tender/tenderPeriod/", last=True),
            tenderer_count=None if count is None else int(count),
            value=self.money(tender, "value", "tender/"),
            min_value=self.money(tender, "minValue", "tender/"),
            buyer=self.ref(buyer, "buyer/", "buyer"),
            procuring_entity=self.ref(entity, "tender/procuringEntity/", "procuringEntity"),
            tenderers=self.refs(tender, "tenderers", "tender/", "tenderer"),
            items=self.items(tender, "tender/"),
            lots=self.lots(tender),
            bids=self.bids(release),
            bids_known=isinstance(self.inner(release, "bids").get("details"), list),
            awards=self.awards(release),
            contracts=self.contracts(release),
            parties=tuple(self.actors.values()),
        )


def process(release: Object) -> tuple[Process | None, list[Trouble]]:
    """The process of a compiled release, and what of it could not be used.

    Returns:
        None for the process when its `ocid` is no text: nothing could be told apart by it.
    """
    ocid = release.get("ocid")
    if not isinstance(ocid, str) or not ocid.strip():
        return None, [Trouble("ocds.ocid", "ocid")]
    made = _Converter()
    key = made.text(release, "ocid")
    return made.process(release, key), made.troubles
