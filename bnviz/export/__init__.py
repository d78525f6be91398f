"""What leaves bnviz to be read and run elsewhere.

plain              the normalizations that `torch.nn` does not have, as a user of PyTorch writes them
script             an experiment as a script of plain PyTorch
"""
