"""The benchmark of scale: every step of the warehouse, and its token path beside hand-written ones."""
