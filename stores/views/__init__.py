"""Doors of the store's own pages."""
