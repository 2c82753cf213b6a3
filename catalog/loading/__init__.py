"""Reading catalog files, and the cache of what was compiled from them."""
