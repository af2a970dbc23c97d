"""Lists as files: which there are, what stands in their columns, and writing them in bounded memory."""
