"""The same by PyTorch."""

import itertools
import sys
import time

import torch
from data import images, spiral
from report import finished
from torch import nn

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def network(sizes):
    """Make the network."""
    layers = []
    for n_inputs, n_neurons in itertools.pairwise(sizes):
        layers += [nn.Linear(n_inputs, n_neurons), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def step(model, loss_of, optimizer, X, y):
    """Make a step, and return loss and accuracy."""
    optimizer.zero_grad()
    outputs = model(X)
    loss = loss_of(outputs, y)
    loss.backward()
    optimizer.step()
    return loss.detach(), (outputs.argmax(1) == y).double().mean()


def chapter10(epochs):
    """Train the spiral."""
    X, y = map(torch.from_numpy, spiral())
    model, loss_of = network((2, 64, 3)), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05, eps=1e-7, fused=True)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = 0.05 / (1 + 5e-7 * epoch)
        loss, accuracy = step(model, loss_of, optimizer, X, y)
        if not epoch % 100:
            rate = optimizer.param_groups[0]["lr"]
            print(f"epoch: {epoch}, acc: {accuracy:.3f}, loss: {loss:.3f}, lr: {rate}")
    finished(loss, accuracy)


def mnist(epochs):
    """Train on the images."""
    X, y = map(torch.from_numpy, images())
    model, loss_of = network((784, 128, 128, 10)), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), eps=1e-7, fused=True)
    seconds, steps = [], 0
    for _ in range(epochs):
        start = time.perf_counter()
        order = torch.randperm(len(X))
        total = torch.zeros(2)
        for at in order.split(128):
            optimizer.param_groups[0]["lr"] = 0.001 / (1 + 1e-3 * steps)
            steps += 1
            loss, accuracy = step(model, loss_of, optimizer, X[at], y[at])
            total += len(at) * torch.stack([loss, accuracy])
        loss, accuracy = (total / len(X)).tolist()
        seconds.append(time.perf_counter() - start)
    finished(loss, accuracy, seconds)


{"chapter10": chapter10, "mnist": mnist}[sys.argv[1]](int(sys.argv[2]))
