"""The permission table: every URL name, its methods, and which door it stands behind.

Doors, and whom they let in:
  see, act, money   members of the store in the address: owner all, manager see and act, analyst see
  expert            experts of a store
  visitor           the visitor token of the store in the address
  api               the API key of a store
  signed            a signature over the body
  secret            the token in the address; anything else is not there
  person            anybody who is signed in
  public            everybody
"""

from dataclasses import dataclass

ROLES = ("owner", "manager", "analyst", "erik", "nora", "omar", "visitor", "nobody")
MEMBERS = {"owner", "manager", "analyst"}
LETS_IN = {
    "see": MEMBERS,
    "act": {"owner", "manager"},
    "money": {"owner"},
    "expert": {"erik", "nora"},
    "visitor": {"visitor"},
    "api": set(),
    "signed": set(),
    "secret": set(),
    "person": {*MEMBERS, "erik", "nora", "omar"},
    "public": set(ROLES),
}


@dataclass(frozen=True)
class Row:
    """What stands behind one URL name.

    `hers` names the roles that may see the object at hand, where a door alone does not tell (an expert's own
    conversation); the other experts find nothing.
    """

    door: str
    methods: tuple[str, ...] = ("GET",)
    hers: frozenset[str] | None = None


def expected(row: Row, role: str) -> str:
    """What `role` meets at an address of its own store: in, forbidden, missing, or out (has to sign in first)."""
    if role in LETS_IN[row.door]:
        return "in" if row.hers is None or role in row.hers else "missing"
    if row.door == "secret":
        return "missing"
    if row.door in ("visitor", "api", "signed") or role in ("visitor", "nobody"):
        return "out"
    if row.door in ("see", "act", "money") and role in MEMBERS:
        return "forbidden"
    return "missing"


GET, POST, BOTH = ("GET",), ("POST",), ("GET", "POST")
ERIKS = frozenset({"erik"})

TABLE: dict[str, Row] = {
    "home": Row("public"),
    "home_after_sign_in": Row("person"),
    "healthz": Row("public"),
    "readyz": Row("public"),
    "webhook": Row("signed", POST),
    "api_orders": Row("api", POST),
    "api_refunds": Row("api", POST),
    "api_schema": Row("public"),
    # The store's dashboard
    "store_overview": Row("see"),
    "store_conversations": Row("see"),
    "store_conversation": Row("see"),
    "store_orders": Row("see"),
    "store_order": Row("see"),
    "store_deliveries": Row("see"),
    "store_payouts": Row("see"),
    "store_payout_runs": Row("see"),
    "store_payout_run": Row("see"),
    "store_payout_new": Row("money", BOTH),
    "store_payout_bank": Row("money", BOTH),
    "store_payout_file": Row("money"),
    "store_payout_step": Row("money", POST),
    "store_statement": Row("money"),
    "store_statement_file": Row("money"),
    "store_imports": Row("see"),
    "store_import_upload": Row("act", POST),
    "store_import": Row("see"),
    "store_import_start": Row("act", POST),
    "store_import_cancel": Row("act", POST),
    "store_import_refused": Row("see"),
    "store_settings": Row("act"),
    "store_settings_origins": Row("act", POST),
    "store_settings_webhook": Row("money", POST),
    "store_settings_keys": Row("money", POST),
    "store_settings_key_revoke": Row("money", POST),
    "store_candidates": Row("see"),
    "store_candidates_rank": Row("act", POST),
    "store_candidate_exclude": Row("act", POST),
    "store_candidate_include": Row("act", POST),
    "store_candidate_invite": Row("act", POST),
    "store_experts": Row("see"),
    "store_expert": Row("see"),
    "store_expert_pause": Row("act", POST),
    "store_expert_resume": Row("act", POST),
    "store_invitation_withdraw": Row("act", POST),
    "store_invitation_again": Row("act", POST),
    "store_terms": Row("see"),
    "store_terms_publish": Row("money", POST),
    # The expert's console
    "console_profile": Row("expert", BOTH),
    "console_inbox": Row("expert"),
    "console_earnings": Row("expert"),
    "console_order": Row("expert", GET, ERIKS),
    "console_payout_method": Row("expert", BOTH),
    "console_statement": Row("expert"),
    "console_statement_file": Row("expert"),
    "console_ticket": Row("expert", POST),
    "console_inbox_data": Row("expert"),
    "console_availability": Row("expert", POST),
    "console_conversation": Row("expert", GET, ERIKS),
    "console_events": Row("expert", GET, ERIKS),
    "console_messages": Row("expert", POST, ERIKS),
    "console_read": Row("expert", POST, ERIKS),
    "console_claim": Row("expert", POST),
    "console_decline": Row("expert", POST),
    "console_close": Row("expert", POST, ERIKS),
    # The widget
    "widget_loader": Row("public"),
    "widget_frame": Row("public"),
    "widget_asset": Row("public"),
    "widget_visitors": Row("public", POST),
    "widget_conversation": Row("visitor", BOTH),
    "widget_events": Row("visitor"),
    "widget_messages": Row("visitor", POST),
    "widget_page": Row("visitor", POST),
    "widget_contact": Row("visitor", POST),
    "widget_read": Row("visitor", POST),
    # What the holder of a secret link may see, and nobody without it
    "invitation": Row("secret", BOTH),
    # The demo alone
    "demo_sign_in": Row("public", GET),
    # Last, for whoever is let in is no expert afterwards
    "console_leave": Row("expert", POST),
}

# Whole families that are somebody else's: their own library's tests, or a shop of its own (decision 1).
NOT_OURS = ("account_", "mfa_", "demo:")
