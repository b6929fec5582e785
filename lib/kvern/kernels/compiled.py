"""How text kernels are compiled: cached on disk, without the interpreter lock, and without reference counts.

`_nrt=False` is what makes small functions free. With numba's run time every call that takes an array may count a
reference up and down by atomic instructions, and the optimiser does not remove them from loops with early exits:
reading code points ran at 43 MB/s with it and at 310 without (numba 0.68, Xeon at 2.3 GHz). The price: such a
function allocates nothing and returns no array. Scratch comes from Python.
"""

from numba import njit

compiled = njit(cache=True, nogil=True, _nrt=False)

# The same, always put into its caller. A tuple of arrays is passed as dozens of words, and the optimiser leaves alone
# what it finds long: encoding by unigram went from 65 to 105 MB/s with its small functions in place (numba 0.68).
inlined = njit(cache=True, nogil=True, _nrt=False, forceinline=True)
