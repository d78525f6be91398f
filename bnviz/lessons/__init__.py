"""The experiments of the lessons: one module each, from a frozen configuration to a tidy frame.

Nothing here draws, and torch is imported inside the functions that compute, so that a page can name an experiment
without loading it.
"""
