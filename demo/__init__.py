"""The generator of the demo world: registry, figures and workbooks under a fixed seed."""
