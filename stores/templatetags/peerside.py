"""What templates say in one word: money, rates, clocks, faces, icons, fields, navigation (docs/interface.md).

Loaded in every template (settings: builtins).
"""

import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.contrib.staticfiles import finders
from django.forms import BoundField, CheckboxInput, ClearableFileInput, RadioSelect
from django.templatetags.static import static
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from stores import faces, navigation
from stores.money import format_money

register = template.Library()

WEEK = timedelta(days=7)
MINUS = "\N{MINUS SIGN}"


@register.filter
def minor_money(amount_minor: int, currency: str) -> str:
    """`{{ 1230|minor_money:"EUR" }}` → "€12.30"."""
    return format_money(amount_minor, currency).replace("-", MINUS)


@register.simple_tag
def money(amount_minor: int, currency: str, signed: bool = False) -> SafeString:
    """`{% money 1230 "EUR" %}`: digits of one width, never broken over two lines; `signed=True` writes the plus too."""
    plus = "+" if signed and amount_minor > 0 else ""
    kind = " money--negative" if amount_minor < 0 else ""
    return format_html('<span class="money{}">{}{}</span>', kind, plus, minor_money(amount_minor, currency))


@register.filter
def bps(rate_bps: int) -> str:
    """`{{ 1000|bps }}` → "10 %", `{{ 1250|bps }}` → "12.5 %"."""
    return f"{rate_bps / 100:.2f}".rstrip("0").rstrip(".") + "\N{NO-BREAK SPACE}%"


@register.filter
def waiting(seconds: float) -> str:
    """A running clock: `{{ 12|waiting }}` → "0:12", 3723 → "1:02:03"."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.simple_tag
def waiting_since(moment: datetime) -> SafeString:
    """`{% waiting_since conversation.created_at %}`: the time since then, ticking in the browser."""
    seconds = (timezone.now() - moment).total_seconds()
    return format_html('<time class="number" datetime="{}" data-clock>{}</time>', moment.isoformat(), waiting(seconds))


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """`{% when order.placed_at %}`: "4 minutes ago", kept true by the browser; a date once it is a week old."""
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}" data-when>{}</time>',
        moment.isoformat(),
        dateformat.format(local, "j F Y, H:i"),
        time_words(moment, timezone.now()),
    )


def time_words(moment: datetime, now: datetime) -> str:
    """How long ago in words, as static/js/ui/times.js says it; from a week on the date."""
    past = now - moment
    if past >= WEEK or past < timedelta(0):
        return dateformat.format(timezone.localtime(moment), "j F Y" if moment.year != now.year else "j F")
    minutes = past // timedelta(minutes=1)
    if minutes < 1:
        return "just now"
    count, unit = next(
        (minutes // size, unit) for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes >= size
    )
    return f"{count} {unit}{'s' if count != 1 else ''} ago"


@register.simple_tag
def icon(name: str, label: str = "", kind: str = "") -> SafeString:
    """`{% icon "inbox" %}`: a symbol of static/img/icons.svg; with `label` a screen reader speaks it."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"static/img/icons.svg has no symbol “{name}”.")
    spoken = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon--{kind}" if kind else "",
        SafeString(spoken),
        static("img/icons.svg"),
        name,
    )


@cache
def icon_names() -> frozenset[str]:
    """The symbols that the sprite holds."""
    sprite = finders.find("img/icons.svg")
    return frozenset(re.findall(r'<symbol id="([^"]+)"', Path(str(sprite)).read_text()))


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, picture: str = "", size: str = "", is_available: bool = False) -> dict[str, Any]:
    """`{% avatar expert.name expert.picture size="l" %}`: the picture, a key of FACES or an address, else initials."""
    return {
        "source": static(f"img/faces/{picture}.svg") if picture in faces.FACES else picture,
        "is_face": picture in faces.FACES,
        "initials": faces.initials(name),
        "hue": faces.hue(name),
        "size": size,
        "is_available": is_available,
    }


@register.inclusion_tag("components/field.html")
def form_field(field: BoundField, label: str = "", help_text: str = "", css: str = "") -> dict[str, Any]:
    """`{% form_field form.email %}`: label, input, help and errors, tied together for screen readers."""
    widget = field.field.widget
    kinds = {CheckboxInput: "check", RadioSelect: "choices", ClearableFileInput: "file"}
    if css:
        widget.attrs["class"] = css
    if says_no_more(widget.attrs.get("placeholder", ""), label or field.label):
        widget.attrs.pop("placeholder", None)
    return {
        "field": field,
        "kind": next((kind for cls, kind in kinds.items() if isinstance(widget, cls)), "input"),
        "label": label or field.label,
        "help_text": help_text or field.help_text,
    }


def says_no_more(placeholder: object, label: object) -> bool:
    """Whether a placeholder only repeats the label above it: "Email address" under "Email"."""
    first, second = str(placeholder).lower(), str(label).lower()
    return first in second or second in first


@register.inclusion_tag("components/face_picker.html")
def face_picker(field: BoundField) -> dict[str, Any]:
    """`{% face_picker form.picture %}`: the portraits as radio buttons; the field takes a key of FACES."""
    options = [(key, words, static(f"img/faces/{key}.svg")) for key, words in faces.FACES.items()]
    return {"field": field, "options": options}


@register.simple_tag(takes_context=True)
def store_nav(context: dict[str, Any]) -> list[navigation.NavLink]:
    """The dashboard's entries for this member of this store."""
    request = context["request"]
    return navigation.links(navigation.STORE, path=request.path, role=request.role, slug=request.store.slug)


@register.simple_tag(takes_context=True)
def console_nav(context: dict[str, Any]) -> list[navigation.NavLink]:
    """The console's entries."""
    return navigation.links(navigation.CONSOLE, path=context["request"].path)
