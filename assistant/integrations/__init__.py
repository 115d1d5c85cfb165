"""The corpus in other programs' terms."""
