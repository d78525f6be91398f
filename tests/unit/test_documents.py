"""What README and CONTRIBUTING say is so: links lead somewhere, quoted code is code that runs."""

import re
from pathlib import Path

import pytest

from bnviz import Experiment
from bnviz.command.arguments import parser
from bnviz.command.inputs import read_grid, read_seeds
from bnviz.grid import plan
from bnviz.limits import HOSTED, LAPTOP
from bnviz.ui.page.own_parameters import OWN
from bnviz.ui.server import configuration
from bnviz.ui.server.configuration import Configuration

ROOT = Path(__file__).resolve().parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_commands_of_the_documentation_are_commands():
    text = text_of("docs/command_line.md")
    commands = re.findall(r"^python -m bnviz (.+)$", text, flags=re.MULTILINE)
    assert {command.split()[0] for command in commands} == {"train", "sweep", "export", "script"}
    for command in commands:
        options = parser().parse_args(command.split())
        if "grid" in options:
            plan(Experiment(), read_grid(None, options.grid), read_seeds(options.seeds))
    (experiment,) = re.findall(r"```json\n(.+)\n```", text)
    assert len(Experiment.from_json(experiment).runs) == 2


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/deployment.md", "docs/notebook.md", "docs/teaching.md"]
)
def test_links_lead_to_files(name):
    targets = re.findall(r'\]\(([^)#]+)\)|src="([^"]+)"', text_of(name))
    assert targets
    missing = [
        target for pair in targets for target in pair if target and not (ROOT / name).parent.joinpath(target).exists()
    ]
    assert missing == []


def test_the_table_of_links_has_every_parameter_of_the_frame():
    named = {
        name.partition(".")[0] for name in re.findall(r"^\| `([^`]+)`", text_of("docs/links.md"), flags=re.MULTILINE)
    }
    assert named == {*OWN, "embed"}


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


def test_the_table_of_settings_names_every_setting_with_its_default(monkeypatch):
    monkeypatch.setattr(configuration, "bytes_allowed", lambda: 2.7e9)
    rows = re.findall(r"^\| `BNVIZ_(\w+)` \| (\S+) \| (\S+) \|", text_of("docs/deployment.md"), flags=re.MULTILINE)
    told = {name.lower(): (local, hosted) for name, local, hosted in rows}
    bounds = {name.removeprefix("max_"): told.pop(name) for name in list(told) if name.startswith("max_")}
    assert {name: tuple(float(text.replace(",", "")) for text in pair) for name, pair in bounds.items()} == {
        name: (LAPTOP[name].high, HOSTED[name].high) for name in HOSTED
    }
    assert told.pop("hosted") == ("`0`", "`1`")
    assert told.pop("dask_scheduler") == ("none", "none")
    local, hosted = Configuration(), Configuration(hosted=True)
    assert told.pop("frame_ancestors") == (f"`{local.frame_ancestors}`",) * 2
    assert told.pop("deadline_seconds") == (f"{local.deadline:g}", f"{hosted.deadline:g}")
    assert told.pop("results_megabytes") == tuple(str(found.results_bytes // 1_000_000) for found in (local, hosted))
    assert told.pop("processes") == tuple(str(found.at_once) for found in (local, hosted))
    assert told == {"queue": (str(local.queue),) * 2}
