"""A search with several processes, on one machine or more: a chief that chooses and workers that train."""
