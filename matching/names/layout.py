"""How a name that was read lies in memory: one label a character and one row of numbers a name.

The compiled functions share these arrays instead of objects; `matching.names.parse` shows them to people.
"""

from __future__ import annotations

from typing import Final

MAX_NAME: Final = 160
"""Characters of a name that are read. The longest registered names have about 80."""

# labels of characters (uint8)
OTHER: Final = 0
REGION: Final = 1
"""Administrative division, wherever it stands: in front, in (former) brackets, before the form."""
BRAND: Final = 2
"""字号."""
INDUSTRY: Final = 3
"""行业 or what the firm does."""
FORM: Final = 4
"""组织形式: 有限公司, 厂, 合作社, 事务所 …"""
GROUP: Final = 5
"""集团, 控股, 总 … that mark the head of a group and may be left out."""
NUMBER: Final = 6
"""An ordinal: 第一, 二分, 5号; in head or branch."""
BRANCH: Final = 7
"""What a branch is called, without its own place, ordinal and kind."""
BRANCH_PLACE: Final = 8
BRANCH_KIND: Final = 9
"""分公司, 营业部, 第…门市部 …: what makes it a branch."""
LABELS: Final = 10

# fields of a name (int32 each); 0 is always "none"
LENGTH: Final = 0
"""Characters read, at most MAX_NAME."""
HEAD_END: Final = 1
"""Where the branch part begins; LENGTH when there is none."""
REGION_CODE: Final = 2
"""GB/T 2260 code (6 digits) of the most specific division named in the head."""
REGION_OTHER: Final = 3
"""A second reading of an ambiguous division's name (two counties of one name), or 0."""
REGION_PLACES: Final = 4
"""How many divisions the head names (省, 市, 县)."""
REGION_INSIDE: Final = 5
"""1 when the division stands inside or before the form instead of in front."""
FORM_ID: Final = 6
"""Number of the organisation form in forms.tsv."""
FORM_CLASS: Final = 7
"""Its class: 1 company, 2 company by shares, 3 factory, 4 shop or stall, 5 cooperative, 6 public body, 7 hospital,
8 school, 9 office of professionals, 10 partnership, 11 bank or credit union, 12 association, 13 other."""
INDUSTRY_CLASS: Final = 8
"""Number of the meaning of the last industry word in industries.tsv (synonyms share it)."""
INDUSTRY_FIRST: Final = 9
"""The same of the first industry word."""
GROUP_MARK: Final = 10
"""1 for 集团 or 控股, 2 for 总 (总公司, 总厂)."""
NUMBERS: Final = 11
"""A hash of the ordinals of the head, in order; 第3 and 第三 agree."""
BRANCH_NUMBERS: Final = 12
"""The same of the branch part."""
BRANCH_KIND_ID: Final = 13
"""Number of the branch kind in branches.tsv; 0 for a head office."""
BRANCH_REGION: Final = 14
"""GB/T 2260 code of a division named in the branch part."""
SCRIPT: Final = 15
"""1 Chinese, 2 Latin, 3 both, 0 neither."""
BRAND_LENGTH: Final = 16
INDUSTRY_LENGTH: Final = 17
LOST: Final = 18
"""Characters that a file lost (`?`)."""
KIND: Final = 19
"""1 company, 2 individual business (个体工商户), 3 cooperative, 4 public body, 5 hospital, 6 school, 7 other."""
FIELDS: Final = 20
