"""Sockets: doors that read frames, call actions, and tell what has changed in the database. Nothing is kept here."""
