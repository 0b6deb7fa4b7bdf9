"""What each side can ask for: one function behind a socket frame and its HTTP twin.

An action reads a clean Body, calls one service and returns the answer's JSON. Its caller has opened the store's scope.
"""
