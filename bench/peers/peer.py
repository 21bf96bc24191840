"""Shared by the Python peers: reading the work, and the protocol over standard input and output.

A peer is a function `load(work) -> (prepare, run)`. `prepare(stack)` compiles. `run(stack, trials)` trains the trials with these
numbers, `stack` at a time, and returns their losses as a list of (train [epochs], validation [epochs], test).
"""

import json
import os
import sys
import time

import numpy as np

threads = int(os.environ["PEER_THREADS"])


class Work:
    """One shape's work; arrays as bench/peers/export-work.ts wrote them."""

    def __init__(self, message):
        self.optimizer = message["optimizer"]
        self.learning_rate = message["learningRate"]
        self.epochs = message["epochs"]
        self.layer_sizes = message["layerSizes"]
        self.distinct = message["distinctTrials"]
        folder = message["folder"]

        def read(name, kind):
            return np.fromfile(os.path.join(folder, name), dtype=kind)

        self.parameters = read("parameters.f32", np.float32).reshape(self.distinct, -1)
        shape = (self.distinct, self.epochs, message["stepsPerEpoch"], message["batchSize"])
        self.order = read("order.u32", np.uint32).astype(np.int32).reshape(shape)
        self.splits = {}
        for split in ("train", "validation", "test"):
            inputs = read(f"{split}-inputs.f32", np.float32).reshape(-1, self.layer_sizes[0])
            self.splits[split] = (inputs, read(f"{split}-targets.i32", np.int32))

    def layers(self, trial):
        """[(kernel [fanIn, fanOut], bias [fanOut]), ...] of a trial before its first step."""
        values = self.parameters[trial % self.distinct]
        layers, start = [], 0
        for fan_in, fan_out in zip(self.layer_sizes, self.layer_sizes[1:]):
            kernel = values[start : start + fan_in * fan_out].reshape(fan_in, fan_out)
            start += fan_in * fan_out
            layers.append((kernel, values[start : start + fan_out]))
            start += fan_out
        return layers

    def orders(self, trial):
        """Training rows [epochs, stepsPerEpoch, batchSize] in a trial's order."""
        return self.order[trial % self.distinct]


def serve(load):
    """Answers requests until standard input ends."""
    print("ready", flush=True)
    prepare = run = None
    loaded = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["kind"] == "prepare":
            if loaded != request["work"]:
                loaded = request["work"]
                prepare, run = load(Work(loaded))
            start = time.perf_counter()
            prepare(request["stack"])
            answer = {"seconds": time.perf_counter() - start}
        else:
            stack, trials = request["stack"], request["trials"]
            start = time.perf_counter()
            losses = []
            for first in range(0, len(trials), stack):
                losses += run(trials[first : first + stack])
            seconds = time.perf_counter() - start
            kept = losses[: loaded["distinctTrials"]]
            answer = {"seconds": seconds, "losses": [dict(zip(("train", "validation", "test"), loss)) for loss in kept]}
        print(json.dumps(answer), flush=True)
