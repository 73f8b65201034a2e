"""Measured curves beside their fit."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.plots import draw_fit, draw_fit_residuals
from tests.report.estimates import made_estimate

figure = pytest.importorskip("matplotlib.figure")


def test_a_band_that_grows_on_a_fall_does_not_set_the_scale():
    curve = made_estimate().curves[0]
    wild = replace(curve, low=curve.low - 1e3 * (np.arange(80) == 79))
    bottom, top = draw_fit(figure.Figure().add_subplot(), [wild]).get_ylim()
    assert 0.0 < bottom < curve.measured.min()
    assert curve.measured.max() < top < 6.0


def test_every_current_is_in_the_legend():
    axes = draw_fit(figure.Figure().add_subplot(), made_estimate().curves)
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words == ["17.5 A m⁻²", "70 A m⁻²"]


def test_residuals_are_in_millivolts_about_zero():
    curve = made_estimate().curves[0]
    axes = draw_fit_residuals(figure.Figure().add_subplot(), curve)
    drawn = axes.lines[-1].get_ydata()
    assert drawn == pytest.approx(1e3 * (curve.measured - curve.fitted))
    low, high = axes.get_ylim()
    assert low == -high


def test_a_residual_beyond_the_scale_is_a_triangle_at_its_edge():
    curve = made_estimate().curves[0]
    measured = curve.measured.copy()
    measured[-1] += 1.0  # a vertical fall, past the share that sets the scale
    axes = draw_fit_residuals(figure.Figure().add_subplot(), replace(curve, measured=measured))
    end = axes.get_ylim()[1]
    drawn = {line.get_marker(): line.get_ydata() for line in axes.lines}
    assert drawn["."].size == curve.measured.size - 1
    assert drawn["^"] == pytest.approx([end], rel=0.1)
    assert drawn["^"] < end
    assert drawn["v"].size == 0
