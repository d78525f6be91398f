"""`NORMS`: each normalization by its key. To add one, write its file and add its line here."""

from bnviz.norms.affine import AFFINE, NONE
from bnviz.norms.base import Norm
from bnviz.norms.batch import BATCH, STANDARDIZE
from bnviz.norms.batch_detached import BATCH_DETACHED
from bnviz.norms.batch_frozen import BATCH_FROZEN
from bnviz.norms.batch_noisy import BATCH_NOISY
from bnviz.norms.batch_renorm import BATCH_RENORM
from bnviz.norms.center import CENTER
from bnviz.norms.dynamic_tanh import DYNAMIC_TANH
from bnviz.norms.group import GROUP
from bnviz.norms.layer import LAYER
from bnviz.norms.rms import RMS
from bnviz.norms.weight import WEIGHT

NORMS: dict[str, Norm] = {
    "none": NONE,
    "affine": AFFINE,
    "standardize": STANDARDIZE,
    "center": CENTER,
    "batch": BATCH,
    "batch_detached": BATCH_DETACHED,
    "batch_frozen": BATCH_FROZEN,
    "batch_renorm": BATCH_RENORM,
    "batch_noisy": BATCH_NOISY,
    "layer": LAYER,
    "rms": RMS,
    "group": GROUP,
    "weight": WEIGHT,
    "dynamic_tanh": DYNAMIC_TANH,
}
