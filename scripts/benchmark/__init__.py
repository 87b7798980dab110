"""The benchmark of scale: the steps of the warehouse, and its token path beside others."""
