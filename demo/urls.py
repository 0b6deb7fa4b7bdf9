"""Addresses under /demo/; mounted by config.urls where PEERSIDE_DEMO is on."""

from django.urls import path, re_path

from demo.views import checkout, mail, office, storefront

app_name = "demo"
LETTER = r"^mailbox/(?P<key>[0-9]{20}-[0-9a-f]{8})"

urlpatterns = [
    path("", storefront.home, name="home"),
    path("category/<slug:slug>/", storefront.category, name="category"),
    path("search/", storefront.results, name="search"),
    path("products/<slug:slug>/", storefront.product, name="product"),
    path("cart/", checkout.cart, name="cart"),
    path("cart/add", checkout.add, name="cart_add"),
    path("cart/lines/<str:sku>", checkout.change, name="cart_change"),
    path("cart/discount", checkout.discount, name="cart_discount"),
    path("cart/attributes", checkout.attributes, name="cart_attributes"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", checkout.orders, name="orders"),
    path("orders/<int:number>/", checkout.order, name="order"),
    path("orders/<int:number>/thanks/", checkout.thanks, name="thanks"),
    path("office/", office.orders, name="office"),
    path("office/orders/<int:number>/", office.order, name="office_order"),
    path("office/orders/<int:number>/refund", office.refund, name="office_refund"),
    path("office/orders/<int:number>/refund-all", office.refund_all, name="office_refund_all"),
    path("office/orders/<int:number>/cancel", office.cancel, name="office_cancel"),
    path("office/webhooks/<int:pk>/", office.webhook_body, name="office_webhook"),
    path("office/webhooks/<int:pk>/send-again", office.send_again, name="office_send_again"),
    path("mailbox/", mail.letters, name="mailbox"),
    re_path(LETTER + r"/$", mail.letter, name="letter"),
    re_path(LETTER + r"\.eml$", mail.download, name="letter_download"),
]
