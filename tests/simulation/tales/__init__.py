"""Tales: what happens seldom in a seed, told on purpose, with other figures each time.

A tale is a script: what shops tell, what people ask, how time passes, and what must come of it, to
the cent. It is played by the real handlers, as a seed is, but nothing fails in it and nobody else
acts; and it says itself what is right, so that it may be about what no story is about. Each has a
file by its subject, and its place in `told.py`.
"""
