"""Steps as people write them, and what is said of sentences that are none."""

from itertools import repeat

import pytest

from microbatt.errors import ParameterError
from microbatt.protocols import Step, as_protocol, parse_step


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("Discharge at C/2 until 2.7 V", Step(current="C/2", until_voltage=2.7)),
        ("Rest for 1 hour", Step(current=0.0, duration=3600.0)),
        ("rest for 90 seconds", Step(current=0.0, duration=90.0)),
        ("Charge at 1C until 4.2 V", Step(current="-1C", until_voltage=4.2)),
        ("Charge at 1 C until 4.2V", Step(current="-1 C", until_voltage=4.2)),
        ("Hold at 4.2 V until C/20", Step(voltage=4.2, until_current="C/20")),
        ("Hold at 4200 mV until 50 mA", Step(voltage=4.2, until_current="50 mA")),
        (
            "Charge at C/2 until upper cutoff voltage",
            Step(current="-C/2", until_voltage="upper cut-off"),
        ),
        (
            "Hold at the upper cut-off until C/20",
            Step(voltage="upper cut-off", until_current="C/20"),
        ),
        (
            "Discharge at 1C for 1 h or until lower cut-off",
            Step(current="1C", duration=3600.0, until_voltage="lower cut-off"),
        ),
        ("Hold at 4.1V for 30 minutes", Step(voltage=4.1, duration=1800.0)),
        ("Discharge at 5 A for 10 s", Step(current="5 A", duration=10.0)),
        (
            "Discharge at C/20 for 0.5 hours or until 2.5V",
            Step(current="C/20", duration=1800.0, until_voltage=2.5),
        ),
        (
            "Discharge at 1C for 0.5 hours or 2.5 V",
            Step(current="1C", duration=1800.0, until_voltage=2.5),
        ),
        ("Discharge at 25 W until 2.5 V", Step(power="25 W", until_voltage=2.5)),
        ("Charge at 300 W/m2 for 1 min", Step(power="-300 W/m2", duration=60.0)),
        ("Discharge at 17.5 A/m2 until 5 A.h", Step(current="17.5 A/m2", until_capacity="5 A h")),
        ("Discharge at 1C for 10 seconds (1 second period).", Step(current="1C", duration=10.0)),
    ],
)
def test_a_sentence_says_a_step(text, step):
    assert parse_step(text) == step


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Discharge at C/0 until 2.7 V", "must be above 0"),
        ("Charge at 0 A for 10 s", "must be above 0"),
        ("Discharge at -1C for 10 s", "must be above 0"),
        ("Discharge at 1C", "never ends"),
        ("Rest", "never ends"),
        ("Rest for 0 s", "must lie in"),
        ("Rest at 3 V for 1 h", "at nothing"),
        ("Hold at 1C until 4.2 V", "no voltage to hold"),
        ("Discharge at 4.2 V for 1 h", "neither a C-rate, a current nor a power"),
        ("Discharge at 1C until C/20", "only one that holds a voltage"),
        ("Hold at 4.2 V until 4.1 V", "leave"),
        ("Discharge at 1C for 10 s for 20 s", "twice"),
        ("Discharge at 1C until 42 bananas", "neither a time"),
        ("Discharge at 1C until upper cut-off", "it can end at the lower cut-off"),
        ("Charge at 25 W until lower cut-off", "it can end at the upper cut-off"),
        ("Discharge quickly", "not understood"),
        ("Dischrge at 1C for 1 s", "Nearest: 'discharge'"),
        ("Discharge at 1C until 40 V", "must lie in"),
        ("", "not understood"),
        ("Discharge for 10 s", "once at what"),
    ],
)
def test_a_sentence_that_says_none_is_refused_with_the_reason(text, reason):
    with pytest.raises(ParameterError, match=reason):
        parse_step(text)


def test_cycles_are_tuples_in_a_list():
    cycle = ("Charge at 1C for 5 s", "Rest for 5 s")
    protocol = as_protocol(["Rest for 10 s", cycle * 3, [cycle] * 2])
    assert len(protocol) == 1 + 6 + 4
    assert protocol.steps[1] == parse_step(cycle[0])


def test_a_step_is_written_as_a_sentence_that_says_it_again():
    sentences = ["Discharge at C/2 for 10 s or until 2.7 V", "Hold at 4.2 V until C/20"]
    for sentence in sentences:
        assert str(parse_step(sentence)) == sentence


def test_steps_that_hold_themselves_or_never_end_are_refused():
    steps = ["Rest for 1 s"]
    steps.append(("Rest for 2 s", steps))
    with pytest.raises(ParameterError, match="the list of steps holds itself"):
        as_protocol(steps)
    with pytest.raises(ParameterError, match="more than 100000 steps"):
        as_protocol(repeat(Step(current=0.0, duration=1.0)))


def test_steps_are_nested_some_levels_deep_and_no_further():
    nested = "Rest for 1 s"
    for _ in range(49):
        nested = [nested, "Rest for 2 s"]
    assert len(as_protocol(nested)) == 50
    for _ in range(3000):
        nested = [nested]
    with pytest.raises(ParameterError, match="more than 50 lists or files deep"):
        as_protocol(nested)


def test_what_is_no_step_is_refused():
    with pytest.raises(ParameterError, match="no step"):
        as_protocol([3.0])
    with pytest.raises(ParameterError, match="has 0 steps"):
        as_protocol([])


def test_a_step_knows_only_two_voltages_by_name():
    with pytest.raises(ParameterError, match=r"`voltage` is '4.2 V'.*'upper cut-off'"):
        Step(voltage="4.2 V", duration=1.0)
    step = Step(voltage="upper cut-off", until_current="C/20")
    assert step.between(2.5, 4.2) == Step(voltage=4.2, until_current="C/20")
    with pytest.raises(ParameterError, match="the cell has none"):
        step.between(2.5, None)
