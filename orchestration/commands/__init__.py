"""The commands of `tongket`, a module for those that belong together.

What belongs here: reading arguments, calling one function of the product and showing its answer. What does not:
how anything is computed. Whatever takes long to import is imported in the function that needs it.
"""
