"""Generated company names: a register, true variants of its names, hard negatives. Fictitious throughout.

`World` is the register, `variants.KINDS` and `negatives.KINDS` say what happens to names and which neighbours are
hard, `pairs` and `sampling.lists` give labelled material. Fitting uses `FIT_SEEDS`, judging `JUDGE_SEEDS`.
"""

from namelab.company import Branch, Company
from namelab.sampling import FIT_SEEDS, JUDGE_SEEDS, Pair, pairs
from namelab.world import World, companies

__all__ = ["FIT_SEEDS", "JUDGE_SEEDS", "Branch", "Company", "Pair", "World", "companies", "pairs"]
