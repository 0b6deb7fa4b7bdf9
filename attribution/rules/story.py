"""A decision as a short story with times: for owner and expert alike, so it names no buyer."""

from typing import Any

Json = dict[str, Any]
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
# From two days on people count in days.
DAYS_FROM = 2 * 86_400
TITLES = 3


def span(seconds: int) -> str:
    """A time as people say it: 10800 → "3 hours", 90000 → "25 hours", 604800 → "7 days"."""
    size, unit = next(
        ((size, unit) for size, unit in UNITS if seconds >= (DAYS_FROM if unit == "day" else size)), (1, "second")
    )
    count = seconds // size
    return f"{count} {unit}{'' if count == 1 else 's'}"


def miss_words(touch: Json | None, experts: Json) -> str | None:
    """What the nearest touchpoint missed credit by; None without one."""
    if touch is None:
        return None
    name = experts[touch["expert"]]["name"]
    if touch["flaw"] == "outside_window":
        return f"{name}’s last reply was {_outside(touch)}."
    if touch["flaw"] == "after_order":
        return f"{name} replied {span(touch['missed_by_seconds'])} after the order had been placed."
    return f"{name} wrote, but the shopper had not: credit needs an exchange."


def loser_words(touch: Json, winner: Json | None) -> str:
    """Why another expert's best reply did not win."""
    if touch["flaw"] == "outside_window":
        return _outside(touch)
    if touch["flaw"] == "after_order":
        return f"{span(touch['missed_by_seconds'])} after the order"
    if touch["flaw"]:
        return "the shopper had not written"
    if winner and touch["evidence"] != winner["evidence"]:
        return "tied to the order by weaker evidence"
    return "earlier than the last reply before the order"


def tell(receipt: Json, judged: list[Json], winner: Json | None, inputs: Json) -> list[Json]:
    """The steps that led to the decision, by time; the decision itself stands last and has no time of its own."""
    experts = {expert["id"]: expert for expert in inputs["experts"]}
    steps = [_reply_step(touch, experts, inputs) for touch in _told(judged, winner)]
    if winner and winner["evidence"] == "email":
        given = next(item["email_given_at"] for item in inputs["visitors"] if item["id"] == winner["visitor"])
        steps.append(_step(given, "mail", "The shopper left an e-mail address", "In the conversation."))
    placed_at = inputs["order"]["placed_at"]
    steps.append(_step(placed_at, "shopping-bag", "The order was placed", _tie(receipt, inputs)))
    steps.sort(key=lambda step: step["at"])
    return [*steps, _decision_step(receipt, winner, experts)]


def _step(at: str | None, icon: str, title: str, text: str, tone: str = "") -> Json:
    return {"at": at, "icon": icon, "title": title, "text": text, "tone": tone}


def _told(judged: list[Json], winner: Json | None) -> list[Json]:
    """The winner's touchpoint and the last tied one of every other expert: the rest would only repeat them."""
    last = {touch["expert"]: touch for touch in judged if touch["evidence"]}
    if winner:
        last[winner["expert"]] = winner
    return list(last.values())


def _reply_step(touch: Json, experts: Json, inputs: Json) -> Json:
    name = experts[touch["expert"]]["name"]
    titles = [inputs["products"].get(sku, sku) for sku in sorted(touch["skus"])]
    more = f" and {len(titles) - TITLES} more" if len(titles) > TITLES else ""
    about = f"About {', '.join(titles[:TITLES])}{more}." if titles else ""
    return _step(touch["occurred_at"], "message-circle", f"{name} answered the shopper", about)


def _tie(receipt: Json, inputs: Json) -> str:
    """How we know that the buyer is the shopper of a conversation."""
    answered = "" if receipt["reason"] != "no_reply" else ", but no expert had answered in it"
    if receipt["evidence"] == "marker":
        return f"Its cart carried the signed marker of the conversation{answered}."
    if receipt["evidence"] == "email":
        return f"Its buyer’s e-mail is the one that was left in the conversation{answered}."
    if any(visitor["email"] in inputs["order"]["buyer"] for visitor in inputs["visitors"]):
        return "Its buyer’s e-mail was left in a conversation, but only after the order."
    return f"Nothing ties it to a conversation. {inputs['marker']['note']}"


def _decision_step(receipt: Json, winner: Json | None, experts: Json) -> Json:
    if winner is None:
        return _step(None, "info", "Not credited", receipt["nearest_miss"] or "No expert had answered its buyer.")
    name = experts[winner["expert"]]["name"]
    if receipt["reason"] == "self_purchase":
        return _step(None, "info", "Not credited", f"{name} is its buyer, and own orders earn nothing.")
    title = f"Credited to {name}" if receipt["outcome"] == "credited" else f"{name} assisted"
    return _step(None, "circle-check", title, f"{_why(winner, name)} {_bought(receipt['lines'])}", "good")


def _why(winner: Json, name: str) -> str:
    before, window = span(winner["seconds_before"]), span(winner["window_days"] * 86_400)
    return f"{name}’s was the last substantive reply, {before} before the order and inside the window of {window}."


def _bought(lines: list[Json]) -> str:
    """How much of the order the conversation was about."""
    exact, total = sum(line["kind"] == "exact" for line in lines), len(lines)
    if total == 1:
        return f"The conversation was about {'its' if exact else 'another'} product."
    return f"The conversation was about {exact or 'none'} of its {total} products."


def _outside(touch: Json) -> str:
    window = span(touch["window_days"] * 86_400)
    return f"{span(touch['missed_by_seconds'])} outside the window of {window}"
