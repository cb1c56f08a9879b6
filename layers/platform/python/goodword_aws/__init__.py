"""Everything of Goodword that touches AWS, the network or the environment."""
