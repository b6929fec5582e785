"""How text kernels are compiled: kept on disk (`compile_cache`), without the interpreter lock or reference counts.

`_nrt=False` is what makes small functions free. With numba's run time every call that takes an array may count a
reference up and down by atomic instructions, and the optimiser does not remove them from loops with early exits:
reading code points ran at 43 MB/s with it and at 310 without (numba 0.68, Xeon at 2.3 GHz). The price: such a
function allocates nothing and returns no array. Scratch comes from Python.
"""

from numba import config, njit

# numba reads this list when a function is declared; what follows are its own places, for other packages' functions.
_ELSEWHERE = "UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator,IPythonCacheLocator,ZipCacheLocator"
config.CACHE_LOCATOR_CLASSES = f"kvern.kernels.compile_cache.Place,{config.CACHE_LOCATOR_CLASSES or _ELSEWHERE}"

compiled = njit(cache=True, nogil=True, _nrt=False)

# The same, always put into its caller. A tuple of arrays is passed as dozens of words, and the optimiser leaves alone
# what it finds long: encoding by unigram went from 65 to 105 MB/s with its small functions in place (numba 0.68).
inlined = njit(cache=True, nogil=True, _nrt=False, forceinline=True)
