"""People whom two units have in common, and relatives at their heads: `common_post` and `kin` ties (1117号 十一).

Only persons known by number are compared: a director's name alone is never a hit. Kinship is what a typed, sourced
edge says, never what names or addresses suggest (SPEC 3 C).
"""

from __future__ import annotations

from typing import NamedTuple

from graph.kinship_codes import CODES, NONE, read_code
from matching.decision import Bilingual
from matching.groups import share_of
from matching.rules.wording import both
from matching.subjects import person_subject
from matching.ties.closure import OFFICES, Link
from matching.ties.connect import connect, unit_pairs
from matching.ties.field import Field, Unit
from matching.ties.heads import Head

STAFF = frozenset({"agent", "project_manager", "key_staff"})
"""Who acts in a bid without an office in the unit, as the request says."""
BELOW = STAFF | {"employee"}
BOARDS = frozenset({"director", "supervisor"})
"""Posts of somebody who may work for neither unit."""


class Post(NamedTuple):
    """A person's place in a unit."""

    person: str
    unit: Unit
    role: str
    former: bool
    link: Link | None


def ties(field: Field, heads: list[Head]) -> None:
    """Ties through people: posts in both, and kinship between those who own or run them."""
    posts = _posts(field, heads)
    people: dict[str, list[Post]] = {}
    for post in posts:
        people.setdefault(post.person, []).append(post)
    for post in _staff(field):
        people.setdefault(post.person, []).append(post)
    owners = _owners(field)
    field.closure.read_people(dict.fromkeys((*people, *(post.person for post in owners))))
    for person, held in people.items():
        if len({post.unit.position for post in held}) > 1:
            _common(field, person, held)
    _owners_in_office(field, people, owners)
    _kin(field, [*posts, *owners])


def _posts(field: Field, heads: list[Head]) -> list[Post]:
    posts: list[Post] = []
    for unit in field.units:
        for table, former in ((field.closure.offices, False), (field.closure.former, True)):
            for link in table.get(unit.node, ()):
                if not link.by_name:
                    posts.append(Post(link.src, unit, OFFICES[link.relation.type], former, link))
    units = {id(unit.entity): unit for unit in field.units if unit.sure}
    for head in heads:
        of = units.get(id(head.entity))
        if head.link is None and head.node is not None and of is not None:
            posts.append(Post(head.node, of, head.role, False, None))
    return posts


def _staff(field: Field) -> list[Post]:
    """Whom bidders name as agent, project manager or key staff: looked for with buyer, agency and providers."""
    if not field.others:
        return []
    posts: list[Post] = []
    units = {id(unit.entity): unit for unit in field.units if unit.position < field.count}
    for unit in units.values():
        for seen in unit.entity.persons:
            if seen.role in STAFF and seen.person.identifiers:
                node = field.closure.find(person_subject(seen.person).codes)
                if node is not None:
                    posts.append(Post(node, unit, seen.role, False, None))
    return posts


def _owners(field: Field) -> list[Post]:
    """Persons who hold shares of a unit."""
    return [
        Post(link.src, unit, "shareholder", False, link)
        for unit in field.units
        for link in field.closure.owners.get(unit.legal, ())
        if not link.by_name and field.closure.person(link.src)
    ]


def _common(field: Field, person: str, held: list[Post]) -> None:
    by_unit: dict[int, list[Post]] = {}
    for post in held:
        by_unit.setdefault(id(post.unit), []).append(post)
    for a, b in unit_pairs(field, [post.unit for post in held]):
        one, other = (
            min(by_unit[id(unit)], key=lambda p: (p.former, p.role == "employee")) for unit in (a, b)
        )
        below = ({one.role, other.role} <= BELOW) and max(a.position, b.position) < field.count
        if below or (not {one.role, other.role}.isdisjoint(STAFF) and b.position < field.count):
            continue  # staff that two bids share is for the rules about staff
        note = "former" if one.former or other.former else "now"
        head = "staff" if {one.role, other.role} & STAFF else "posts"
        third = ("third",) if {one.role, other.role} <= BOARDS else ()
        links = [post.link for post in (one, other) if post.link is not None]
        name = field.closure.label(person)
        connect(
            field, a, b, "common_post", links, notes=(note, head, f"person:{person}", *third), other=name,
            sentence="common_post_former" if note == "former" else "",
            said={"via": name, "role_a": both(f"rule.role.{one.role}"), "role_b": both(f"rule.role.{other.role}")},
        )  # fmt: skip


def _owners_in_office(field: Field, people: dict[str, list[Post]], owners: list[Post]) -> None:
    """A large shareholder of one unit in an office of another (公司法 265(4): persons and what they control)."""
    least = field.case.policy.option("significant_influence")
    for owner in owners:
        share = None if owner.link is None else share_of(owner.link.relation)
        if share is None or share < least:
            continue
        for post in people.get(owner.person, ()):
            if post.former or post.role == "employee" or post.unit.position == owner.unit.position:
                continue
            for _ in unit_pairs(field, (owner.unit, post.unit)):
                name = field.closure.label(owner.person)
                links = [link for link in (owner.link, post.link) if link is not None]
                connect(
                    field, owner.unit, post.unit, "owner_in_office", links, other=name,
                    said={"via": name, "role_b": both(f"rule.role.{post.role}")},
                )  # fmt: skip


def _kin(field: Field, posts: list[Post]) -> None:
    by_person: dict[str, list[Post]] = {}
    for post in posts:
        if not post.former and post.role != "employee":
            by_person.setdefault(post.person, []).append(post)
    done: set[tuple[int, int]] = set()
    for link in field.closure.kin.values():
        one, other = by_person.get(link.src, ()), by_person.get(link.dst, ())
        if not one or not other or link.src == link.dst or link.relation.role.strip() in NONE:
            continue
        for a, b in unit_pairs(field, [post.unit for post in (*one, *other)]):
            for p, q in ((p, q) for p in (*one, *other) for q in (*one, *other)):
                if (
                    p.unit is a
                    and q.unit is b
                    and p.person != q.person
                    and (a.position, b.position) not in done
                ):
                    done.add((a.position, b.position))
                    links = [x for x in (p.link, link, q.link) if x is not None]
                    name = f"{field.closure.label(p.person)}、{field.closure.label(q.person)}"
                    connect(
                        field, a, b, "kin", links, notes=(link.relation.role,), other=name,
                        said={
                            "p": field.closure.label(p.person), "q": field.closure.label(q.person),
                            "kin": kin_words(link.relation.role), "role_p": both(f"rule.role.{p.role}"),
                            "role_q": both(f"rule.role.{q.role}"),
                        },
                    )  # fmt: skip


def kin_words(role: str) -> Bilingual:
    """What two persons are to each other, in words."""
    code = read_code(role)
    return both(f"rule.kin.{code if code in CODES else 'relative'}")
