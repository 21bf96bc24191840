"""Optuna with RDBStorage: processes of threads that share a study, each trial reports its epochs."""

import json
import multiprocessing
import sys
import time

import optuna
from optuna.storages import RDBStorage

settings = json.loads(sys.argv[1])
url = settings["databaseUrl"].replace("postgresql://", "postgresql+psycopg2://")
study_name = "orchestration"


def open_storage(connections):
    return RDBStorage(url, engine_kwargs={"pool_size": connections + 4})


def objective(trial):
    epochs = settings["epochs"]
    trial.suggest_int("seed", 1, settings["trials"])
    for epoch in range(epochs + 1):
        if epoch > 0:
            time.sleep(1 / epochs)
        trial.report(1 / (1 + epoch), epoch)
    return 1 / (1 + epochs)


def work(barrier, done, trials, threads):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = open_storage(threads)
    study = optuna.load_study(
        study_name=study_name, storage=storage, sampler=optuna.samplers.RandomSampler()
    )
    barrier.wait()
    barrier.wait()
    study.optimize(objective, n_trials=trials, n_jobs=threads)
    done.wait()
    done.wait()


def share(total, count, index):
    return total * (index + 1) // count - total * index // count


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    count = settings["processes"]
    storage = open_storage(1)
    optuna.create_study(study_name=study_name, storage=storage)
    context = multiprocessing.get_context("spawn")
    barrier, done = context.Barrier(count + 1), context.Barrier(count + 1)
    processes = [
        context.Process(
            target=work,
            args=(
                barrier,
                done,
                share(settings["trials"], count, index),
                share(settings["concurrency"], count, index),
            ),
        )
        for index in range(count)
    ]
    for process in processes:
        process.start()
    barrier.wait()
    print("> ready", flush=True)
    sys.stdin.readline()
    barrier.wait()
    done.wait()
    print("> done", flush=True)
    sys.stdin.readline()
    trials = optuna.load_study(study_name=study_name, storage=storage).get_trials()
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    epochs = sum(len(trial.intermediate_values) for trial in complete)
    expected = settings["trials"], settings["trials"] * (settings["epochs"] + 1)
    if (len(complete), epochs) != expected:
        raise RuntimeError(f"stored {len(complete)} trials and {epochs} epochs, not {expected}")
    print(f"> result, {settings['epochs'] + 1} epochs of 1 curve", flush=True)
    sys.stdin.readline()
    done.wait()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main()
