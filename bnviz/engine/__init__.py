"""All runs of an experiment in lock-step: networks, gradients and updates.

products, linear, parameters        the pieces of the tensor program
units                               all hidden units in one order
network, tape, losses, updates      K networks forward and backward, and their updates
evaluation                          K networks on a test set, their normalizations folded into the weights
program                             runs that are trained together, as many as fit the cache
steps                               a training to look into, state by state
batches                             data and mini-batches that all runs share
"""
