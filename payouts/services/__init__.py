"""Verbs of the payouts floor, one module per noun."""
