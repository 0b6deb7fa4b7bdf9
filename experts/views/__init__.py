"""Doors of this floor: the store's pages about people, and the expert's own."""
