"""The vector spaces of arrays, real and complex, under the names that HIPS autograd has for them."""

from autograd.extend.vspaces import ArrayVSpace as ArrayVSpace
from autograd.extend.vspaces import ComplexArrayVSpace as ComplexArrayVSpace
