"""What batch norm computes: one unit of a mini-batch, forward and back."""
