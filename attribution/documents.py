"""The documents of `/api/v1/` for its OpenAPI schema. They are read by `stores.platforms.generic`."""

from rest_framework import serializers

AMOUNT = r"^\d+(\.\d+)?$"


class CustomerPart(serializers.Serializer):
    id = serializers.CharField(max_length=100)
    email = serializers.EmailField(required=False)
    name = serializers.CharField(max_length=120, required=False)


class LinePart(serializers.Serializer):
    id = serializers.CharField(max_length=100)
    sku = serializers.CharField(max_length=100, required=False, help_text="As your product pages name it.")
    title = serializers.CharField(max_length=200, required=False)
    quantity = serializers.IntegerField(min_value=0)
    amount = serializers.RegexField(AMOUNT, help_text="The line's total after discounts, without tax.")


class OrderDocument(serializers.Serializer):
    id = serializers.CharField(max_length=100, help_text="Your own id of the order.")
    number = serializers.CharField(max_length=60, required=False, help_text="As people see it.")
    status = serializers.ChoiceField(["pending", "paid", "cancelled"])
    currency = serializers.CharField(help_text="ISO 4217; the store's own.")
    total = serializers.RegexField(AMOUNT, help_text="What the customer paid altogether.")
    placed_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(required=False, help_text="When this document became true.")
    is_test = serializers.BooleanField(required=False)
    email = serializers.EmailField(required=False)
    marker = serializers.CharField(required=False, help_text="The cart's “peerside” attribute, as it came.")
    customer = CustomerPart(required=False)
    lines = LinePart(many=True)


class RefundLinePart(serializers.Serializer):
    line_id = serializers.CharField(max_length=100)
    quantity = serializers.IntegerField(min_value=0)
    amount = serializers.RegexField(AMOUNT, help_text="Goods given back, after discounts and without tax.")


class RefundDocument(serializers.Serializer):
    id = serializers.CharField(max_length=100)
    order_id = serializers.CharField(max_length=100)
    currency = serializers.CharField(help_text="ISO 4217; the store's own.")
    refunded_at = serializers.DateTimeField()
    lines = RefundLinePart(many=True)


class Kept(serializers.Serializer):
    delivery = serializers.UUIDField(help_text="Where it is listed under Orders → Deliveries.")


class Problem(serializers.Serializer):
    """RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
