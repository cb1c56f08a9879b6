"""The pages of staff: one module per page for what it shows, `…_pages` for what it does.

Who may see a page is said where it is registered, by the same roles as on the API; what it does,
it does by the same use cases. Staff reads codes of people, never their names, unless a look-up is
asked for and written down.
"""

from goodword_aws.calls import Role

FINANCE: frozenset[Role] = frozenset({"finance"})
MONEY: frozenset[Role] = frozenset({"finance", "admin"})  # see money and cases; finance acts
WRITERS: frozenset[Role] = frozenset({"marketer", "admin"})  # write rules, look after sources
KEEPERS: frozenset[Role] = frozenset({"admin"})
