"""The checkout form, with errors that say what to do."""

from django import forms

from demo.people import COUNTRIES, Buyer


def line(label: str, ask: str, *, autocomplete: str, longest: int = 100) -> forms.CharField:
    """A required line of text; `ask` is what is said when it is missing."""
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=longest, widget=widget, error_messages={"required": ask})


class CheckoutForm(forms.Form):
    """Who buys, and where it goes. No payment data: nothing is charged here."""

    name = line("Full name", "Please tell us your name.", autocomplete="name")
    email = forms.EmailField(
        label="E-mail",
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "Please give an e-mail address, so that we can send you the confirmation.",
            "invalid": "This does not look like an e-mail address. Something like you@example.com works.",
        },
    )
    address = line(
        "Street and number",
        "Please tell us the street and number.",
        autocomplete="street-address",
        longest=200,
    )
    postcode = line("Postcode", "Please give the postcode.", autocomplete="postal-code", longest=12)
    city = line("Town", "Please name the town.", autocomplete="address-level2")
    country = forms.ChoiceField(
        label="Country",
        choices=list(COUNTRIES.items()),
        initial="SI",
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"invalid_choice": "We do not deliver to this country yet."},
    )

    def buyer(self) -> Buyer:
        """The person, once the form is valid."""
        return Buyer(**self.cleaned_data)
