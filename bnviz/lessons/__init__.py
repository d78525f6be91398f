"""The experiments of the lessons, one module each: a frozen configuration in, arrays and tidy frames out."""
