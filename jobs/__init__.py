"""The commands, one small file each; nothing but Click lives here."""

import gc
import os

# NOTE: with its usual threshold, Python looks for garbage some hundred times while modules are loaded, in which there is none.
gc.set_threshold(50_000)
# NOTE: Polars' allocator reads this once, as Polars is loaded. It keeps the memory that pieces of a file leave for the next ones, in few pools,
# since giving it back and taking it again costs a load a twentieth of its time.
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:2,dirty_decay_ms:-1,muzzy_decay_ms:-1")
