"""What the store tells us: customers, products, orders, refunds, reviews. Our mirror, keyed by the store's own ids."""

from django.db import models
from django.db.models.functions import Lower

from stores.scope import StoreKey, TenantForeignKey, TenantModel


class Customer(TenantModel):
    """Who bought, as the store says."""

    store = StoreKey(related_name="customers")
    external_id = models.CharField(max_length=100)
    # Empty where the store's export names none.
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "external_id"], name="customer_once")]
        indexes = [models.Index("store", Lower("email"), name="customer_by_email")]

    def __str__(self) -> str:
        return self.name or f"Customer {self.external_id}"


class Product(TenantModel):
    """What is sold. Known from orders at least; a catalogue adds picture, price and page."""

    store = StoreKey(related_name="products")
    # The identifier that pages and order lines share: the SKU where the store has one.
    sku = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=100, blank=True)
    price_minor = models.BigIntegerField(null=True, blank=True)
    url = models.URLField(max_length=500, blank=True)
    image_url = models.URLField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "sku"], name="product_once")]

    def __str__(self) -> str:
        return self.title


class OrderStatus(models.TextChoices):
    """How far an order came; it only moves forward (`Order.RANK`)."""

    PENDING = "pending", "Awaiting payment"
    PAID = "paid", "Paid"
    CANCELLED = "cancelled", "Cancelled"


class OrderSource(models.TextChoices):
    """By which way we learned of an order. History (imports) is never attributed."""

    IMPORT = "import", "Import"
    WEBHOOK = "webhook", "Signed webhook"
    API = "api", "API"


class Order(TenantModel):
    """Our mirror of the platform's order, in the store's currency."""

    store = StoreKey(related_name="orders")
    external_id = models.CharField(max_length=100)
    number = models.CharField(max_length=60)
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="orders")
    # As given with the order; evidence for attribution.
    email = models.EmailField(blank=True)
    status = models.CharField(max_length=10, choices=OrderStatus.choices, default=OrderStatus.PENDING)
    # Whether any message said that it was paid, whatever came later or earlier: then it has a decision.
    was_paid = models.BooleanField(default=False)
    source = models.CharField(max_length=10, choices=OrderSource.choices)
    is_test = models.BooleanField(default=False)
    # Whether the platform's prices hold the tax; its refunds do not say so themselves.
    has_tax_in_prices = models.BooleanField(default=False)
    currency = models.CharField(max_length=3)
    # Goods after discounts, without tax and shipping: the sum of the lines.
    goods_minor = models.BigIntegerField()
    # What the customer paid altogether, for recognition by people.
    total_minor = models.BigIntegerField()
    # The signed reference to a conversation that the cart carried, as it came.
    marker = models.TextField(blank=True)
    placed_at = models.DateTimeField()
    # The platform's own clock of the last change, so that an older body never overwrites a newer one.
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    RANK: dict[str, int] = {OrderStatus.PENDING: 0, OrderStatus.PAID: 1, OrderStatus.CANCELLED: 2}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="order_once"),
            models.CheckConstraint(name="order_status_known", condition=models.Q(status__in=OrderStatus.values)),
        ]
        indexes = [
            models.Index(fields=["store", "-placed_at"], name="order_by_time"),
            models.Index(fields=["store", "customer", "placed_at"], name="order_by_customer"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(TenantModel):
    """One product of an order. `amount_minor` is the line's total after discounts, without tax."""

    store = StoreKey(related_name="order_lines")
    order = TenantForeignKey(Order, related_name="lines")
    external_id = models.CharField(max_length=100)
    product = TenantForeignKey(Product, null=True, blank=True, related_name="order_lines")
    sku = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=200)
    quantity = models.IntegerField()
    amount_minor = models.BigIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "order", "external_id"], name="order_line_once")]
        indexes = [models.Index(fields=["store", "product"], name="order_line_by_product")]
        ordering = ["position"]


class Refund(TenantModel):
    """Goods given back, in part or whole. Facts are added, never taken away."""

    store = StoreKey(related_name="refunds")
    order = TenantForeignKey(Order, related_name="refunds")
    external_id = models.CharField(max_length=100)
    refunded_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "order", "external_id"], name="refund_once")]


class RefundLine(TenantModel):
    """How much of one order line a refund took back: goods after discounts, without tax, as a positive amount."""

    store = StoreKey(related_name="refund_lines")
    refund = TenantForeignKey(Refund, related_name="lines")
    order_line = TenantForeignKey(OrderLine, related_name="refund_lines")
    quantity = models.IntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "refund", "order_line"], name="refund_line_once"),
            models.CheckConstraint(name="refund_line_not_negative", condition=models.Q(amount_minor__gte=0)),
        ]
        indexes = [models.Index(fields=["store", "order_line"], name="refund_line_by_order_line")]


class Review(TenantModel):
    """A customer's words about a product."""

    store = StoreKey(related_name="reviews")
    external_id = models.CharField(max_length=100)
    product = TenantForeignKey(Product, related_name="reviews")
    customer = TenantForeignKey(Customer, null=True, blank=True, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    helpful_votes = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="review_once"),
            models.CheckConstraint(name="review_rating_1_to_5", condition=models.Q(rating__range=(1, 5))),
        ]
        indexes = [models.Index(fields=["store", "customer"], name="review_by_customer")]
