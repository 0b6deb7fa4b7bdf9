"""The screen on which a member says which column is what."""

from collections.abc import Mapping, Sequence

from django import forms

from stores.imports.fields import BY_KEY, FIELDS
from stores.imports.plan import DATE_ORDERS, DECIMALS, Choices, complaints
from stores.imports.values import short

ABSENT = [("", "Not in the file")]
# What every import needs comes first; the rest is folded away until it is wanted.
NEEDED = ("order", "placed_at", "customer", "title", "sku", "email", "quantity", "unit_price", "line_total")
OPTIONAL = tuple(field.key for field in FIELDS if field.key not in NEEDED)
WRITING = ("date_order", "decimal", "no_products")


class ColumnsForm(forms.Form):
    """Our fields, each with a choice of the file's columns, and how values are written.

    `choices` is what was chosen, and may have complaints, which stand as the fields' errors.
    """

    date_order = forms.ChoiceField(label="Dates", required=False, choices=[("", "Please choose"), *DATE_ORDERS.items()])
    decimal = forms.ChoiceField(label="Amounts", required=False, choices=list(DECIMALS.items()))
    no_products = forms.CharField(
        label="Codes that are no products",
        required=False,
        max_length=1000,
        help_text="Postage, fees, discounts and the like, divided by commas. Rows with these codes are left out.",
    )

    def __init__(self, data: Mapping[str, str], *, columns: Sequence[str], example: Sequence[str]) -> None:
        super().__init__(data)
        values = [*example, *[""] * len(columns)]
        named = [(name, _with_example(name, value)) for name, value in zip(columns, values, strict=False)]
        for field in FIELDS:
            self.fields[field.key] = forms.ChoiceField(
                label=field.label, help_text=field.help_text, required=False, choices=ABSENT + named
            )

    @property
    def choices(self) -> Choices:
        """What was chosen; nothing where a value is none of the options."""
        given = self.cleaned_data
        codes = [code.strip() for code in given.get("no_products", "").split(",")]
        return Choices(
            columns={field.key: given[field.key] for field in FIELDS if given.get(field.key)},
            date_order=given.get("date_order", ""),
            decimal=given.get("decimal", ""),
            no_products=tuple(dict.fromkeys(code for code in codes if code)),
        )

    def clean(self) -> None:
        for key, sentence in complaints(self.choices).items():
            self.add_error(key, sentence)

    def needed(self) -> list[forms.BoundField]:
        return [self[key] for key in NEEDED]

    def optional(self) -> list[forms.BoundField]:
        return [self[key] for key in OPTIONAL]

    def writing(self) -> list[forms.BoundField]:
        return [self[key] for key in WRITING]


def as_data(choices: Choices) -> dict[str, str]:
    """Choices as the form would have sent them."""
    return {
        **choices.columns,
        "date_order": choices.date_order,
        "decimal": choices.decimal,
        "no_products": ", ".join(choices.no_products),
    }


def is_answer(data: Mapping[str, str]) -> bool:
    """Whether a query comes from the form."""
    return any(key in data for key in BY_KEY)


def _with_example(name: str, value: str) -> str:
    return f"{name} · {short(value, 24)}" if value.strip() else name
