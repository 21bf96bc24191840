"""PyTorch: torch.nn one trial at a time, torch.func's stacked modules for stacks. Eager, with the fused optimizers."""

import copy

import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from peer import serve, threads

torch.set_num_threads(threads)


def load(work):
    splits = {name: tuple(torch.from_numpy(a) for a in (x, y.astype("int64"))) for name, (x, y) in work.splits.items()}
    inputs, targets = splits["train"]

    def network(trial):
        modules = []
        for kernel, bias in work.layers(trial):
            linear = nn.utils.skip_init(nn.Linear, *kernel.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(kernel.T.copy()))
                linear.bias.copy_(torch.from_numpy(bias))
            modules += [linear, nn.ReLU()]
        return nn.Sequential(*modules[:-1])

    def optimizer_of(parameters):
        o = work.optimizer
        if o["name"] == "sgd":
            return torch.optim.SGD(parameters, lr=work.learning_rate, fused=True)
        betas = (o["beta1"], o["beta2"])
        return torch.optim.Adam(parameters, lr=work.learning_rate, betas=betas, eps=o["epsilon"], fused=True)

    def orders_of(trial):
        return torch.from_numpy(work.orders(trial)).long()

    def train_one(trial):
        model = network(trial)
        optimizer = optimizer_of(model.parameters())
        order = orders_of(trial)

        @torch.no_grad()
        def evaluate(split):
            x, y = splits[split]
            outputs = model(x)
            correct = (outputs.argmax(1) == y).sum()
            return F.cross_entropy(outputs, y).item(), correct.item()

        evaluate("train"), evaluate("validation")
        train, validation = [], []
        for epoch in order:
            loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for rows in epoch:
                y = targets[rows]
                outputs = model(inputs[rows])
                loss = F.cross_entropy(outputs, y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss_sum += loss.detach()
                correct += (outputs.detach().argmax(1) == y).sum()
            correct.item()
            train.append(loss_sum.item() / len(epoch))
            validation.append(evaluate("validation")[0])
        return train, validation, evaluate("test")[0]

    def train_stack(trials):
        models = [network(trial) for trial in trials]
        stacked, _ = stack_module_state(models)
        optimizer = optimizer_of(list(stacked.values()))
        # Without the flag, so that nothing is recorded for a second differentiation.
        weights = {name: value.detach() for name, value in stacked.items()}
        base = copy.deepcopy(models[0]).to("meta")
        order = torch.stack([orders_of(trial) for trial in trials], 2)

        def loss_of(parameters, x, y):
            outputs = functional_call(base, parameters, (x,))
            return F.cross_entropy(outputs, y), (outputs.argmax(1) == y).sum()

        step = vmap(grad_and_value(loss_of, has_aux=True))
        forward = vmap(loss_of, in_dims=(0, None, None))

        @torch.no_grad()
        def evaluate(split):
            loss, correct = forward(weights, *splits[split])
            correct.tolist()
            return loss.tolist()

        evaluate("train"), evaluate("validation")
        train, validation = [], []
        for epoch in order:
            loss_sum, correct = torch.zeros(len(trials)), torch.zeros(len(trials), dtype=torch.long)
            for rows in epoch:
                gradients, (loss, right) = step(weights, inputs[rows], targets[rows])
                for name, value in stacked.items():
                    value.grad = gradients[name]
                optimizer.step()
                loss_sum += loss
                correct += right
            correct.tolist()
            train.append((loss_sum / len(epoch)).tolist())
            validation.append(evaluate("validation"))
        test = evaluate("test")
        return [([e[i] for e in train], [e[i] for e in validation], test[i]) for i in range(len(trials))]

    def run(trials):
        return [train_one(trials[0])] if len(trials) == 1 else train_stack(trials)

    return lambda stack: None, run


serve(load)
