"""The command's frame: help, errors in a sentence, exit codes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from microbatt import cli
from microbatt.cli.commands import COMMANDS, LateGroup, in_a_sentence, main
from microbatt.errors import CampaignError, CellFileError, ParameterError, StoreError
from tests.cells.bpx_files import document


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, list(arguments))


def failing(error):
    @click.command("fail")
    def command():
        raise error

    return command


@pytest.fixture
def run_failing(run, monkeypatch):
    """Run a command that raises the error given."""

    def invoke(error, *options):
        monkeypatch.setattr(type(main), "get_command", lambda *_: failing(error), raising=True)
        return run(*options, "fail")

    return invoke


class Interrupting:
    """Asks its process to end while Python names it, as may happen in any import."""

    def __set_name__(self, owner, name):
        os.kill(os.getpid(), signal.SIGTERM)


def test_an_interrupt_that_an_import_turns_into_an_error_is_an_interrupt(run, monkeypatch):
    @click.command("fail")
    def command():
        type("Class", (), {"field": Interrupting()})

    monkeypatch.setattr(type(main), "get_command", lambda *_: command)
    result = run("fail")
    assert result.output == "Error: interrupted\n"
    assert result.exit_code == 130


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_with_an_example(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Example: microbatt {name}" in " ".join(result.output.split())


def test_the_help_lists_every_command_with_a_line_about_it(run):
    result = run("--help")
    assert result.exit_code == 0
    lines = [line.split(maxsplit=1) for line in result.output.splitlines()]
    for name, entry in COMMANDS.items():
        assert [name, entry.line] in lines


def test_every_module_of_commands_is_one_that_the_help_lists():
    modules = {path.stem for path in Path(cli.__file__).parent.glob("*.py")}
    listed = {entry.module.rsplit(".")[-1] for entry in COMMANDS.values()}
    assert modules - listed == {
        "along",
        "balances",
        "clusters",
        "commands",
        "__init__",
        "completion",
        "design_protocols",
        "engines",
        "files",
        "outputs",
        "own_network",
        "stores",
        "terminal",
        "values",
    }


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ParameterError("`S` is 0."), 2),
        (CellFileError("mine.toml: no."), 2),
        (CampaignError("no alphas."), 2),
        (StoreError("the disk is full."), 1),
        (FileNotFoundError(2, "No such file or directory", "/none/curve.png"), 1),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("by zero"), 3),
    ],
)
def test_each_kind_of_failure_has_its_exit_code_and_no_traceback(run_failing, error, code):
    result = run_failing(error)
    assert result.exit_code == code
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.output
    assert result.stderr.strip().count("\n") == 0


def test_a_deliberate_error_is_shown_word_for_word(run_failing):
    assert run_failing(ParameterError("`S` is 0.")).stderr == "Error: `S` is 0.\n"


def test_a_warning_is_a_sentence_without_its_place_in_the_code(tmp_path):
    """In a process of its own: pytest keeps warnings to itself."""
    cell = document(("Parameterisation", "Positive electrode", "Minimum stoichiometry", 0.3))
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(cell))
    command = [sys.executable, "-m", "microbatt", "design", "--cell", str(path), "--alpha", "x"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    assert "Warning: mine: between full and empty" in told
    assert ".py:" not in told


def test_an_unforeseen_error_names_itself_and_asks_for_a_report():
    message = in_a_sentence(ZeroDivisionError("by zero")).message
    assert "ZeroDivisionError: by zero" in message
    assert "microbatt --debug" in message


def test_debug_lets_the_error_through_with_its_trace(run_failing):
    error = ParameterError("`S` is 0.")
    assert run_failing(error, "--debug").exception is error


def test_an_unknown_command_is_answered_with_the_nearest(run):
    result = run("dischrge")
    assert result.exit_code == 2
    assert "`dischrge` is no command. Nearest: 'discharge'" in result.stderr


def test_the_help_comes_without_loading_the_engine():
    program = (
        "import sys; from microbatt.cli.commands import main; "
        "main(['--help'], standalone_mode=False);"
        "assert not {'numba', 'dask', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


def completed(shell, words, place):
    program = (
        "import sys; from microbatt.cli.commands import main\n"
        "try: main(prog_name='microbatt')\n"
        "finally: assert not {'numba', 'dask', 'matplotlib'} & set(sys.modules)"
    )
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(place)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | variables | {"_MICROBATT_COMPLETE": f"{shell}_complete"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_shell_completes_commands_and_tells_of_them_without_loading_the_engine():
    assert completed("zsh", "microbatt dis", 1) == [
        "plain",
        "discharge",
        COMMANDS["discharge"].line,
    ]


def test_the_shell_completes_the_options_of_a_command_and_their_choices():
    assert "plain,--current" in completed("bash", "microbatt discharge --cur", 2)
    assert completed("bash", "microbatt discharge --inventory a", 3) == ["plain,area-only"]


def test_the_shell_completes_names_of_the_catalog_and_else_files():
    assert completed("bash", "microbatt plot pub", 2) == ["plain,published-sweep"]
    assert completed("bash", "microbatt discharge lco", 2) == ["plain,lco-graphite"]
    assert completed("bash", "microbatt plot my-cu", 2) == ["file,my-cu"]


def test_the_cells_of_the_catalog_are_listed(run):
    result = run("cells")
    assert result.exit_code == 0
    assert "doyle-1996-cell-1" in result.output
    words = " ".join(result.output.split())
    for shown in ("NMC532 |", "lithium", "mA h cm⁻²", "θ₊", "pybamm:Chen2020", "0–0.67"):
        assert shown in words, shown


def test_the_data_sets_of_the_catalog_are_listed_with_what_is_in_the_cache(
    run, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    result = run("datasets")
    assert result.exit_code == 0
    (sweep,) = [line for line in result.output.splitlines() if line.startswith("published-sweep")]
    assert "24 240" in sweep
    assert sweep.split()[-1] == "no"


def test_a_reader_that_goes_away_ends_a_command_without_a_word():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "microbatt", "cells"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""
    assert done.returncode in {1, 141}  # 1 where Rich has noticed it


@pytest.mark.parametrize("debug", [[], ["--debug"]])
def test_a_broken_pipe_is_no_error_of_the_program(monkeypatch, debug):
    @click.command
    def command():
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(LateGroup, "get_command", lambda *_: command)
    done = CliRunner().invoke(main, [*debug, "cells"])
    assert (done.exit_code, done.output) == (141, "")
