"""What the explorer is steered with: variable, current, sliders and players; copying and saving."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.explorer.appearance import HIDDEN, STYLED, asset
from microbatt.explorer.exports import file_name, points_as_csv, points_as_netcdf
from microbatt.explorer.variables import map_variables
from microbatt.parameters import customary
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import param
    from panel.io.callbacks import PeriodicCallback

    from microbatt.cube.predicted import Fold
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource
    from microbatt.explorer.variables import MapVariable

_FRAME: Final = 150
"""Time that a player shows each point [ms]."""
_MOST_BUTTONS: Final = 8
"""So many currents get a button each; more get a list."""


GROWS: Final = {"flex": "1 1 240px", "min-width": "0"}
"""Style of a part that shares a row where it gets so much room, and else goes on below."""
_PAIRS: Final = {"flex": "1 1 180px", "min-width": "0"}
"""The same of a part of which two stand beside each other in a window of 500 px."""


class VariableChoice:
    """Which variable the map shows, and at which current.

    Parameters
    ----------
    source : CubeSource
        The cube.
    changed : callable
        Called when another one is chosen.
    """

    def __init__(self, source: CubeSource, changed: Callable[[], None]) -> None:
        self._variables: dict[str, MapVariable] = {}
        self.variable = pn.widgets.Select(
            label="Map of",
            groups=self._groups(source),
            sizing_mode="stretch_width",
            styles=GROWS,
            **STYLED,
        )
        self.current = _current_choice(source)
        self.hatched = pn.widgets.Checkbox(
            label="Hatch by outcome", value=False, margin=(4, 10), **STYLED
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
        return {group: {v.label: v.name for v in offered} for group, offered in groups.items()}


class AxisSlider:
    """A slider over the steps of one dimension, with a button that plays it.

    Parameters
    ----------
    name : str
        What stands beside it.
    values : list of str
        What it shows at each step.
    moved : callable
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
        parts = (self.button, self.slider)
        return pn.Row(*parts, sizing_mode="stretch_width", styles=_PAIRS, margin=0)

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


def axis_choices(
    source: CubeSource, turn: Callable[[Sequence[str], Mapping[str, float]], None]
) -> pn.FlexBox:
    """Return the choice of the two axes and of a place on each other; hidden where there are two.

    Parameters
    ----------
    source : CubeSource
        The cube.
    turn : callable
        Called with the two axes, and name → value of the others, when one is changed.
    """
    names = {customary(name).words: name for name in source.axes}
    plane = source.plane
    across, up = (
        pn.widgets.Select(
            label=words,
            options=names,
            value=name,
            sizing_mode="stretch_width",
            styles=_PAIRS,
            **STYLED,
        )
        for words, name in zip(("Across", "Up"), plane.names, strict=True)
    )
    others = {
        name: pn.widgets.DiscreteSlider(
            label=customary(name).label,
            options={customary(name).number(value): value for value in source.axes[name].tolist()},
            value=float(value),
            sizing_mode="stretch_width",
        )
        for name, value in plane.fixed.items()
        if source.axes[name].size > 1
    }

    def changed(_change: object) -> None:
        shown = (across.value, up.value)
        if shown[0] == shown[1]:  # the same axis twice: exchange the two
            shown = (plane.names[1], plane.names[0])
        at = {name: slider.value for name, slider in others.items() if name not in shown}
        turn(shown, at)

    for widget in (across, up):
        widget.param.watch(changed, "value")
    for slider in others.values():
        slider.param.watch(changed, "value_throttled")
    rows = (
        pn.Row(slider, sizing_mode="stretch_width", styles=_PAIRS, margin=0)
        for slider in others.values()
    )
    parts = (across, up, *rows)
    return pn.FlexBox(
        *parts,
        flex_direction="row",
        flex_wrap="wrap",
        sizing_mode="stretch_width",
        visible=len(names) > 2,
        margin=(0, 4),
    )


def _current_choice(source: CubeSource) -> pn.widgets.RadioButtonGroup | pn.widgets.Select:
    options = {f"{current:g}": k for k, current in enumerate(source.currents)}
    middle = len(options) // 2
    if len(options) <= _MOST_BUTTONS:
        return pn.widgets.RadioButtonGroup(options=options, value=middle, margin=(4, 10), **STYLED)
    return pn.widgets.Select(options=options, value=middle, width=140, margin=(4, 10), **STYLED)


def expression_field() -> pn.widgets.TextInput:
    """Return the field that shows the selection as Python, to read and to copy."""
    return pn.widgets.TextInput(
        sizing_mode="stretch_width", styles=GROWS, margin=(4, 4, 4, 10), **STYLED
    )


def saving_row(
    expression: pn.widgets.TextInput,
    caption: pn.widgets.TextInput,
    source: CubeSource,
    selection: Callable[[], Selection],
) -> pn.FlexBox:
    """Return the line that shows the selection and saves it.

    Parameters
    ----------
    expression : panel.widgets.TextInput
        From `expression_field`.
    caption : panel.widgets.TextInput
        Hidden field with the words over a picture.
    source : CubeSource
        The cube.
    selection : callable
        Tells what is selected when a button is pressed.
    """
    # Panel's own button for downloads listens to its words alone, not to the space around them.
    sent = pn.widgets.TextInput(**HIDDEN)
    sent.jscallback(args={"sent": sent}, value=asset("save_file.js"))
    return pn.FlexBox(
        expression,
        _copy_button(expression),
        _picture_button(caption),
        _file_button("CSV", "csv", sent, source, selection),
        _file_button("netCDF", "nc", sent, source, selection),
        sent,
        caption,
        flex_direction="row",
        flex_wrap="wrap",
        sizing_mode="stretch_width",
    )


def button(words: str) -> pn.widgets.Button:
    """Return a button in the explorer's style."""
    return pn.widgets.Button(label=words, margin=(4, 4), **STYLED)


def _copy_button(expression: pn.widgets.TextInput) -> pn.widgets.Button:
    copy = button("Copy")
    copy.js_on_click(args={"field": expression, "button": copy}, code=asset("copy.js"))
    return copy


def _picture_button(caption: pn.widgets.TextInput) -> pn.widgets.Button:
    picture = button("PNG")
    picture.js_on_click(args={"caption": caption}, code=asset("save_view.js"))
    return picture


def _file_button(
    words: str,
    suffix: str,
    sent: pn.widgets.TextInput,
    source: CubeSource,
    selection: Callable[[], Selection],
) -> pn.widgets.Button:
    pressed = button(words)
    pressed.on_click(lambda event: _send(sent, suffix, event.new, source, selection()))
    return pressed


def _send(
    sent: pn.widgets.TextInput,
    suffix: str,
    count: int,
    source: CubeSource,
    selection: Selection,
) -> None:
    """Give a file to the browser to save."""
    if suffix == "csv":
        content = points_as_csv(source, selection).encode()
    else:
        content = points_as_netcdf(source, selection)
    name = file_name(source, selection, suffix)
    sent.value = f"{count} {name} {base64.b64encode(content).decode()}"
