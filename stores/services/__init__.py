"""Verbs of the lowest floor, one module per noun."""
