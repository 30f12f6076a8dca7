"""The people and organisations of the demo city: invented, seeded, with right check characters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from graph.dates import add_years
from graph.identifiers import (
    citizen_check_character,
    org_code_check_character,
    reg_no_valid,
    uscc_check_character,
)
from loaders.demo import words

COMPANIES: Final = 5_000
PERSONS: Final = 20_000
BRANCHES: Final = 300
BRANCHES_BY_NAME: Final = 100
SHOPS: Final = 600
COOPERATIVES: Final = 150
SOLE: Final = 60
PARTNERSHIPS: Final = 30
RENAMED: Final = 250


class Somebody(msgspec.Struct, frozen=True):
    """An invented person with a valid citizen number of a region that does not exist."""

    name: str
    sex: str
    birth: date
    number: str

    @property
    def court_mask(self) -> str:
        """As the court publishes it: month and day hidden."""
        return f"{self.number[:10]}****{self.number[14:]}"

    @property
    def tax_mask(self) -> str:
        """As the tax authority publishes it: the whole date of birth hidden (令54)."""
        return f"{self.number[:6]}********{self.number[14:]}"

    def age(self, day: date) -> int:
        """Completed years on a day."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


class Firm(msgspec.Struct):
    """An invented organisation as the register keeps it."""

    name: str
    uscc: str
    reg_no: str
    form: str
    head: Somebody
    founded: date
    capital: int
    """万元; 0 where the form has none."""
    insured: int
    scope: str
    address: str
    phone: str
    email: str
    former: str = ""
    former_code: str = ""
    """The credit code before a conversion that changed it."""
    parent: Firm | None = None
    parent_by_code: bool = False
    status: str = "存续"
    staff: list[tuple[str, Somebody]] = msgspec.field(default_factory=list)

    @property
    def org_code(self) -> str:
        """The organisation code inside the credit code, printed with its hyphen."""
        return f"{self.uscc[8:16]}-{self.uscc[16]}"


class World:
    """Everybody in the city. Made once from the seed; the lists and tenders then tell stories about them."""

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self._rng = random.Random(f"{seed}:world")  # noqa: S311 - a demo is drawn again from its seed
        self._names: set[str] = set()
        self._numbers: set[str] = set()
        self._serial = 0
        self.firms: list[Firm] = []
        self.persons: list[Somebody] = []

    def person(self, *, name: str = "", sex: str = "") -> Somebody:
        """Somebody new; the name may be given to make namesakes."""
        rng = self._rng
        sex = sex or rng.choice("男女")
        if not name:
            surname = (
                rng.choice(words.SURNAMES) if rng.random() > 0.01 else rng.choice(words.COMPOUND_SURNAMES)
            )
            name = (
                surname
                + rng.choice(words.GIVEN_FIRST)
                + (rng.choice(words.GIVEN_SECOND) if rng.random() > 0.12 else "")
            )
        while True:
            birth = add_years(self.today, -22) - timedelta(days=rng.randrange(44 * 365))
            order = rng.randrange(500) * 2 + (1 if sex == "男" else 0)
            first = f"{words.REGION[:4]}{rng.randrange(7):02d}{birth:%Y%m%d}{order:03d}"
            number = first + citizen_check_character(first)
            if number not in self._numbers:
                break
        self._numbers.add(number)
        somebody = Somebody(name, sex, birth, number)
        self.persons.append(somebody)
        return somebody

    def firm(
        self,
        *,
        name: str = "",
        form: str = "",
        prefix: str = "91",
        trade: str = "",
        head: Somebody | None = None,
        registered: bool = True,
    ) -> Firm:
        """A new organisation; what is not given is drawn."""
        rng = self._rng
        form = form or rng.choice(words.FORMS)
        trade, scope = next((t for t in words.TRADES if t[0] == trade), None) or rng.choice(words.TRADES)
        name = name or self._free_name(trade, form)
        self._names.add(name)
        self._serial += 1
        body = f"LJ{self._serial:06d}"
        first = f"{prefix}{words.REGION}{body}{org_code_check_character(body)}"
        firm = Firm(
            name=name,
            uscc=first + uscc_check_character(first),
            reg_no=self._reg_no(),
            form=form,
            head=head or self.person(),
            founded=self.today - timedelta(days=rng.randrange(400, 9_200)),
            capital=rng.choice((200, 300, 500, 800, 1000, 2000, 5000, 10800)) if prefix == "91" else 0,
            insured=max(1, int(rng.gauss(25, 30))),
            scope=scope,
            address=self._address(),
            phone=f"0999-{rng.randrange(10**7):07d}",
            email=f"office{self._serial}@demo.invalid",
        )
        if registered:
            self.firms.append(firm)
        return firm

    def _reg_no(self) -> str:
        """A registration number of the newest firm; one in 500 is mistyped, as clerks do."""
        first = f"{words.REGION}{self._serial:08d}"
        check = next(digit for digit in "0123456789" if reg_no_valid(first + digit))
        mistyped = self._serial % 500 == 250
        return first + (str((int(check) + 1) % 10) if mistyped else check)

    def branch(self, parent: Firm, place: str, *, by_code: bool) -> Firm:
        """A branch: named after its parent, with a code of its own."""
        firm = self.firm(name=f"{parent.name}{place}分公司", form="有限责任公司分公司")
        firm.parent, firm.parent_by_code, firm.capital = parent, by_code, 0
        firm.scope = parent.scope
        return firm

    def _free_name(self, trade: str, form: str) -> str:
        rng = self._rng
        while True:
            zihao = (
                rng.choice(words.ZIHAO_FIRST) + rng.choice(words.ZIHAO_SECOND) + rng.choice(words.ZIHAO_THIRD)
            )
            style = rng.random()
            if style < 0.06:
                name = f"{zihao}（{words.CITY[:2]}）{trade}{form}"
            elif style < 0.10:
                name = f"{words.CITY}{zihao}{trade}集团{form}"
            elif style < 0.30:
                name = f"{words.CITY}{rng.choice(words.DISTRICTS)[:2]}{zihao}{trade}{form}"
            else:
                name = f"{words.CITY}{zihao}{trade}{form}"
            if name not in self._names:
                return name

    def _address(self) -> str:
        rng = self._rng
        place, road = rng.choice(words.DISTRICTS), rng.choice(words.ROADS)
        return f"{words.CITY}{place}{road}路{rng.randrange(1, 300)}号{self._serial}室"

    def populate(self) -> None:
        """Fill the city up to its size: companies, shops, cooperatives, public bodies, branches, staff."""
        rng = self._rng
        for bureau in words.BUREAUS:
            if f"{words.CITY}{bureau}" not in self._names:
                public = self.firm(
                    name=f"{words.CITY}{bureau}",
                    form="机关" if bureau.endswith("局") else "事业单位",
                    prefix="11" if bureau.endswith("局") else "12",
                )
                public.scope = "依法履行法定职责"
        for number in range(SHOPS):
            head = self.person()
            place, sign = rng.choice(words.DISTRICTS), rng.choice(words.ZIHAO_FIRST)
            name = f"{words.CITY}{place}{head.name[:1]}记{sign}{words.SHOPS[number % len(words.SHOPS)]}"
            if name in self._names:
                name = name.replace(
                    "记", f"记{rng.choice(words.ZIHAO_SECOND)}{rng.choice(words.GIVEN_SECOND)}"
                )
            self.firm(name=name, form="个体工商户", prefix="92", head=head)
        for number in range(COOPERATIVES):
            kind = words.COOPERATIVES[number % len(words.COOPERATIVES)]
            zihao = rng.choice(words.ZIHAO_FIRST) + rng.choice(words.ZIHAO_SECOND)
            self.firm(
                name=f"{words.CITY}云溪县{zihao}{number}组{kind}专业合作社",
                form="农民专业合作社",
                prefix="93",
            )
        for number in range(SOLE):
            zihao = rng.choice(words.ZIHAO_FIRST) + rng.choice(words.ZIHAO_SECOND)
            self.firm(name=f"{words.CITY}{zihao}{words.ROADS[number % 20]}制品厂", form="个人独资企业")
        for number in range(PARTNERSHIPS):
            zihao = rng.choice(words.ZIHAO_FIRST) + rng.choice(words.ZIHAO_SECOND)
            self.firm(
                name=f"{words.CITY}{zihao}{words.ROADS[number % 20]}会计师事务所（普通合伙）",
                form="普通合伙企业",
            )
        while len(self.firms) < COMPANIES - BRANCHES:
            self.firm()
        companies = [firm for firm in self.firms if firm.form in words.FORMS]
        for number, parent in enumerate(rng.sample(companies, BRANCHES)):
            self.branch(parent, rng.choice(words.DISTRICTS)[:2], by_code=number >= BRANCHES_BY_NAME)
        del self.firms[COMPANIES:]
        for firm in rng.sample(companies, RENAMED):
            firm.former = firm.former or self._free_name(rng.choice(words.TRADES)[0], firm.form)
        self._employ(companies)

    def _employ(self, companies: list[Firm]) -> None:
        rng = self._rng
        for post, somebody in zip(
            self._posts(), (self.person() for _ in range(PERSONS - len(self.persons))), strict=False
        ):
            rng.choice(companies).staff.append((post, somebody))

    @staticmethod
    def _posts() -> Iterator[str]:
        while True:
            yield from words.POSTS
