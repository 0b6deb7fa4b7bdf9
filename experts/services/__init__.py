"""Verbs about candidates, invitations, experts and terms, one module per noun."""
