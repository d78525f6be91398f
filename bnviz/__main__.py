"""`python -m bnviz train|sweep|export|script`: see docs/command_line.md, or ask with --help."""

import os
import sys

if __name__ == "__main__":
    # At these sizes several threads are slower than one. The library reads this when torch is loaded, so before.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

    from bnviz.command import main

    sys.exit(main())
