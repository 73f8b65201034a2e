"""What the explorer is steered with: the variable, the current, the sliders and their players."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.explorer.assets import STYLED
from microbatt.explorer.variables import map_variables
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable

    import param
    from panel.io.callbacks import PeriodicCallback

    from microbatt.cube import Fold
    from microbatt.explorer.source import CubeSource
    from microbatt.explorer.variables import MapVariable

_FRAME: Final = 150
"""Time that a player shows each point [ms]."""
_MOST_BUTTONS: Final = 8
"""So many currents get a button each; more get a list."""


class VariableChoice:
    """Which variable the map shows, and at which current.

    Parameters
    ----------
    source
        The cube.
    changed
        Called when another one is chosen.
    """

    def __init__(self, source: CubeSource, changed: Callable[[], None]) -> None:
        self._variables: dict[str, MapVariable] = {}
        self.variable = pn.widgets.Select(
            label="Map of", groups=self._groups(source), sizing_mode="stretch_width", **STYLED
        )
        self.current = _current_choice(source)
        self.hatched = pn.widgets.Checkbox(
            label="Hatch by ending", value=False, margin=(4, 10), **STYLED
        )
        for widget in (self.variable, self.current, self.hatched):
            widget.param.watch(lambda _: changed(), "value")

    @property
    def chosen(self) -> MapVariable:
        """The variable."""
        return self._variables[self.variable.value]

    def offer(self, source: CubeSource) -> None:
        """Offer what the cube holds now."""
        chosen = self.variable.value
        self.variable.groups = self._groups(source)
        if chosen in self._variables:
            self.variable.value = chosen

    def follow(self, other: VariableChoice) -> None:
        """Choose what another chooser has chosen, as far as it is offered."""
        self.hatched.value = other.hatched.value
        for mine, theirs in ((self.current, other.current), (self.variable, other.variable)):
            if theirs.value in mine.values:
                mine.value = theirs.value

    def at(self) -> str:
        """Return words on the current, such as ``at 35 A m⁻²``."""
        options = {index: words for words, index in self.current.options.items()}
        return f"at {options[self.current.value]} {quantity('current').pretty_units}"

    def _groups(self, source: CubeSource) -> dict[str, dict[str, str]]:
        groups = map_variables(source.dataset)
        self._variables = {v.name: v for group in groups.values() for v in group}
        return {group: {v.label: v.name for v in found} for group, found in groups.items()}


class AxisSlider:
    """A slider over the steps of one dimension, with a button that plays it.

    Parameters
    ----------
    name
        What stands beside it.
    values
        What it shows at each step.
    moved
        Called with the new step.
    """

    def __init__(self, name: str, values: list[str], moved: Callable[[int], None]) -> None:
        self._moved = moved
        self._told = 0
        self._player: PeriodicCallback | None = None
        self.slider = pn.widgets.DiscreteSlider(
            label=name,
            options={words: step for step, words in enumerate(values)},
            value=0,
            sizing_mode="stretch_width",
            disabled=len(values) < 2,
            **STYLED,
        )
        self.button = pn.widgets.Toggle(
            label="▶",
            width=34,
            height=34,
            margin=(12, 0, 0, 10),
            disabled=len(values) < 2,
            **STYLED,
        )
        self.slider.param.watch(self._report, "value")
        self.button.param.watch(self._play, "value")

    @property
    def row(self) -> pn.Row:
        """The button and the slider."""
        return pn.Row(self.button, self.slider, sizing_mode="stretch_width", margin=0)

    def tell(self, step: int) -> None:
        """Show a step without reporting it."""
        self._told = step
        self.slider.value = step

    def stop(self) -> None:
        """End playing."""
        self.button.value = False

    def _report(self, change: param.parameterized.Event) -> None:
        if change.new != self._told:
            self._told = change.new
            self._moved(change.new)

    def _play(self, change: param.parameterized.Event) -> None:
        self.button.label = "⏸" if change.new else "▶"
        if self._player is not None:
            self._player.stop()
            self._player = None
        if change.new:
            self._player = pn.state.add_periodic_callback(self._next, period=_FRAME)

    def _next(self) -> None:
        self.slider.value = (self.slider.value + 1) % len(self.slider.options)


def network_choice(source: CubeSource, listen: Callable[[str, Fold], None]) -> pn.widgets.Select:
    """Return the choice of whose predictions to show; hidden where there are not several."""
    chosen = pn.widgets.Select(
        options={f"Predicted by {words}": copy for words, copy in source.networks.items()},
        value=source.copy,
        visible=len(source.networks) > 1,
        width=250,
        margin=(0, 10),
        **STYLED,
    )
    chosen.param.watch(lambda change: listen(*change.new), "value")
    return chosen


def _current_choice(source: CubeSource) -> pn.widgets.RadioButtonGroup | pn.widgets.Select:
    options = {f"{current:g}": k for k, current in enumerate(source.currents)}
    middle = len(options) // 2
    if len(options) <= _MOST_BUTTONS:
        return pn.widgets.RadioButtonGroup(options=options, value=middle, margin=(4, 10), **STYLED)
    return pn.widgets.Select(options=options, value=middle, width=140, margin=(4, 10), **STYLED)
