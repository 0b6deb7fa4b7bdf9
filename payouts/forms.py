"""What people type about money."""

from collections.abc import Callable

from django import forms

from payouts.rails.bank_file.account import clean_bic, clean_holder, clean_iban
from stores.errors import BadInput


class AccountForm(forms.Form):
    """A bank account. Its words of refusal are those of the rail."""

    holder = forms.CharField(
        label="Account holder",
        max_length=200,
        help_text="The name that the account is held in, as the bank knows it.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    iban = forms.CharField(
        label="IBAN",
        max_length=60,
        help_text="Spaces do no harm.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    bic = forms.CharField(
        label="BIC",
        max_length=20,
        required=False,
        help_text="Only for banks outside the SEPA countries.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )

    def clean_holder(self) -> str:
        return _in_words(clean_holder, self.cleaned_data["holder"])

    def clean_iban(self) -> str:
        return _in_words(clean_iban, self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return _in_words(clean_bic, self.cleaned_data["bic"])


def _in_words(clean: Callable[[str], str], text: str) -> str:
    try:
        return clean(text)
    except BadInput as refusal:
        raise forms.ValidationError(refusal.message) from None
