"""Rails as they are documented: stateful HTTP servers for contract tests, with planned troubles."""
