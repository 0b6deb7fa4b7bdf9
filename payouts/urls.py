"""Addresses of payouts: the store's dashboard and the expert's console."""

from django.urls import URLPattern, URLResolver, path

from payouts.views import console, statements, store

urlpatterns: list[URLPattern | URLResolver] = [
    path("s/<slug:slug>/payouts/", store.overview, name="store_payouts"),
    path("s/<slug:slug>/payouts/runs/", store.run_list, name="store_payout_runs"),
    path("s/<slug:slug>/payouts/new/", store.new_run, name="store_payout_new"),
    path("s/<slug:slug>/payouts/bank/", store.bank, name="store_payout_bank"),
    path("s/<slug:slug>/payouts/<int:number>/", store.run_page, name="store_payout_run"),
    path("s/<slug:slug>/payouts/<int:number>/files/<slug:key>/", store.run_file, name="store_payout_file"),
    path("s/<slug:slug>/payouts/<int:number>/steps/<slug:step>/", store.run_step, name="store_payout_step"),
    path(
        "s/<slug:slug>/experts/<uuid:expert_id>/statements/<int:year>/<int:month>/",
        statements.statement,
        name="store_statement",
    ),
    path(
        "s/<slug:slug>/experts/<uuid:expert_id>/statements/<int:year>/<int:month>/csv/",
        statements.statement_file,
        name="store_statement_file",
    ),
    path("console/earnings/", console.earnings, name="console_earnings"),
    path("console/payouts-setup/", console.payout_method, name="console_payout_method"),
    path("console/statements/<int:year>/<int:month>/", statements.own_statement, name="console_statement"),
    path(
        "console/statements/<int:year>/<int:month>/csv/", statements.own_statement_file, name="console_statement_file"
    ),
]
