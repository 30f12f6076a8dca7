"""The catalogue of measures: what each list allows against whom, in which scenario, on which legal basis (SPEC 4.1).

What has no row here may not be carried out (清单之外不得擅自实施). The catalogue says what the rules decide, in the
words of the law that they cite; a test holds the two together. A measure that bars without a legal basis is not
loaded.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import msgspec

from graph.lists import APART, BY_CODE
from graph.messages import Lang, say
from matching.decision import Bilingual, Effect, LegalBasis
from matching.request import Funding, ProjectObject, Regime, Stage, Tender
from matching.rules import RULES, law
from matching.rules.base import Rule

OTHER_LISTS = "OTH"
"""The list whose rows stand for every list that has none of its own."""
Invoked = Literal["yes", "no", "unstated"]
Implementer = Literal[
    "purchaser", "tenderer", "purchaser_or_agency", "purchaser_or_tenderer", "tenderer_or_committee",
    "expert_pool", "employer", "supervisor",
]  # fmt: skip
Role = Literal[
    "bidder", "legal_rep", "principal", "director", "supervisor", "executive", "operator", "investor", "partner",
    "agent", "project_manager", "key_staff", "agency", "expert", "committee", "buyer",
]  # fmt: skip
_RULES: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


class CatalogueError(Exception):
    """A catalogue that can't be used. `code` is a message code (`measures.catalogue_*`)."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """The sentence in both languages."""
        return " / ".join(say("matching", self.code, lang, **self.params) for lang in ("zh", "en"))


class _Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what a catalogue file holds: a key that nobody knows is refused."""


class Scenario(_Spec, frozen=True, kw_only=True):
    """Where a measure applies; an empty condition does not matter."""

    role: tuple[Role, ...] = ()
    regime: tuple[Regime, ...] = ()
    object: tuple[ProjectObject, ...] = ()
    funding: tuple[Funding, ...] = ()
    stage: tuple[Stage, ...] = ()
    invoked: tuple[Invoked, ...] = ()
    condition: tuple[Literal["rejects", "unclear"], ...] = ()
    """What the tender documents say of listed office-holders (A13)."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A scenario that is asked about; None: whatever it is."""

    role: Role | None = None
    regime: Regime | None = None
    object: ProjectObject | None = None
    funding: Funding | None = None
    stage: Stage | None = None
    invoked: Invoked | None = None


class _Edition(_Spec, frozen=True, kw_only=True):
    code: str
    instrument: str
    valid_from: date
    basis_verified: bool


class _Row(_Spec, frozen=True, kw_only=True):
    measure_code: str
    name: dict[Lang, str]
    target_list: str
    legal_basis: tuple[str, ...]
    scenario: Scenario
    decision: Effect
    implementer: Implementer
    rules: tuple[str, ...]
    valid_from: date
    valid_to: date | None = None
    editions: tuple[str, ...] | None = None


class _Passed(_Spec, frozen=True, kw_only=True):
    rules: tuple[str, ...]
    role: str
    at_most: Effect
    legal_basis: tuple[str, ...]


class _File(_Spec, frozen=True, kw_only=True):
    version: str
    edition: tuple[_Edition, ...]
    inherited: tuple[_Passed, ...]
    measure: tuple[_Row, ...]


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """An edition of the national basic list of measures (全国失信惩戒措施基础清单)."""

    code: str
    instrument: str
    valid_from: date
    basis_verified: bool


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the catalogue: a measure that a list allows in a scenario, with the law in force on the day asked.

    `decision` is what the engine answers where it applies; `rules` are the cases of rules that carry it.
    """

    measure_code: str
    name: Bilingual
    target_list: str
    legal_basis: tuple[LegalBasis, ...]
    scenario: Scenario
    decision: Effect
    implementer: Implementer
    edition: str
    valid_from: date
    valid_to: date | None = None
    rules: tuple[str, ...]


class Inherited(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that passes on what a record of somebody else does, and at most how far."""

    rules: tuple[str, ...]
    role: str
    at_most: Effect
    legal_basis: tuple[LegalBasis, ...]


class Catalogue:
    """A checked catalogue. Build one with `load_catalogue`."""

    def __init__(self, content: _File) -> None:
        self.version = content.version
        self.editions: tuple[Edition, ...] = tuple(
            Edition(**msgspec.structs.asdict(one))
            for one in sorted(content.edition, key=lambda one: one.valid_from)
        )
        self._rows = content.measure
        self._passed = content.inherited
        self._listed = frozenset(row.target_list for row in content.measure)
        cited = sorted({name for _, _, names in _carried(content) for name in names})
        laws = {name: msgspec.to_builtins(_law(name)) for name in cited}
        text = msgspec.json.encode({"catalogue": msgspec.to_builtins(content), "law": laws}, order="sorted")
        self.hash = hashlib.sha256(text).hexdigest()
        """SHA-256 over the whole content and the articles that it cites."""

    def edition(self, day: date) -> Edition | None:
        """The edition of the basic list in force on a day; None before the first."""
        return next((one for one in reversed(self.editions) if one.valid_from <= day), None)

    def lists(self) -> frozenset[str]:
        """The lists with rows of their own."""
        return self._listed

    def target(self, code: str) -> str:
        """Under which list the measures of a list stand: its own rows, or those for every other list."""
        return code if code in self._listed else OTHER_LISTS

    def at(self, day: date, *, target: str | None = None, place: Place | None = None) -> tuple[Measure, ...]:
        """The measures in force on a day, of one list and in one scenario where they are given.

        A list for research has none (foreign measures act only through a Chinese legal basis), nor have permits.
        """
        if target in APART:
            return ()
        wanted = None if target is None else self.target(target)
        return tuple(
            self._shown(row, day)
            for row in self._rows
            if (wanted is None or row.target_list == wanted)
            and self._in_force(row, day)
            and (place is None or _fits(row.scenario, place))
        )

    def inherited(self, day: date) -> tuple[Inherited, ...]:
        """The rules that pass measures on, with the law in force on a day."""
        return tuple(
            Inherited(
                rules=one.rules,
                role=one.role,
                at_most=one.at_most,
                legal_basis=_basis(one.legal_basis, one.rules, day),
            )
            for one in self._passed
        )

    def find(self, code: str, day: date) -> tuple[Measure, ...]:
        """The rows of a measure in force on a day."""
        return tuple(row for row in self.at(day) if row.measure_code == code)

    def _in_force(self, row: _Row, day: date) -> bool:
        if not (row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)):
            return False
        edition = self.edition(day)
        return edition is None or row.editions is None or edition.code in row.editions

    def _shown(self, row: _Row, day: date) -> Measure:
        edition = self.edition(day)
        return Measure(
            measure_code=row.measure_code,
            name=Bilingual(zh=row.name["zh"], en=row.name["en"]),
            target_list=row.target_list,
            legal_basis=_basis(row.legal_basis, row.rules, day),
            scenario=row.scenario,
            decision=row.decision,
            implementer=row.implementer,
            edition="" if edition is None else edition.code,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            rules=row.rules,
        )


def place_of(tender: Tender, code: str, role: Role | None = None) -> Place:
    """The scenario in which a tender puts a list."""
    named = tender.invoked_lists
    return Place(
        role=role,
        regime=tender.regime,
        object=tender.object,
        funding=tender.funding,
        stage=tender.stage,
        invoked="unstated" if named is None else "yes" if code in named else "no",
    )


def _fits(scenario: Scenario, place: Place) -> bool:
    return all(
        asked is None or not allowed or asked in allowed
        for name in Place.__struct_fields__
        for asked, allowed in ((getattr(place, name), getattr(scenario, name)),)
    )


def _law(name: str) -> LegalBasis:
    found = getattr(law, name, None)
    if not isinstance(found, LegalBasis):
        raise CatalogueError("measures.catalogue_law", name=name)
    return found


def _binds(one: LegalBasis, day: date) -> bool:
    return one.effective_from <= day and (one.effective_to is None or day <= one.effective_to)


def _basis(names: Sequence[str], rules: Sequence[str], day: date) -> tuple[LegalBasis, ...]:
    """The articles named, as they stood on a day; older versions are those that the rules cite."""
    found = tuple(one for one in map(_law, names) if _binds(one, day))
    if found:
        return found
    cited = (one for case in rules for one in _RULES[case.partition(".")[0]].basis)
    return tuple(dict.fromkeys(one for one in cited if _binds(one, day)))


def _checked(content: _File) -> _File:
    """The content, if every row of it may be used.

    Raises:
        CatalogueError: see `load_catalogue`.
    """
    known = {edition.code for edition in content.edition}
    for row in content.measure:
        where = f"{row.measure_code}/{row.target_list}"
        if row.decision is Effect.BLOCK and not row.legal_basis:
            raise CatalogueError("measures.catalogue_no_basis", measure=where)
        if row.target_list not in BY_CODE or row.target_list in APART:
            raise CatalogueError("measures.catalogue_list", measure=where, list=row.target_list)
        if set(row.name) != {"zh", "en"} or not row.measure_code.replace("_", "").isalnum():
            raise CatalogueError("measures.catalogue_name", measure=where)
        if row.valid_to is not None and row.valid_to < row.valid_from:
            raise CatalogueError("measures.catalogue_dates", measure=where)
        for code in row.editions or ():
            if code not in known:
                raise CatalogueError("measures.catalogue_edition", measure=where, edition=code)
    for case, decision, names in _carried(content):
        rule, _, name = case.partition(".")
        if rule not in _RULES or name not in _RULES[rule].cases:
            raise CatalogueError("measures.catalogue_rule", rule=case)
        if decision is not _RULES[rule].cases[name]:
            raise CatalogueError("measures.catalogue_effect", rule=case, decision=decision.value)
        for one in names:
            _law(one)
    return content


def _carried(content: _File) -> Iterator[tuple[str, Effect, tuple[str, ...]]]:
    for row in content.measure:
        yield from ((case, row.decision, row.legal_basis) for case in row.rules)
    for passed in content.inherited:
        yield from ((case, passed.at_most, passed.legal_basis) for case in passed.rules)


def read_catalogue(text: str) -> Catalogue:
    """A catalogue from its text.

    Raises:
        CatalogueError: no TOML of the format (an unknown key too), a measure that bars without a legal basis, a list,
            rule, article or edition that nobody knows, or a decision that is not the rule's.
    """
    try:
        document: Any = tomllib.loads(text)
        content = msgspec.convert(document, _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CatalogueError("measures.catalogue_invalid", detail=str(error)) from error
    return Catalogue(_checked(content))


def load_catalogue(path: Path | None = None) -> Catalogue:
    """The catalogue that ships with the program, or another one.

    Raises:
        CatalogueError: see `read_catalogue`.
    """
    if path is None:
        return _shipped()
    return read_catalogue(path.read_text(encoding="utf-8-sig"))


@cache
def _shipped() -> Catalogue:
    return read_catalogue(resources.files("matching.measures").joinpath("catalogue.toml").read_text("utf-8"))
