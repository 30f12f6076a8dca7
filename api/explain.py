"""A decision in words: why, by which law, on which evidence, what is missing, and what the party can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from api.masking import mask_text
from api.output import plain
from api.restricted import ordinary, ordinary_findings
from api.similarity import similarity_lines
from graph.dates import CST, china_day, start_of_day
from graph.lists import BY_CODE
from graph.messages import Lang, catalogue, say
from matching.decision import (
    Bilingual,
    Decision,
    Evidence,
    Finding,
    LegalBasis,
    NotAssessable,
    SubjectResult,
    Tier,
    Verdict,
    strictest,
)  # fmt: skip
from matching.overrides.grounds import GROUNDS

GROUND_TITLES = {ground.code.value: ground.title for ground in GROUNDS}
_TIERS = {tier: index for index, tier in enumerate(Tier)}


def text(code: str, lang: Lang, /, **params: object) -> str:
    """A sentence of this room."""
    return say("api", code, lang, **params)


def in_lang(words: Bilingual | None, lang: Lang) -> str:
    """One of two languages, safe for a terminal."""
    return "" if words is None else plain(words.zh if lang == "zh" else words.en)


def word(group: str, value: str, lang: Lang) -> str:
    """A fixed value (verdict, role, remedy …) as a word; the value itself where there is none."""
    code = f"{group}.{value}"
    return text(code, lang) if code in catalogue("api") else plain(value)


def moment(instant: datetime | None, lang: Lang) -> str:
    """An instant for people, in China time."""
    if instant is None:
        return text("explain.unknown", lang)
    return instant.astimezone(CST).strftime("%Y-%m-%d %H:%M:%S")


def first_day(start: datetime | None, lang: Lang) -> str:
    """When a period begins: the day, or the instant where it is no midnight."""
    if start is None:
        return text("explain.open", lang)
    return china_day(start).isoformat() if start == start_of_day(china_day(start)) else moment(start, lang)


def final_day(end: datetime | None, lang: Lang) -> str:
    """When a period ends: its last day, which counts; periods are kept with the instant after it."""
    if end is None:
        return text("explain.open", lang)
    if end != start_of_day(china_day(end)):
        return moment(end, lang)
    return text("explain.last_day", lang, date=(china_day(end) - timedelta(days=1)).isoformat())


def list_title(code: str, lang: Lang) -> str:
    """The name of a list with its code."""
    info = BY_CODE.get(code)
    return code if info is None else f"{info.zh if lang == 'zh' else info.en} ({code})"


def findings_of(decision: Decision, index: int, *, restricted: bool = False) -> list[Finding]:
    """The findings on one bidder, those of its pairs included, strictest first.

    With `restricted` in full; else of what only some may see no more than that it exists.
    """
    bidder = decision.bidders[index]
    found = list(bidder.reasons)
    for pair in decision.pairs:
        if bidder.client_id in (pair.a, pair.b):
            found += [reason for reason in pair.reasons if reason not in found]
    shown = found if restricted else ordinary_findings(found)
    return sorted(shown, key=lambda f: (-f.effect.rank, f.code))


def verdict_of(decision: Decision, index: int) -> Verdict:
    """The verdict on a bidder; a BLOCK of a pair blocks both."""
    bidder = decision.bidders[index]
    return strictest([bidder.verdict, *(f.effect.verdict for f in findings_of(decision, index, restricted=True))])


def open_points(decision: Decision, subject: SubjectResult) -> list[NotAssessable]:
    """What could not be assessed about a subject or the whole tender; deciding ones first."""
    points = [*subject.not_assessed, *(p for p in decision.not_assessed if p not in subject.not_assessed)]
    return sorted(points, key=lambda p: not p.decides)


def best_tier(findings: Iterable[Finding]) -> str:
    """The surest tier among the evidence of findings."""
    tiers = [evidence.tier for finding in findings for evidence in finding.evidence]
    return min(tiers, key=_TIERS.__getitem__).value if tiers else ""


def remark(decision: Decision, index: int, lang: Lang) -> str:
    """The strictest reason for a bidder's verdict as one sentence."""
    verdict = verdict_of(decision, index)
    found = findings_of(decision, index)
    if verdict is Verdict.UNDETERMINED:
        deciding = [p for p in open_points(decision, decision.bidders[index]) if p.decides]
        if deciding:
            return in_lang(deciding[0].detail, lang)
    if found and found[0].effect.verdict is verdict:
        return in_lang(found[0].detail, lang)
    return text("explain.nothing" if verdict is Verdict.CLEAR else "explain.unexplained", lang)


def basis_line(basis: LegalBasis, lang: Lang) -> str:
    """An article with its dates, its words where we hold the text, and whether it was verified."""
    until = (
        text("explain.until", lang, date=basis.effective_to.isoformat())
        if basis.effective_to is not None
        else ""
    )
    line = text(
        "explain.basis",
        lang,
        instrument=plain(basis.instrument),
        article=plain(basis.article),
        since=basis.effective_from.isoformat(),
        until=until,
    )
    if basis.quote:
        line += text("explain.quote", lang, quote=plain(basis.quote))
    return line if basis.basis_verified else line + text("explain.unverified", lang)


def evidence_lines(evidence: Evidence, lang: Lang) -> list[str]:
    """A record: where it stands, what was compared, how sure the match is; or a question to the committee."""
    if evidence.field == "presumption":
        code = "explain.established" if evidence.confirmed_by else "explain.question"
        by = plain(evidence.confirmed_by)
        one, other = plain(evidence.submitted), plain(evidence.matched)
        return [text(code, lang, rule=evidence.list, record=evidence.record, one=one, other=other, by=by)]
    lines = [
        text(
            "explain.evidence",
            lang,
            list=list_title(evidence.list, lang),
            record=plain(evidence.record),
            subject=plain(evidence.subject),
            status=word("status", evidence.status, lang),
            since=first_day(evidence.effect_from, lang),
            until=final_day(evidence.effect_to, lang),
        ),
        text(
            "explain.match",
            lang,
            role=word("role", evidence.role, lang),
            tier=evidence.tier.value,
            meaning=word("tier", evidence.tier.value, lang),
            field=word("field", evidence.field, lang),
            submitted=plain(evidence.submitted),
            matched=plain(evidence.matched),
        ),
    ]
    facts = [plain(part) for part in (evidence.authority, evidence.document_no, evidence.reason) if part]
    if facts:
        lines.append(
            text("explain.record", lang, facts="; ".join(facts) if lang == "en" else "；".join(facts))
        )
    for feature in evidence.features:
        lines.append(
            text(
                "explain.feature",
                lang,
                name=word("field", feature.name, lang),
                submitted=plain(feature.submitted) or "-",
                matched=plain(feature.matched) or "-",
                outcome=word("outcome", feature.outcome, lang),
            )
        )
    if evidence.similarity is not None:
        lines += similarity_lines(evidence.similarity, lang)
    source = evidence.source
    if source.file or source.url:
        lines.append(
            text(
                "explain.source",
                lang,
                file=plain(source.file or source.url),
                row=source.row or "-",
                taken=moment(source.taken_at, lang),
            )
        )
    if evidence.confirmed_by:
        lines.append(text("explain.confirmed", lang, by=plain(evidence.confirmed_by)))
    return lines


def overridden_line(finding: Finding, lang: Lang) -> str:
    """That people changed a finding, and what it was before."""
    before = "" if finding.before is None else word("effect", finding.before.value, lang)
    return text("explain.overridden", lang, before=before, id=finding.overridden_by)


def override_lines(decision: Decision, lang: Lang) -> list[str]:
    """Every override that a decision pins: of what, on which ground and documents, by whom."""
    lines = []
    for one in decision.overrides:
        who = " / ".join(filter(None, (plain(one.client_id), plain(one.other))))
        papers = ", ".join(plain(paper.number) for paper in one.documents)
        lines.append(
            text(
                "explain.override",
                lang,
                of=one.of,
                who=who,
                rule=one.code,
                ground=in_lang(GROUND_TITLES.get(one.ground), lang) or one.ground,
                before=word("effect", one.before.value, lang),
                effect=word("effect", one.effect.value, lang),
            )
        )
        lines.append("  " + text("explain.override_why", lang, reason=plain(one.reason), documents=papers))
        lines += ["  " + basis_line(basis, lang) for basis in one.legal_basis]
        lines.append(
            "  "
            + text(
                "explain.override_by",
                lang,
                proposed_by=plain(one.proposed_by),
                proposed_at=moment(one.proposed_at, lang),
                confirmed_by=plain(one.confirmed_by),
                confirmed_at=moment(one.confirmed_at, lang),
            )
        )
    return lines


def finding_lines(finding: Finding, lang: Lang) -> list[str]:
    """A reason in full."""
    effect = word("effect", finding.effect.value, lang)
    lines = [
        f"[{finding.code}] {in_lang(finding.title, lang)} → {effect}",
        "  " + in_lang(finding.detail, lang),
    ]
    if finding.overridden_by:
        lines.append("  " + overridden_line(finding, lang))
    lines += ["  " + basis_line(basis, lang) for basis in finding.legal_basis]
    for evidence in finding.evidence:
        first, *rest = evidence_lines(evidence, lang)
        lines += ["  " + first, *("    " + line for line in rest)]
    for fact in finding.facts:
        code = "explain.equal" if fact.b in ("", fact.a) else "explain.fact"
        a, b = plain(fact.a), plain(fact.b)
        lines.append("  " + text(code, lang, field=fact.field, a=a, b=b))
    if finding.path is not None:
        lines.append("  " + text("explain.path", lang, sentence=in_lang(finding.path.sentence, lang)))
    if finding.missing:
        lines.append("  " + text("explain.missing", lang, what=", ".join(finding.missing)))
    for remedy in finding.remedy:
        lines.append("  " + text("explain.remedy", lang, remedy=word("remedy", remedy, lang)))
    return lines


def open_line(point: NotAssessable, lang: Lang) -> str:
    """Something that could not be assessed, and whether it decides."""
    decides = text("explain.decides", lang) if point.decides else ""
    return text(
        "explain.open_point", lang, code=point.code, detail=in_lang(point.detail, lang), decides=decides
    )


def subject_lines(
    heading: str,
    verdict: Verdict,
    findings: Sequence[Finding],
    points: Sequence[NotAssessable],
    lang: Lang,
) -> list[str]:
    """One bidder or other subject."""
    lines = [f"{heading}: {verdict.value} {word('verdict', verdict.value, lang)}"]
    for finding in findings:
        lines += ["  " + line for line in finding_lines(finding, lang)]
    lines += ["  " + open_line(point, lang) for point in points]
    if not findings and not points:
        lines.append("  " + text("explain.nothing", lang))
    return lines


def name_of(subject: SubjectResult) -> str:
    """How a subject is called: name and code, numbers of persons already masked."""
    return " ".join(plain(part) for part in (subject.client_id, subject.name, subject.code) if part)


def explain(
    decision: Decision, lang: Lang, *, trace: bool = False, restricted: bool = False, replaced_by: str = ""
) -> str:
    """The whole decision as text.

    Args:
        decision: the decision.
        lang: language of the text.
        trace: also the candidates that were considered and not used (for audit).
        restricted: also what only some may see; that somebody asked is on record (`api.restricted`).
        replaced_by: the decision that replaced this one by an override.
    """
    if not restricted:
        decision = ordinary(decision)
    pins = decision.pins
    lines = [
        text("explain.decision", lang, id=decision.decision_id or "-"),
        text(
            "explain.verdict",
            lang,
            verdict=decision.verdict.value,
            words=word("verdict", decision.verdict.value, lang),
        ),
        text("explain.clocks", lang, as_of=moment(pins.as_of, lang), known_at=moment(pins.known_at, lang)),
    ]
    if decision.valid_until is not None:
        lines.append(text("explain.valid", lang, until=moment(decision.valid_until, lang)))
    if replaced_by:
        lines.append(text("explain.replaced", lang, id=replaced_by))
    lines += override_lines(decision, lang)
    for index, bidder in enumerate(decision.bidders):
        heading = f"{word('role', bidder.role, lang)} {name_of(bidder)}"
        points = bidder.not_assessed
        lines += [
            "",
            *subject_lines(
                heading,
                verdict_of(decision, index),
                findings_of(decision, index, restricted=restricted),
                points,
                lang,
            ),
        ]
        if trace:
            for item in bidder.trace:
                words = in_lang(item.detail, lang) or word("trace", item.why, lang)
                code = "explain.trace" if item.list else "explain.trace_name"
                lines.append("  " + text(code, lang, list=item.list, record=plain(item.record), why=words))
                if item.similarity is not None:
                    lines += ["    " + line for line in similarity_lines(item.similarity, lang)]
    for subject in decision.subjects:
        heading = f"{word('role', subject.role, lang)} {name_of(subject)}"
        lines += ["", *subject_lines(heading, subject.verdict, subject.reasons, subject.not_assessed, lang)]
    tender = decision.tender
    if tender.reasons or tender.not_assessed:
        heading = text("explain.tender", lang)
        lines += ["", *subject_lines(heading, tender.verdict, tender.reasons, tender.not_assessed, lang)]
    if decision.not_assessed:
        lines += ["", text("explain.open_heading", lang)]
        lines += ["  " + open_line(point, lang) for point in decision.not_assessed]
    lines += ["", *pin_lines(decision, lang)]
    return mask_text("\n".join(lines) + "\n")


def pin_lines(decision: Decision, lang: Lang) -> list[str]:
    """What the decision is pinned to, so that anybody can get the same answer again."""
    pins = decision.pins
    lines = [
        text("explain.pins", lang),
        f"  generation {pins.generation} · policy {pins.policy_hash[:16]} · rules {pins.rule_pack} · "
        f"algorithm {pins.algorithm}",
        f"  input {pins.input_hash[:16]} · decision {decision.decision_hash[:16]}",
        text("explain.index", lang, index=plain(pins.index), model=pins.model)
        if pins.index
        else text("explain.no_index", lang),
    ]
    for pin in pins.lists:
        stale = text("explain.stale", lang) if pin.stale else ""
        taken = moment(pin.taken_at, lang)
        lines.append(
            "  "
            + text(
                "explain.pin",
                lang,
                list=list_title(pin.code, lang),
                hash=pin.sha256[:16] or "-",
                taken=taken,
                records=pin.records,
                stale=stale,
            )
        )
    return lines
