"""Pages: the expert's console, and the owner's read-along."""
