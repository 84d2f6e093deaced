"""From a file's bytes to cells, and from cells to the rows of forms."""
