"""What customers let us notice, what it says of their delight, and what they may be asked."""
