"""Every field of OCDS 1.1 by its path: used as what, left out by name, or unknown.

A path is written without the places in lists (`bids/details/tenderers/id`). Fields of extensions that say who bid,
at what price and for which lot are used; texts, documents and milestones of the standard are left out by name.
"""

from __future__ import annotations

from typing import Any

_ORG = ("id", "name")
_MONEY = ("amount", "currency")
_ITEM = {
    "id": "item",
    "description": "item",
    "quantity": "item",
    "unit/name": "item",
    "unit/value/amount": "item",
    "unit/value/currency": "item",
    "classification/scheme": "item_class",
    "classification/id": "item_class",
}
_ACTOR = {
    "id": "party",
    "name": "party",
    "roles": "party_role",
    "identifier/scheme": "party_code",
    "identifier/id": "party_code",
    "identifier/legalName": "party_name",
    "additionalIdentifiers/scheme": "party_code",
    "additionalIdentifiers/id": "party_code",
    "address/streetAddress": "party_address",
    "address/locality": "party_address",
    "address/region": "party_address",
    "address/postalCode": "party_address",
    "address/countryName": "party_address",
    "address/country": "party_address",
    "contactPoint/name": "party_contact",
    "contactPoint/email": "party_email",
    "contactPoint/telephone": "party_phone",
}


def _under(prefix: str, fields: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}/{path}": field for path, field in fields.items()}


def _each(prefix: str, names: tuple[str, ...], field: str) -> dict[str, str]:
    return {f"{prefix}/{name}": field for name in names}


REFERENCES = {
    "buyer": "buyer",
    "tender/procuringEntity": "procuring_entity",
    "tender/tenderers": "tenderer",
    "bids/details/tenderers": "tenderer",
    "awards/suppliers": "supplier",
    "contracts/suppliers": "supplier",
    "contracts/subcontractors": "subcontractor",
}
"""Where organisations are referred to; releases of OCDS 1.0 describe them there."""

MAPPED: dict[str, str] = {
    "ocid": "process",
    "id": "release",
    "date": "date",
    "language": "language",
    "tag": "tag",
    "tender/id": "tender",
    "tender/title": "title",
    "tender/status": "status",
    "tender/procurementMethod": "method",
    "tender/procurementMethodDetails": "method_details",
    "tender/mainProcurementCategory": "category",
    "tender/awardCriteria": "criteria",
    "tender/tenderPeriod/startDate": "start",
    "tender/tenderPeriod/endDate": "deadline",
    "tender/numberOfTenderers": "tenderer_count",
    **_each("tender/value", _MONEY, "value"),
    **_each("tender/minValue", _MONEY, "min_value"),
    **_under("tender/items", _ITEM),
    "tender/lots/id": "lot",
    "tender/lots/title": "lot",
    "tender/lots/status": "lot",
    **_each("tender/lots/value", _MONEY, "lot_value"),
    "bids/details/id": "bid",
    "bids/details/status": "bid_status",
    "bids/details/date": "bid_date",
    "bids/details/rank": "bid_rank",
    "bids/details/relatedLots": "bid_lot",
    **_each("bids/details/value", _MONEY, "bid_price"),
    "awards/id": "award",
    "awards/status": "award_status",
    "awards/date": "award_date",
    "awards/relatedLots": "award_lot",
    "awards/relatedBid": "award_bid",
    **_each("awards/value", _MONEY, "award_price"),
    **_under("awards/items", _ITEM),
    "contracts/id": "contract",
    "contracts/awardID": "contract_award",
    "contracts/title": "contract",
    "contracts/status": "contract_status",
    "contracts/dateSigned": "contract_signed",
    "contracts/period/startDate": "contract_start",
    "contracts/period/endDate": "contract_end",
    "contracts/relatedLots": "contract_lot",
    **_each("contracts/value", _MONEY, "contract_price"),
    **_under("contracts/items", _ITEM),
    **_under("parties", _ACTOR),
    **{path: field for where, field in REFERENCES.items() for path in (f"{where}/id", f"{where}/name")},
    **{
        path: field
        for where in REFERENCES
        for path, field in _under(where, {k: v for k, v in _ACTOR.items() if k not in _ORG}).items()
        if path != f"{where}/roles"
    },
}

_TEXTS = ("description", "documents", "milestones", "amendment", "amendments", "datePublished")
_ENDS = (
    "finalStatus",
    "finalStatusDate",
    "finalStatusDetails",
    "estimatedValue",
    "maximumValue",
    "identifiers",
)
_ITEM_MORE = (
    "classification/description", "classification/uri", "additionalClassifications", "deliveryAddresses",
    "deliveryLocations", "deliveryLocation", "immediateContainer", "unit/id", "unit/scheme", "unit/uri", "relatedLot",
)  # fmt: skip
_ACTOR_MORE = (
    "identifier/uri", "additionalIdentifiers/legalName", "additionalIdentifiers/uri", "address/description",
    "contactPoint/faxNumber", "contactPoint/url", "details",
)  # fmt: skip
IGNORED: tuple[str, ...] = (
    "initiationType", "planning", "publisher", "links", "relatedProcesses", "sources", "title", "description",
    "tender/additionalProcurementCategories", "tender/awardCriteriaDetails", "tender/awardPeriod",
    "tender/contractPeriod",
    "tender/deliveryAddresses", "tender/deliveryLocations", "tender/eligibilityCriteria", "tender/enquiryPeriod",
    "tender/exclusionGrounds", "tender/expressionOfInterestDeadline", "tender/hasEnquiries", "tender/selectionCriteria",
    "tender/procurementMethodRationale", "tender/standstillPeriod", "tender/submissionMethod", "tender/submissionTerms",
    "tender/submissionMethodDetails", "tender/tenderPeriod/durationInDays", "tender/tenderPeriod/maxExtentDate",
    "tender/mainProcurementCategoryDetails", "tender/statusDetails", "tender/lots/description", "tender/lotGroups",
    "bids/statistics", "bids/details/documents", "bids/details/items", "bids/details/requirementResponses",
    "awards/title", "awards/contractPeriod", "awards/statusDetails", "contracts/statusDetails",
    "contracts/implementation", "contracts/relatedProcesses", "contracts/period/durationInDays",
    "contracts/period/maxExtentDate",
    *(f"{part}/{name}" for part in ("tender", "awards", "contracts") for name in (*_TEXTS, *_ENDS)),
    *(f"{part}/items/{name}" for part in ("tender", "awards", "contracts") for name in _ITEM_MORE),
    *(f"{where}/{name}" for where in ("parties", *REFERENCES) for name in _ACTOR_MORE),
    *(
        f"{where}/{gross}"
        for where in (
            "tender/value", "tender/minValue", "bids/details/value", "awards/value", "contracts/value",
            "tender/items/unit/value", "awards/items/unit/value", "contracts/items/unit/value",
        )
        for gross in ("amountGross", "amountNet")
    ),
)  # fmt: skip
"""Left out by name, with everything below."""

_IGNORED = frozenset(IGNORED)
MAX_DEPTH = 12


def collect(value: Any, into: set[str], path: str = "", depth: int = 0) -> None:
    """Add the paths of a document: leaves as they are, everything below a path of `IGNORED` as that path."""
    if path in _IGNORED or depth > MAX_DEPTH:
        into.add(path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            collect(inner, into, f"{path}/{key}" if path else str(key), depth + 1)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, (dict, list)):
                collect(inner, into, path, depth + 1)
            else:
                into.add(path)
    elif path:
        into.add(path)
