"""D10: after a default, who was responsible for which phase of the project (国发〔2016〕76号): a report, no measure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from matching.decision import NotAssessable
from matching.rules import law
from matching.rules.base import Bilingual, Case, Effect, Outcome, Rule, SubjectView, Tie
from matching.rules.common import answers, finding
from matching.rules.recusal import noted
from matching.rules.wording import both, day_text

PHASES = frozenset({"identification", "preparation", "procurement", "execution", "transfer"})


@answers("D10")
def evaluate(case: Case, subject: SubjectView) -> Iterable[Outcome]:
    """One restricted note for each default, with everyone who was responsible on that day."""
    if subject.role != "buyer":
        return
    groups: dict[tuple[str, str, str], list[Tie]] = {}
    for tie in subject.ties:
        if tie.kind == "default":
            groups.setdefault((tie.role, tie.facts[0].a, tie.facts[0].b), []).append(tie)
    for (kind, day, record), ties in groups.items():
        if not day or "nobody" in ties[0].notes:
            code = "rule.official.default_undated" if not day else "rule.official.nobody"
            yield NotAssessable(
                code=RULE.code,
                what="relation:RESPONSIBLE_FOR",
                reason="not_supplied" if day else "unreadable",
                detail=both(code, record=record, day=day),
            )
            continue
        on = date.fromisoformat(day)
        people = [(noted(tie, "phase"), tie.other) for tie in ties]
        yield finding(
            case,
            RULE,
            "listing" if kind == "listing" else "contract",
            party=subject.label,
            params={
                "record": record,
                "day": Bilingual(zh=day_text(on, "zh"), en=day_text(on, "en")),
                "people": Bilingual(
                    zh="、".join(f"{name}（{_phase(phase).zh}）" for phase, name in people),
                    en=", ".join(f"{name} ({_phase(phase).en})" for phase, name in people),
                ),
            },
            ties=ties,
            restricted=True,
        )


def _phase(phase: str) -> Bilingual:
    if phase in PHASES:
        return both(f"rule.official.phase_{phase}")
    return Bilingual(zh=phase, en=phase) if phase else both("rule.official.phase_unknown")


RULE = Rule(
    code="D10",
    title=Bilingual(zh="违约责任回溯", en="Who was responsible when a default happened"),
    scope="subject",
    basis=(law.PUBLIC_CREDIT_76,),
    evaluate=evaluate,
    cases={"contract": Effect.INFO, "listing": Effect.INFO},
    may_block=False,
    inputs=("tender.buyer",),
    effective_from=date(2016, 12, 22),
)
