"""Lists are found by code, title and usual name; an unknown one stays unknown."""

from __future__ import annotations

import pytest

from graph.lists import LISTS, ListInfo, code_of
from matching.request import DecisionRequest


@pytest.mark.parametrize("info", LISTS, ids=lambda info: info.code)
def test_by_code_and_title(info: ListInfo) -> None:
    assert code_of(info.code) == code_of(info.code.lower()) == code_of(info.zh) == info.code


def test_usual_names_in_a_request() -> None:
    request = DecisionRequest.model_validate(
        {
            "tender": {"invoked_lists": ["失信被执行人", "《严重违法失信企业名单》", "ztbj", "某地黑名单"]},
            "bidders": [{"name": "临江澄远建设工程有限公司"}],
        }
    )
    assert request.tender.invoked_lists == ("SXBZXR", "YZWF", "ZTBJ", "某地黑名单")
