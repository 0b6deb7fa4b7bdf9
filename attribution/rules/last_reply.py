"""Rule `last_substantive_reply`, version 1: the last expert who told the buyer something before the order earns it.

A touchpoint qualifies if it belongs to a visitor who is tied to the order, lies before the order and within the
window of the terms then in force, and the exchange was two-sided. Evidence that ties a visitor, strongest first: the
signed marker in the cart; an e-mail given in the conversation, before the order, that is the buyer's. The strongest
evidence with a qualifying touchpoint decides, and there the last touchpoint wins. If its expert is the buyer, nobody
earns the order. A line is *exact* if a qualifying touchpoint of the winner was about its SKU; with at least one exact
line the order is credited, else assisted.

`decide` is pure and works on the JSON that `attribution.services.inputs` gathers; how its lists are sorted does not
matter. The shapes are in docs/attribution.md.
"""

import datetime as dt
from typing import Any

from attribution.rules import story
from attribution.rules.canonical import moment

RULE = "last_substantive_reply"
RULE_VERSION = "1"
EVIDENCE = ("marker", "email")

Json = dict[str, Any]


def decide(inputs: Json) -> Json:
    """The receipt: who is credited, by which evidence, for which lines, who lost and why, and the story in words."""
    judged = sorted((_judge(touch, inputs) for touch in inputs["touchpoints"]), key=_by_time)
    winner = _winner(judged)
    experts = {expert["id"]: expert for expert in inputs["experts"]}
    is_own = winner is not None and _is_buyer(experts[winner["expert"]], inputs["order"])
    earner = None if is_own else winner
    skus = _skus(judged, earner)
    lines = [_line(line, skus) for line in sorted(inputs["order"]["lines"], key=lambda line: line["id"])]
    receipt = {
        "rule": RULE,
        "rule_version": RULE_VERSION,
        "outcome": _outcome(earner, lines),
        "reason": "self_purchase" if is_own else "last_reply" if earner else _why_not(judged, inputs),
        "evidence": _tie(winner or _nearest(judged), inputs),
        "expert": earner["expert"] if earner else None,
        "visitor": earner["visitor"] if earner else None,
        "conversation": earner["conversation"] if earner else None,
        "touchpoint": earner["id"] if earner else None,
        "terms": earner["terms"] if earner else None,
        "skus": skus,
        "lines": lines if earner else [],
        "losers": _losers(judged, winner, experts),
    }
    receipt["nearest_miss"] = None if winner else story.miss_words(_nearest(judged), experts)
    receipt["story"] = story.tell(receipt, judged, winner, inputs)
    return receipt


def _by_time(touch: Json) -> tuple[str, str]:
    return touch["occurred_at"], touch["id"]


def _judge(touch: Json, inputs: Json) -> Json:
    """The touchpoint with the evidence that ties it, its distance from the order, and what speaks against it."""
    window_days = next(terms["window_days"] for terms in inputs["terms"] if terms["id"] == touch["terms"])
    before = moment(inputs["order"]["placed_at"]) - moment(touch["occurred_at"])
    flaw, missed_by = None, dt.timedelta()
    if before <= dt.timedelta():
        flaw, missed_by = "after_order", -before
    elif before > dt.timedelta(days=window_days):
        flaw, missed_by = "outside_window", before - dt.timedelta(days=window_days)
    elif not touch["is_two_sided"]:
        flaw = "one_sided"
    return {
        **touch,
        "evidence": _evidence(touch["visitor"], inputs),
        "window_days": window_days,
        "seconds_before": before // dt.timedelta(seconds=1),
        "missed_by_seconds": missed_by // dt.timedelta(seconds=1),
        "flaw": flaw,
    }


def _evidence(visitor_id: str, inputs: Json) -> str | None:
    """The strongest that ties a visitor to the order."""
    if inputs["marker"]["visitor"] == visitor_id:
        return "marker"
    order = inputs["order"]
    for visitor in inputs["visitors"]:
        is_told = visitor["email_given_at"] < order["placed_at"]
        if visitor["id"] == visitor_id and is_told and visitor["email"] in order["buyer"]:
            return "email"
    return None


def _winner(judged: list[Json]) -> Json | None:
    for evidence in EVIDENCE:
        qualifying = [touch for touch in judged if touch["evidence"] == evidence and not touch["flaw"]]
        if qualifying:
            return qualifying[-1]
    return None


def _is_buyer(expert: Json, order: Json) -> bool:
    return expert["is_customer"] or bool(set(expert["emails"]) & set(order["buyer"]))


def _skus(judged: list[Json], winner: Json | None) -> list[str]:
    """What the winner's qualifying touchpoints were about."""
    if winner is None:
        return []
    hers = [
        touch for touch in judged if touch["expert"] == winner["expert"] and touch["evidence"] and not touch["flaw"]
    ]
    return sorted({sku for touch in hers for sku in touch["skus"]})


def _line(line: Json, skus: list[str]) -> Json:
    kind = "exact" if line["sku"] and line["sku"] in skus else "other"
    return {"id": line["id"], "sku": line["sku"], "title": line["title"], "kind": kind}


def _outcome(earner: Json | None, lines: list[Json]) -> str:
    if earner is None:
        return "uncredited"
    return "credited" if any(line["kind"] == "exact" for line in lines) else "assisted"


def _losers(judged: list[Json], winner: Json | None, experts: Json) -> list[Json]:
    """The other experts who spoke with the buyer, each with the best touchpoint and why it did not win."""
    best: dict[str, Json] = {}
    for touch in judged:
        if touch["evidence"] and (winner is None or touch["expert"] != winner["expert"]):
            best[touch["expert"]] = max(best.get(touch["expert"], touch), touch, key=_rank)
    return [
        {
            "expert": touch["expert"],
            "name": experts[touch["expert"]]["name"],
            "conversation": touch["conversation"],
            "occurred_at": touch["occurred_at"],
            "reason": _why_lost(touch, winner),
            "words": story.loser_words(touch, winner),
        }
        for _, touch in sorted(best.items())
    ]


def _rank(touch: Json) -> tuple[bool, int, str, str]:
    """How near a touchpoint came to winning."""
    return touch["flaw"] is None, -touch["missed_by_seconds"], touch["occurred_at"], touch["id"]


def _why_lost(touch: Json, winner: Json | None) -> str:
    if touch["flaw"]:
        return str(touch["flaw"])
    return "earlier" if winner and touch["evidence"] == winner["evidence"] else "weaker_evidence"


def _nearest(judged: list[Json]) -> Json | None:
    """The tied touchpoint that came nearest to counting; none if none is tied."""
    return max((touch for touch in judged if touch["evidence"]), key=_rank, default=None)


def _tie(touch: Json | None, inputs: Json) -> str:
    """The evidence that ties the order to this touchpoint, or to any visitor at all; "none" without."""
    if touch:
        return str(touch["evidence"])
    if inputs["marker"]["visitor"]:
        return "marker"
    return "email" if any(_evidence(visitor["id"], inputs) for visitor in inputs["visitors"]) else "none"


def _why_not(judged: list[Json], inputs: Json) -> str:
    if nearest := _nearest(judged):
        return str(nearest["flaw"])
    return "no_evidence" if _tie(None, inputs) == "none" else "no_reply"
