"""How many samples a second the bridge delivers to one core, six 200-point curves each.

    python tests/benchmarks/bridge_throughput.py [STORE]

Without a store, the published sweep of the cache, which is computed the first time.  The process
is pinned to one core.  Rates are given by the clock and by the processor time that the process
used, which does not count what others took of the core; each is the median of the repeats.
"""

import os
import statistics
import sys
import time

import numpy as np
import tensorflow as tf

import microbatt
from microbatt.bridge import Passes, to_tf_dataset
from microbatt.features import Augmentation, Curves, curve_images, curve_tensors, read_curves

BATCH = 256
SAMPLES = 200
REPEATS = 7
SECONDS = 1.5
"""About how long one repeat goes on."""
FEATURES = Curves(samples=SAMPLES)
MEASURED = Augmentation(noise=(0.0, 0.005), offset=(-0.005, 0.005), missing=0.1)


def rates(chunks):
    """Return samples per second by the clock and by processor time; `chunks` yields counts."""
    for _ in range(3):  # tracing, compiling, filling of buffers
        next(chunks)
    found = []
    for _ in range(REPEATS):
        count, clock, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - clock < SECONDS:
            count += next(chunks)
        used = time.process_time() - cpu
        found.append((count / (time.perf_counter() - clock), count / used))
    return tuple(statistics.median(column) for column in zip(*found, strict=True))


def forever(dataset):
    for _, targets in dataset:
        yield int(targets.shape[0])


def copies(tensors):
    """Copy whole batches of consecutive points, which no gather can beat."""
    source = np.ascontiguousarray(tensors.voltage)
    target = np.empty_like(source[:BATCH])
    while True:
        for start in range(0, len(source) - BATCH, BATCH):
            np.copyto(target, source[start : start + BATCH])
            yield BATCH


def gathers(tensors):
    """Gather shuffled batches with NumPy alone."""
    rng = np.random.default_rng(0)
    while True:
        order = rng.permutation(len(tensors))
        for start in range(0, len(order) - BATCH, BATCH):
            np.take(tensors.voltage, order[start : start + BATCH], axis=0)
            yield BATCH


def generated(tensors, targets):
    """One Python call per sample, as `tf.data.Dataset.from_generator` does it."""

    def samples():
        while True:
            for k in np.random.default_rng(0).permutation(len(tensors)):
                yield tensors.voltage[k], targets[k]

    signature = (
        tf.TensorSpec(tensors.voltage.shape[1:], tf.float32),
        tf.TensorSpec((2,), tf.float32),
    )
    dataset = tf.data.Dataset.from_generator(samples, output_signature=signature)
    return forever(dataset.batch(BATCH).prefetch(tf.data.AUTOTUNE))


def made(make, curves):
    """Make features of every point again and again."""
    while True:
        make(curves)
        yield len(curves)


def main():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # before TensorFlow starts its threads
    place = sys.argv[1] if len(sys.argv) > 1 else "published-sweep"
    cube = microbatt.open_dataset(place, chunks=None)
    curves = read_curves(cube)
    tensors = curve_tensors(curves, samples=SAMPLES)
    targets = np.zeros((len(tensors), 2), dtype=np.float32)
    endless = Passes(epochs=range(10**6))

    def bridged(**terms):
        return forever(to_tf_dataset(cube, batch=BATCH, passes=endless, **terms))

    ways = {
        "memory copy, in order": copies(tensors),
        "NumPy gather, shuffled": gathers(tensors),
        "bridge, in memory": bridged(features=FEATURES),
        "bridge, in memory, disturbed": bridged(features=FEATURES, augmentation=MEASURED),
        "bridge, images and energies": bridged(features=["image", "energies"]),
        "bridge, streamed from Zarr": bridged(features=FEATURES, memory=2**25),
        "from_generator": generated(tensors, targets),
        "tensors made of stored curves": made(
            lambda given: curve_tensors(given, samples=SAMPLES), curves
        ),
        "images drawn of stored curves": made(curve_images, curves),
    }
    print(f"{len(curves)} points of {cube.attrs.get('name', place)}, {curves.voltage.shape[1:]}")
    print(f"{'samples per second':<32}{'clock':>12}{'processor':>12}{'to copy':>10}{'to gen.':>10}")
    found = {name: rates(chunks) for name, chunks in ways.items()}
    copy, generator = found["memory copy, in order"][1], found["from_generator"][1]
    for name, (clock, cpu) in found.items():
        print(f"{name:<32}{clock:>12,.0f}{cpu:>12,.0f}{cpu / copy:>10.2f}{cpu / generator:>10.1f}")


if __name__ == "__main__":
    main()
