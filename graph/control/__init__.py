"""Ownership and control: two numbers that are never mixed (SPEC 3, 公司法 265, 令〔2024〕3号).

*Control* is a least fixpoint: x controls y if x, together with all that x controls, holds more than half of y's
votes. *Economic share* is what finally belongs to somebody, summed over all paths and safe for circles. Parties are
whole numbers, shares are units (`units(Decimal("50.00"))`), days are dates; nothing here reads a clock or a store.

    from decimal import Decimal
    from graph.control import Holdings, control, units

    owner, owned, share = (1, 2), (2, 3), [units(Decimal("51"))[0], units(Decimal("60"))[0]]
    found = control(Holdings.of(owner, owned, share))
    found.answer(1, 3)            # Control(owner=(1,), owned=3, answer='yes', by_sum=False, ...)
    found.proof(found.of(1)[0])   # the holdings that prove it, with the places of the input rows

Signatures (units: 100 % is `WHOLE`; `UNKNOWN` is a share that nobody stated):

    units(percent: Decimal) -> (lo, hi)
    Holdings.of(owner, owned, share_lo, share_hi=None, vote_lo=None, vote_hi=None, *, nodes=None) -> Holdings
        .excesses() -> [Excess(company, shares, votes)]      owners with more than 100.5 % together
    groups_of(pairs) -> [(party, ...)]                       IN_CONCERT pairs as groups
    control(holdings, seeds=None, *, groups=(), as_of=None, held=False) -> Controls
        Controls.of(owner), .by(company) -> [Control]; .answer(owner, company) -> Control | None
        Controls.proof(Control) -> (Step(owner, owned, share_lo, share_hi, vote_lo, vote_hi, rows), ...)
        Control: owner (tuple: several act in concert), owned, answer yes|no|possibly, by_sum, half, doubtful,
            votes_lo, votes_hi, without_self_held, basis both|votes|shares; .sure: every link more than half (B03)
    controllers_of(holdings, companies, *, groups=(), as_of=None, held=False) -> Controls
    common_controllers(controls, one, other, *, state=()) -> [Common(owner, one, other)], nearest first; .sure
    beneficial_owners(holdings, company, *, persons, in_charge=(), groups=(), as_of=None) -> [BeneficialOwner]
        BeneficialOwner: person, ground share|votes|control|in_charge, sure, share, votes
    Economics.of(holdings): .of_owner(owner) -> [Economic(owner, owned, least, most)]; .share(owner, company)
    economic(holdings, owners=None) -> iterator of Economic; reaches(holdings, Economic, units) -> (surely, possibly)

What a rule makes of an answer: `.sure` may do what the rule allows for 控股; everything else that is not a plain "no"
(`by_sum`, `half`, `possibly`, `without_self_held`, `basis` other than both, `doubtful`) is for a human: REVIEW.
"""

from __future__ import annotations

from graph.control.answers import Control, Controls, Step, control
from graph.control.economic import Economic, Economics, economic, exact_share, reaches
from graph.control.holdings import Excess, Holdings, groups_of
from graph.control.owners import (
    BeneficialOwner,
    Common,
    ancestors,
    beneficial_owners,
    common_controllers,
    controllers_of,
)
from graph.control.shares import EXCESS, PERCENT, QUARTER, UNKNOWN, WHOLE, half_is_control, units

__all__ = [
    "EXCESS", "PERCENT", "QUARTER", "UNKNOWN", "WHOLE", "BeneficialOwner", "Common", "Control", "Controls", "Economic",
    "Economics", "Excess", "Holdings", "Step", "ancestors", "beneficial_owners", "common_controllers", "control",
    "controllers_of", "economic", "exact_share", "groups_of", "half_is_control", "reaches", "units",
]  # fmt: skip
