"""Ray Tune by its function API on one machine, without the dashboard; trials are stored in files."""

import json
import logging
import os
import sys
import time

settings = json.loads(sys.argv[1])
os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["TUNE_MAX_PENDING_TRIALS_PG"] = str(settings["concurrency"])
if not settings["files"]:
    os.environ["TUNE_DISABLE_AUTO_CALLBACK_LOGGERS"] = "1"

import ray  # noqa: E402
from ray import tune  # noqa: E402


def train(config):
    epochs = config["epochs"]
    for epoch in range(epochs + 1):
        if epoch > 0:
            time.sleep(1 / epochs)
        loss = 1 / (1 + epoch)
        tune.report({"train_loss": loss, "train_accuracy": 1 - loss, "validation_loss": loss, "validation_accuracy": 1 - loss})


def tune_trials(name, trials):
    tuner = tune.Tuner(
        train,
        param_space={"seed": tune.grid_search(list(range(1, trials + 1))), "epochs": settings["epochs"]},
        tune_config=tune.TuneConfig(max_concurrent_trials=settings["concurrency"], reuse_actors=True),
        run_config=tune.RunConfig(name=name, storage_path=settings["folder"], verbose=0),
    )
    return tuner.fit()


def main():
    ray.init(num_cpus=settings["concurrency"], include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    # Its worker processes start and import with the first trials, which takes seconds of machine time each; they stay for the next.
    tune_trials("warm-up", settings["concurrency"])
    print("> ready", flush=True)
    sys.stdin.readline()
    results = tune_trials("orchestration", settings["trials"])
    print("> done", flush=True)
    sys.stdin.readline()
    complete = [result for result in results if result.error is None]
    if len(complete) != settings["trials"]:
        raise RuntimeError(f"{len(complete)} of {settings['trials']} trials ended: {results.errors[:1]}")
    stored = sum(len(result.metrics_dataframe) if result.metrics_dataframe is not None else 0 for result in complete)
    if settings["files"] and stored != settings["trials"] * (settings["epochs"] + 1):
        raise RuntimeError(f"stored {stored} epochs")
    print(f"> result, {settings['epochs'] + 1} epochs of 4 curves" if settings["files"] else "> last epoch only", flush=True)
    sys.stdin.readline()
    ray.shutdown()


if __name__ == "__main__":
    main()
