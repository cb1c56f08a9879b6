"""Trust: checks that explain themselves, the review queue, disputes and bans."""
