"""One file per capability: its functions, what they may do, and what starts them."""
