"""What leaves bnviz to be read and run elsewhere.

plain              the normalizations that `torch.nn` does not have, as a user of PyTorch writes them
parts              the rest of such a script, as text
script             an experiment as a script of plain PyTorch
notebook           the same as a notebook
pictures           a chart as SVG or PNG
apart              what draws them, on a server in a process of its own
panels             what stands still in an animation
gif                a recording as an animation
"""
