"""JAX: a whole epoch is one compiled call (lax.scan over its steps, state donated); a stack is vmap over that call."""

import math
import os

from peer import serve, threads

if threads == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def load(work):
    splits = {name: (jnp.asarray(x), jnp.asarray(y)) for name, (x, y) in work.splits.items()}
    o, learning_rate = work.optimizer, work.learning_rate

    def loss_of(layers, x, y):
        for kernel, bias in layers[:-1]:
            x = jax.nn.relu(x @ kernel + bias)
        kernel, bias = layers[-1]
        outputs = x @ kernel + bias
        losses = jax.nn.logsumexp(outputs, axis=1) - jnp.take_along_axis(outputs, y[:, None], 1)[:, 0]
        return losses.mean(), (outputs.argmax(1) == y).sum()

    gradient_of = jax.value_and_grad(loss_of, has_aux=True)
    tree = jax.tree_util.tree_map

    def update(layers, moments, gradients, step):
        if o["name"] == "sgd":
            return tree(lambda w, g: w - learning_rate * g, layers, gradients), moments
        b1, b2 = o["beta1"], o["beta2"]
        m = tree(lambda m, g: b1 * m + (1 - b1) * g, moments[0], gradients)
        v = tree(lambda v, g: b2 * v + (1 - b2) * g * g, moments[1], gradients)
        # 1 / (1 - b^step), without the float32 cancellation that would send the trajectories apart.
        c1, c2 = (-1 / jnp.expm1(step * math.log(b)) for b in (b1, b2))
        new = tree(lambda w, m, v: w - learning_rate * c1 * m / (jnp.sqrt(c2 * v) + o["epsilon"]), layers, m, v)
        return new, (m, v)

    def train_epoch(state, order, inputs, targets):
        def body(carry, rows):
            (layers, moments, step), loss_sum, correct = carry
            (loss, right), gradients = gradient_of(layers, inputs[rows], targets[rows])
            layers, moments = update(layers, moments, gradients, step + 1)
            return ((layers, moments, step + 1), loss_sum + loss, correct + right), None

        (state, loss_sum, correct), _ = lax.scan(body, (state, jnp.float32(0), jnp.int32(0)), order)
        return state, loss_sum / order.shape[0], correct

    compiled = {}

    def initial(trials):
        layers = [[jnp.asarray(np.stack(parts)) for parts in zip(*each)] for each in zip(*map(work.layers, trials))]
        step = jnp.zeros(len(trials), jnp.float32)
        order = jnp.asarray(np.stack([work.orders(trial) for trial in trials], 1))
        if len(trials) == 1:
            layers, step, order = tree(lambda a: a[0], layers), step[0], order[:, 0]
        zeros = lambda: tree(jnp.zeros_like, layers)
        return (layers, (zeros(), zeros()) if o["name"] == "adam" else (), step), order

    def prepare(stack):
        if stack in compiled:
            return
        epoch, evaluate = train_epoch, loss_of
        if stack > 1:
            epoch = jax.vmap(train_epoch, (0, 0, None, None))
            evaluate = jax.vmap(loss_of, (0, None, None))
        state, order = initial(range(stack))
        train = jax.jit(epoch, donate_argnums=0).lower(state, order[0], *splits["train"]).compile()
        evaluations = {name: jax.jit(evaluate).lower(state[0], *split).compile() for name, split in splits.items()}
        compiled[stack] = train, evaluations

    def run(trials):
        train_call, evaluations = compiled[len(trials)]
        state, order = initial(trials)

        def evaluate(split):
            loss, correct = evaluations[split](state[0], *splits[split])
            np.asarray(correct)
            return np.atleast_1d(loss).tolist()

        evaluate("train"), evaluate("validation")
        train, validation = [], []
        for epoch in range(work.epochs):
            state, loss, correct = train_call(state, order[epoch], *splits["train"])
            np.asarray(correct)
            train.append(np.atleast_1d(loss).tolist())
            validation.append(evaluate("validation"))
        test = evaluate("test")
        return [([e[i] for e in train], [e[i] for e in validation], test[i]) for i in range(len(trials))]

    return prepare, run


serve(load)
