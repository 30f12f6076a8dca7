"""The kinds of formats from abroad and between systems."""

from __future__ import annotations

from loaders.base import Kind
from loaders.foreign.bods import BODS_KIND
from loaders.foreign.ftm import FTM_KIND
from loaders.foreign.lists import COUNTER_KIND, DOD_KIND, WORLD_BANK_KIND
from loaders.foreign.ofac import ADD_KIND, ALT_KIND, SDN_KIND
from loaders.foreign.un import UN_KIND

FOREIGN_KINDS: tuple[Kind, ...] = (
    BODS_KIND,
    FTM_KIND,
    SDN_KIND,
    ALT_KIND,
    ADD_KIND,
    UN_KIND,
    WORLD_BANK_KIND,
    COUNTER_KIND,
    DOD_KIND,
)
