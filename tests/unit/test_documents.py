"""What README and CONTRIBUTING say is so: links lead somewhere, quoted code is code that runs."""

import re
from pathlib import Path

import pytest

from bnviz import Experiment
from bnviz.command.arguments import parser
from bnviz.command.inputs import read_grid, read_seeds
from bnviz.sweeps import plan

ROOT = Path(__file__).resolve().parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_commands_of_the_documentation_are_commands():
    text = text_of("docs/command_line.md")
    commands = re.findall(r"^python -m bnviz (.+)$", text, flags=re.MULTILINE)
    assert {command.split()[0] for command in commands} == {"train", "sweep", "export"}
    for command in commands:
        options = parser().parse_args(command.split())
        if "grid" in options:
            plan(Experiment(), read_grid(None, options.grid), read_seeds(options.seeds))
    (experiment,) = re.findall(r"```json\n(.+)\n```", text)
    assert len(Experiment.from_json(experiment).runs) == 2


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_to_files(name):
    targets = re.findall(r'\]\(([^)#]+)\)|src="([^"]+)"', text_of(name))
    assert targets
    missing = [target for pair in targets for target in pair if target and not (ROOT / target).exists()]
    assert missing == []


def test_the_readme_quotes_an_example_that_the_tests_run():
    code = text_of("examples/race.py").partition('"""\n\n')[2]
    assert code
    assert f"```python\n{code}```" in text_of("README.md")


def test_the_checks_run_the_test_command_of_the_readme():
    command = "pip install -r requirements-dev.txt && pytest"
    assert f"```sh\n{command}\n```" in text_of("README.md")
    assert command in text_of(".ci/run")


def test_the_torch_version_of_the_readme_is_the_pinned_one():
    (quoted,) = re.findall(r"`(torch==[^`]+)`", text_of("README.md"))
    assert quoted in text_of("requirements.txt").splitlines()
