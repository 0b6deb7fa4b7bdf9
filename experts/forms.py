"""What people type about themselves, about their consent, and about the terms."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import dateformat, timezone

from experts.languages import LANGUAGES
from experts.models import Expert, Terms
from experts.services.experts import LONGEST_ABOUT, LONGEST_NAME, MOST_CONVERSATIONS, Profile
from experts.services.terms import MOST, Rates
from stores.faces import FACES
from stores.money import minor_digits, to_major, to_minor

BOUNDS = {
    "required": "Enter a number.",
    "min_value": "At least %(limit_value)s.",
    "max_value": "At most %(limit_value)s.",
    "max_decimal_places": "At most %(max)s digits after the point.",
}


class OneLine(forms.CharField):
    """Text without line ends: what is pasted in several lines becomes one."""

    def to_python(self, value: Any) -> Any:
        return " ".join((super().to_python(value) or "").split())


class ProfileForm(forms.Form):
    """What shoppers see of an expert."""

    display_name = OneLine(
        label="Your name, as shoppers see it",
        max_length=LONGEST_NAME,
        help_text="A first name is enough.",
        error_messages={"required": "Shoppers need a name to talk to."},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    face = forms.ChoiceField(
        label="Your portrait",
        choices=list(FACES.items()),
        error_messages={"required": "Choose one of the portraits."},
        widget=forms.RadioSelect,
    )
    about = OneLine(
        label="A few words about you",
        max_length=LONGEST_ABOUT,
        required=False,
        help_text=f"What you use, and how: up to {LONGEST_ABOUT} characters. Leave out your address and phone number.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    languages = forms.MultipleChoiceField(
        label="Languages you advise in",
        choices=list(LANGUAGES.items()),
        error_messages={"required": "Choose at least one language that you advise in."},
        widget=forms.CheckboxSelectMultiple,
    )

    def profile(self, **more: int) -> Profile:
        """What was entered; the form is valid."""
        data = self.cleaned_data
        return Profile(data["display_name"], data["face"], data["about"], tuple(data["languages"]), **more)


class OwnProfileForm(ProfileForm):
    """The same, with what shoppers do not see."""

    max_conversations = forms.IntegerField(
        label="Conversations at once",
        min_value=1,
        max_value=MOST_CONVERSATIONS,
        help_text=f"1 to {MOST_CONVERSATIONS}. With so many open you are offered no further one.",
        error_messages=BOUNDS,
    )

    @classmethod
    def of(cls, expert: Expert) -> "OwnProfileForm":
        """The form as she filled it in last."""
        fields = ("display_name", "face", "about", "languages", "max_conversations")
        return cls(initial={name: getattr(expert, name) for name in fields})


class AcceptForm(ProfileForm):
    """A profile, and the three things that she says yes to."""

    is_adult = forms.BooleanField(
        label="I am 18 or older.", error_messages={"required": "Experts have to be 18 or older."}
    )
    accepts_terms = forms.BooleanField(
        label="I have read these terms and accept them.",
        error_messages={"required": "To begin, you need to accept the terms."},
    )
    discloses_commission = forms.BooleanField(
        label="I know that every shopper is told that I earn a commission.",
        error_messages={"required": "Every shopper is told; please say that you know."},
    )


def percent_field(label: str, help_text: str, most_bps: int) -> forms.DecimalField:
    """A rate in percent with two decimals."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        min_value=0,
        max_value=most_bps // 100,
        decimal_places=2,
        max_digits=5,
        error_messages=BOUNDS,
    )


class TermsForm(forms.Form):
    """The next version of a store's terms, in percent, days and the store's currency."""

    rate_exact = percent_field(
        "Commission, product advised on (%)", "Of the price after discounts.", MOST["rate_exact_bps"]
    )
    rate_other = percent_field(
        "Commission, other products (%)", "Of what else is in the same order.", MOST["rate_other_bps"]
    )
    window_days = forms.IntegerField(
        label="Days an advice counts",
        min_value=1,
        max_value=MOST["window_days"],
        help_text="1 to 30, from advice to order.",
        error_messages=BOUNDS,
    )
    hold_days = forms.IntegerField(
        label="Days until a commission clears",
        min_value=0,
        max_value=MOST["hold_days"],
        help_text="Only while we do not know your return window, which decides otherwise.",
        error_messages=BOUNDS,
    )
    minimum_payout = forms.DecimalField()
    effective_on = forms.DateField(
        label="In force from",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Today or later. Advice given before keeps the terms of its day.",
    )

    def __init__(self, data: QueryDict | None, *, newest: Terms | None, currency: str, now: dt.datetime) -> None:
        self.newest, self.currency, self.now = newest, currency, now
        super().__init__(data, initial=self.starting_point())
        self.fields["minimum_payout"] = forms.DecimalField(
            label=f"Smallest payout ({currency})",
            help_text="Less than that waits for the next one.",
            min_value=0,
            max_digits=12,
            decimal_places=minor_digits(currency),
            error_messages=BOUNDS,
        )

    def starting_point(self) -> dict[str, Any]:
        """The newest version, from today on."""
        before = self.newest or Terms()
        return {
            "rate_exact": shortest(Decimal(before.rate_exact_bps) / 100),
            "rate_other": shortest(Decimal(before.rate_other_bps) / 100),
            "window_days": before.window_days,
            "hold_days": before.hold_days,
            "minimum_payout": to_major(before.minimum_payout_minor, self.currency),
            "effective_on": timezone.localdate(max(self.now, self.newest.effective_from if self.newest else self.now)),
        }

    def clean_effective_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["effective_on"]
        if day < timezone.localdate(self.now):
            raise forms.ValidationError("New terms cannot start in the past.")
        if self.newest and day < timezone.localdate(self.newest.effective_from):
            starts = dateformat.format(timezone.localtime(self.newest.effective_from), "j F Y")
            raise forms.ValidationError(
                f"Version {self.newest.version} starts on {starts}. Choose that day or a later one."
            )
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and self.newest and self.is_unchanged():
            raise forms.ValidationError("Nothing is different from the newest version. Change a rate or a number.")
        return data

    def is_unchanged(self) -> bool:
        return all(getattr(self.newest, name) == value for name, value in self.rates().items())

    def rates(self) -> Rates:
        """What was entered, in the units of the house; the form is valid."""
        data = self.cleaned_data
        return {
            "rate_exact_bps": int(data["rate_exact"] * 100),
            "rate_other_bps": int(data["rate_other"] * 100),
            "window_days": data["window_days"],
            "hold_days": data["hold_days"],
            "minimum_payout_minor": to_minor(data["minimum_payout"], self.currency),
        }

    def effective_from(self) -> dt.datetime:
        """The first moment of the chosen day on the store's clock, which is the current one; now, if it is today."""
        day = self.cleaned_data["effective_on"]
        return max(self.now, timezone.make_aware(dt.datetime.combine(day, dt.time.min)))


def shortest(value: Decimal) -> str:
    """(Decimal("10.00")) → "10", (Decimal("12.50")) → "12.5"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
