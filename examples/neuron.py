"""One neuron with three inputs: forward, backward, one step downhill. Its output falls from 6.0 to 5.985."""

import numpy as np

import nn
from autograd import Tensor, relu

x = np.array([1.0, -2.0, 3.0])
w = Tensor([-3.0, -1.0, 2.0], requires_grad=True)
b = Tensor(1.0, requires_grad=True)


def neuron() -> Tensor:
    """Weigh the inputs, add the bias, keep what is positive."""
    return relu(np.dot(x, w) + b)


y = neuron()
y.backward()
print("output    ", y.item())
print("gradients ", w.grad, b.grad)
nn.SGD(learning_rate=0.001).step([w, b])
print("after step", neuron().item())
