"""Which share of a training step waits for data, on a GPU where there is one.

    python tests/benchmarks/bridge_waiting.py [STORE]

Trains two networks on disturbed curve tensors and on images, in memory and streamed, and times the
call for the next batch apart from the step, whose end is awaited.  Without a store, the published
sweep of the cache.  The wait holds one copy to the device where that is a GPU.
"""

import os
import sys
import time

import keras
import tensorflow as tf

import microbatt
from microbatt.bridge import Passes, to_tf_dataset
from microbatt.features import Augmentation, Curves

STEPS = 200
WARM_UP = 30
BATCH = 256
CURVE_INPUTS, IMAGE_INPUTS = ["voltage", "capacity"], ["image"]
ENDLESS = Passes(epochs=range(10**6))
MEASURED = Augmentation(noise=(0.0, 0.005), offset=(-0.005, 0.005), missing=0.1)


def curve_network(samples):
    """A plain dense network on curve tensors."""
    voltage = keras.Input((6, samples), name="voltage")
    capacity = keras.Input((6,), name="capacity")
    x = keras.layers.Concatenate()([keras.layers.Flatten()(voltage), capacity])
    for _ in range(4):
        x = keras.layers.Dense(256, "gelu")(x)
    return keras.Model([voltage, capacity], keras.layers.Dense(2)(x))


def image_network():
    """A small convolutional network on images."""
    image = keras.Input((48, 64, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(image)
    for filters in (16, 32, 64):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    return keras.Model([image], keras.layers.Dense(2)(keras.layers.Flatten()(x)))


def waiting(dataset, network, names):
    """Return milliseconds per step spent waiting for data and training."""
    optimiser = keras.optimizers.Adam()
    optimiser.build(network.trainable_variables)

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((network(inputs, training=True) - targets) ** 2)
        slopes = tape.gradient(loss, network.trainable_variables)
        optimiser.apply_gradients(zip(slopes, network.trainable_variables, strict=True))
        return loss

    waited = trained = 0.0
    batches = iter(dataset)
    for number in range(WARM_UP + STEPS):
        start = time.perf_counter()
        features, targets = next(batches)
        arrived = time.perf_counter()
        float(step([features[name] for name in names], targets))
        if number >= WARM_UP:
            waited += arrived - start
            trained += time.perf_counter() - arrived
    return 1e3 * waited / STEPS, 1e3 * trained / STEPS


def main():
    place = sys.argv[1] if len(sys.argv) > 1 else "published-sweep"
    cube = microbatt.open_dataset(place, chunks=None)
    shared = {"batch": BATCH, "passes": ENDLESS}
    curves = shared | {"features": Curves(samples=100), "augmentation": MEASURED}
    images = shared | {"features": ["image", "energies"]}
    ways = {
        "curves, disturbed, in memory": (curves, lambda: curve_network(100), CURVE_INPUTS),
        "curves, disturbed, streamed": (
            curves | {"memory": 2**24},
            lambda: curve_network(100),
            CURVE_INPUTS,
        ),
        "images, in memory": (images, image_network, IMAGE_INPUTS),
        "images, streamed": (images | {"memory": 2**24}, image_network, IMAGE_INPUTS),
    }
    gpus = tf.config.list_physical_devices("GPU")
    cores = len(os.sched_getaffinity(0))
    print(f"{gpus[0].name if gpus else 'no GPU'}, {cores} cores, batches of {BATCH}")
    print(f"{'':<32}{'wait, ms':>10}{'step, ms':>10}{'waiting':>10}")
    for name, (terms, build, names) in ways.items():
        waited, trained = waiting(to_tf_dataset(cube, **terms), build(), names)
        share = waited / (waited + trained)
        print(f"{name:<32}{waited:>10.3f}{trained:>10.2f}{share:>10.1%}")


if __name__ == "__main__":
    main()
