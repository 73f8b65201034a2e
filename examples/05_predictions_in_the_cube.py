"""Truth and prediction side by side: the shipped network predicts into a cube.

Run it with: python examples/05_predictions_in_the_cube.py
"""

from matplotlib.figure import Figure

import microbatt
from microbatt.prediction import predict
from microbatt.scoring import score, with_errors

cube = microbatt.open_dataset("demo")  # computed the first time, in seconds

# One network's answers; `microbatt predict CUBE` writes them into the store, beside others'.
cube = cube.merge(predict(cube))
print(f"predicted by {cube.network.item()}, weights {cube.weights_hash.item()[:12]}")
point = cube.sel(alpha=1.5, S=5)
print(
    f"at alpha 1.5, S 5 the network says {float(point.alpha_predicted):.3f} ± "
    f"{float(point.alpha_predicted_std):.1g}, {float(point.S_predicted):.3f} ± "
    f"{float(point.S_predicted_std):.1g}"
)

# Predictions are variables like any other: score them, slice them, draw them. (At alpha = 0 any
# prediction but 0 has a relative error of 200 %, so those points are told apart.)
scores = score(cube)
print(scores.mean_relative_error_above_zero.to_pandas().round(4).to_string())
print(scores.mean_relative_error_above_zero_by_alpha.to_pandas().round(4).to_string())
errors = with_errors(cube).sel(S=5)[["alpha_predicted", "alpha_error"]]
print(errors.reset_coords(drop=True).to_pandas().iloc[1::4].round(4).to_string())

figure = Figure(figsize=(11.5, 3.8), layout="constrained")
left, middle, right = figure.subplots(1, 3)
cube.microbatt.plot.parity("alpha", axes=left)
cube.microbatt.plot.parity("S", axes=middle)
cube.microbatt.plot.map("S_predicted_std", logarithmic=True, axes=right)
figure.savefig("predictions.png", dpi=150)
