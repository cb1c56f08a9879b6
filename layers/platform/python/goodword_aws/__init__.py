"""Everything of Goodword that touches AWS, the network or the environment.

Python's search for cyclic garbage is made rare before anything else is loaded: the thousands of
objects that modules are made of would be searched again and again for what is not there, which is
up to a tenth of a start. Between two searches a process may hold some megabytes that are garbage.
"""

import gc

ALLOCATIONS = 50_000  # objects between two searches of the youngest; Python's own is 700
gc.set_threshold(ALLOCATIONS, 20, 100)
