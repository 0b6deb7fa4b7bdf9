"""Pages of payouts: the store's (store.py), the expert's (console.py), statements of both (statements.py)."""
