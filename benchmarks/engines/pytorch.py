"""PyTorch on one thread in float64; variant ``compile`` compiles loss and optimizer as PyTorch's tutorials do."""

import torch
from torch import Tensor

from benchmarks.engines import Run, formulas
from benchmarks.workloads import Chain, Options, Training

torch.set_num_threads(1)
# As a user who works in float64 does; compiled, Adam would otherwise keep its bias correction in float32.
torch.set_default_dtype(torch.float64)


def train(data: Training, variant: str) -> Run:
    """Return the usual PyTorch loop: zero_grad, loss, backward, step."""
    X, y = torch.tensor(data.X), torch.tensor(data.y)
    layers: list[torch.nn.Module] = []
    for weights, biases in data.layers:
        linear = torch.nn.Linear(*weights.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(weights.T))
            linear.bias.copy_(torch.tensor(biases[0]))
        layers += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    cross_entropy = torch.nn.CrossEntropyLoss()
    constants = {"betas": (data.beta_1, data.beta_2), "eps": data.eps}

    def loss_of(X: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(model(X), y)

    if variant == "compile":
        # A learning rate that changes must be a tensor, or each new value would be compiled again.
        rate = torch.tensor(data.learning_rate)
        optimizer = torch.optim.Adam(model.parameters(), lr=rate, **constants)
        loss_of, update = torch.compile(loss_of), torch.compile(optimizer.step)
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=data.learning_rate, fused=True, **constants)
        update = optimizer.step

    iterations = 0

    def step() -> None:
        nonlocal iterations
        learning_rate = data.learning_rate / (1 + data.decay * iterations)
        if variant == "compile":
            rate.fill_(learning_rate)
        else:
            optimizer.param_groups[0]["lr"] = learning_rate
        iterations += 1
        optimizer.zero_grad()
        loss = loss_of(X, y)
        loss.backward()
        update()

    def as_in_the_book(tensors: list[Tensor]) -> list[Tensor]:
        return [tensor.detach().T if tensor.ndim == 2 else tensor.detach() for tensor in tensors]

    def numbers() -> list[Tensor]:
        optimizer.zero_grad()
        loss = loss_of(X, y)
        loss.backward()
        return [loss.detach(), *as_in_the_book([param.grad for param in model.parameters()])]

    return Run(step, numbers, lambda: as_in_the_book(list(model.parameters())))


def chain(data: Chain, variant: str) -> Run:
    """Return value and gradient by backward."""
    x = torch.tensor(data.x, requires_grad=True)

    def fun(x: Tensor) -> Tensor:
        return formulas.chain(torch, data, x)

    if variant == "compile":
        fun = torch.compile(fun)

    def step() -> list[Tensor]:
        x.grad = None
        value = fun(x)
        value.backward()
        return [value.detach(), x.grad]

    return Run(step, step)


def blackscholes(data: Options, variant: str) -> Run:
    """Return prices and the gradient of their sum by backward."""
    K = torch.tensor(data.K)
    inputs = [torch.tensor(array, requires_grad=True) for array in (data.S, data.t, data.v)]

    def fun(S: Tensor, t: Tensor, v: Tensor) -> Tensor:
        return formulas.black_scholes(torch, torch.special.erf, S, K, t, v, data.r)

    if variant == "compile":
        fun = torch.compile(fun)

    def step() -> list[Tensor]:
        for tensor in inputs:
            tensor.grad = None
        price = fun(*inputs)
        price.sum().backward()
        return [price.detach(), *(tensor.grad for tensor in inputs)]

    return Run(step, step)
