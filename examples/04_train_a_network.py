"""From a cube to a network of your own: batches for Keras, a small network, what it learned.

The demo has few points, so this is a beginning; the shipped network has seen many more.
Run it with: python examples/04_train_a_network.py
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from matplotlib.figure import Figure

import microbatt
from microbatt.bridge import FIXED_PASS, random_folds, select_points, to_tf_dataset
from microbatt.features import Curves
from microbatt.plots import Pairs, draw_parity

keras.utils.set_random_seed(1)
cube = microbatt.open_dataset("demo")  # computed the first time, in seconds
print(select_points(cube))
split = random_folds(select_points(cube).usable, folds=8, seed=1)[0]
curves = Curves(samples=64)
train = to_tf_dataset(cube, features=curves, split=split.train, batch=16, seed=1)
test = to_tf_dataset(cube, features=curves, split=split.test, passes=FIXED_PASS)


def as_vectors(features: dict[str, tf.Tensor], targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Lay six curves and their capacities end to end; scale alpha, take the logarithm of S."""
    voltage = tf.reshape(features["voltage"], (-1, 6 * curves.samples))
    alpha, S = tf.unstack(targets, axis=1)
    scaled = tf.stack([alpha / 1.5, tf.math.log(S)], axis=1)
    return tf.concat([voltage, features["capacity"]], axis=1), scaled


normal = layers.Normalization()
normal.adapt(train.map(lambda *sample: as_vectors(*sample)[0]))
hidden = [layers.Dense(128, "silu") for _ in range(2)]
network = keras.Sequential([normal, *hidden, layers.Dense(2)])
rate = keras.optimizers.schedules.CosineDecay(5e-3, 60 * 5)
network.compile(keras.optimizers.Adam(rate), "mse")
network.fit(train.map(as_vectors), epochs=60, shuffle=False, verbose=0)  # shuffled already

alpha, S = np.concatenate([targets for _, targets in test]).T
scaled_alpha, log_shape = network.predict(test.map(as_vectors), verbose=0).T
answers = {"alpha": (alpha, 1.5 * scaled_alpha), "S": (S, np.exp(log_shape))}
figure = Figure(figsize=(7.5, 3.6), layout="constrained")
for axes, (name, (truth, predicted)) in zip(figure.subplots(1, 2), answers.items(), strict=True):
    pairs = Pairs(parameter=name, truth=truth, predicted=predicted)
    draw_parity(axes, pairs)
    print(
        f"{pairs.parameter}: rms error {np.sqrt(np.mean(pairs.residual**2)):.3f} on points unseen"
    )
figure.savefig("network.png", dpi=150)
