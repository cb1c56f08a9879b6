"""Who sees and does what on the staff's pages: the same sets as on the API's routes."""

from goodword_aws.calls import Role

FINANCE: frozenset[Role] = frozenset({"finance"})
MONEY: frozenset[Role] = frozenset({"finance", "admin"})  # see money and cases; finance acts
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})  # write rules, look after sources
KEEPERS: frozenset[Role] = frozenset({"admin"})
