"""One file per check of a run; each is a pure function from facts to figures, or None."""
