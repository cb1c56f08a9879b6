"""What messages leave by besides mail: one adapter each, behind `goodword.messages`."""
