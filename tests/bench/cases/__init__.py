"""One bench a file: its docstring is the section, `run(Bench)` gives its tables."""
