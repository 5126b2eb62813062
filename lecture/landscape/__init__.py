"""The landscape of the loss: where training goes, how steep and how curved it is there, and what lies between.

θ is all trainable weights of a model in a row. A model is any built Keras model, or R ``replicas``: then every result
has an axis of replicas before. Nothing here draws.
"""

from lecture.landscape.between import Between, between
from lecture.landscape.edge import Edge, edge_of_stability
from lecture.landscape.estimates import Density, Trace, density, trace
from lecture.landscape.gradients import Norms, gradient, gradient_norm
from lecture.landscape.hessian import hessian, hessian_vector
from lecture.landscape.interpolation import Path, interpolate
from lecture.landscape.parameters import assign, names, vector
from lecture.landscape.plane import Plane
from lecture.landscape.projection import Projection, project
from lecture.landscape.ratio import Ratio, minimal_ratio
from lecture.landscape.recording import GradientNorm
from lecture.landscape.sensitivity import sensitivity
from lecture.landscape.sharpness import sharpness
from lecture.landscape.slices import Slice, slice_2d
from lecture.landscape.spectrum import Leading, Spectrum, spectrum
from lecture.landscape.stationary import Stationary, stationary_points
from lecture.landscape.trajectory import Trajectory
from lecture.landscape.walk import Walk, walk

__all__ = [
    "Between",
    "Density",
    "Edge",
    "GradientNorm",
    "Leading",
    "Norms",
    "Path",
    "Plane",
    "Projection",
    "Ratio",
    "Slice",
    "Spectrum",
    "Stationary",
    "Trace",
    "Trajectory",
    "Walk",
    "assign",
    "between",
    "density",
    "edge_of_stability",
    "gradient",
    "gradient_norm",
    "hessian",
    "hessian_vector",
    "interpolate",
    "minimal_ratio",
    "names",
    "project",
    "sensitivity",
    "sharpness",
    "slice_2d",
    "spectrum",
    "stationary_points",
    "trace",
    "vector",
    "walk",
]
