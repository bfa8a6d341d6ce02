"""What it is deployed with: the systemd unit, the image, the examples for Compose, Kubernetes and GitHub Actions."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.assembly import FINISH_SECONDS
from bot.command_line.parser import parse
from bot.problems import ExitCode
from bot.settings import load_settings

ROOT = Path(__file__).parents[2]
CONFIG, EXAMPLES = ROOT / "config", ROOT / "docs" / "examples"
UNIT = CONFIG / "linkbot.service"
BIN = Path(sys.executable).parent
USER = 10001
PORT = 9464
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


def unit_settings() -> dict[str, list[str]]:
    """The unit's settings, each with its values in order."""
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"(?m)^(\w+)=(.*)$", UNIT.read_text(encoding="utf-8")):
        found.setdefault(key, []).append(value)
    return found


def seconds(text: str) -> int:
    """A time as systemd and Compose write it."""
    number, unit = re.fullmatch(r"(\d+)(s|min)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "min": 60}[unit]


# systemd


@needs_systemd
def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    """Every key of the unit is known, and what it starts is there once it is installed."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/linkbot/.venv/bin/", f"{BIN}/"), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(copy)]
    found = subprocess.run(command, capture_output=True, text=True)
    assert [line for line in found.stderr.splitlines() if UNIT.name in line] == []
    assert found.returncode == 0, found.stderr


@needs_systemd
def test_systemd_rates_the_unit_as_well_confined() -> None:
    """Its exposure is 2.0 of 10 at most."""
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(UNIT)]
    rated = subprocess.run(command, capture_output=True, text=True)
    assert rated.returncode == 0, rated.stdout


def test_the_unit_knows_how_linkbot_ends() -> None:
    """What a person must mend is not started again and again; what is being sent has its time, and so has closing."""
    found = unit_settings()
    for_a_person = {ExitCode.USAGE, ExitCode.TOKEN_REFUSED, ExitCode.CONFIGURATION}
    assert set(found["RestartPreventExitStatus"][0].split()) == {str(int(code)) for code in for_a_person}
    assert seconds(found["TimeoutStopSec"][0]) >= FINISH_SECONDS + 15
    assert found["ExecReload"] == ["/bin/kill -HUP $MAINPID"]


def test_what_the_unit_starts_is_a_command() -> None:
    """The command line of ExecStart is one that linkbot takes, and the token comes by a credential alone."""
    found = unit_settings()
    program, *arguments = shlex.split(found["ExecStart"][0])
    assert program == "/opt/linkbot/.venv/bin/linkbot"
    assert parse(arguments).command == "run"
    ((name, source),) = (value.split(":") for value in found["LoadCredential"])
    assert f"DISCORD_TOKEN_FILE=%d/{name}" in found["Environment"]
    assert not any(value.startswith("DISCORD_TOKEN=") for value in found["Environment"])
    told = (ROOT / "docs" / "systemd.md").read_text(encoding="utf-8")
    assert all(path in told for path in (source, program, str(parse(arguments).config)))


# The image


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"(?m)^#.*\n", "", (CONFIG / "Dockerfile").read_text(encoding="utf-8")).replace("\\\n", "")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def last(instruction: str) -> str:
    """What the image's last such instruction says."""
    return [rest for word, rest in instructions() if word == instruction][-1]


@pytest.mark.skipif(not (BIN / "hadolint").exists(), reason="hadolint is not installed")
def test_hadolint_finds_no_fault_with_the_dockerfile() -> None:
    """The linter of Dockerfiles has nothing to say."""
    found = subprocess.run([BIN / "hadolint", CONFIG / "Dockerfile"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_the_image_is_made_of_what_is_there_and_nothing_else() -> None:
    """Each file that is copied exists and reaches the builder; what is not copied, tokens and state, does not."""
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert all((ROOT / source).exists() for source in copied)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied


def test_the_image_runs_without_root_and_without_a_shell() -> None:
    """Its user is a number that is not 0; signals reach linkbot itself; it asks after its health as one can."""
    assert last("USER") == f"{USER}:{USER}"
    assert last("STOPSIGNAL") == "SIGTERM"
    assert last("EXPOSE") == str(PORT)
    entrypoint, command = json.loads(last("ENTRYPOINT")), json.loads(last("CMD"))
    assert entrypoint == ["linkbot"]
    assert parse(command).command == "run"
    _, _, check = last("HEALTHCHECK").partition("CMD ")
    program, *arguments = json.loads(check)
    assert program == "linkbot"
    assert parse(arguments).command == "status"


def test_the_examples_settings_fit_the_image() -> None:
    """Unchanged, the example's folders are those that are mounted into a container."""
    settings = yaml.safe_load((CONFIG / "bot.example.yaml").read_text(encoding="utf-8"))
    working = last("WORKDIR")
    file = Path(working) / parse(["run"]).config
    assert os.path.normpath(file.parent / settings["content"]["directory"]) == "/content"
    assert os.path.normpath(file.parent / settings["state"]["directory"]) == "/state"


def test_compose_confines_the_container() -> None:
    """Read-only but for the state, without rights, with time to finish; what it names is there, the token a secret."""
    compose = yaml.safe_load((CONFIG / "compose.yaml").read_text(encoding="utf-8"))
    (service,) = compose["services"].values()
    assert (service["read_only"], service["cap_drop"], service["user"]) == (True, ["ALL"], f"{USER}:{USER}")
    assert "no-new-privileges:true" in service["security_opt"]
    assert seconds(service["stop_grace_period"]) >= FINISH_SECONDS + 10
    assert (CONFIG / service["build"]["context"] / service["build"]["dockerfile"]).samefile(CONFIG / "Dockerfile")
    mounts = {mount["target"]: mount for mount in service["volumes"]}
    assert [target for target, mount in mounts.items() if not mount.get("read_only")] == ["/state"]
    assert (CONFIG / mounts["/config"]["source"]).samefile(CONFIG)
    assert mounts["/state"]["source"] in compose["volumes"]
    (secret,) = service["secrets"]
    assert service["environment"] == {"DISCORD_TOKEN_FILE": f"/run/secrets/{secret}"}
    hidden = subprocess.run(["git", "check-ignore", "-q", CONFIG / compose["secrets"][secret]["file"]], cwd=ROOT)
    assert hidden.returncode in (0, 128)  # 128: this is no checkout


# Kubernetes


@pytest.fixture(scope="module")
def kubernetes() -> dict[str, Any]:
    """The example's objects by their kind."""
    with (EXAMPLES / "kubernetes.yaml").open(encoding="utf-8") as stream:
        return {each["kind"]: each for each in yaml.safe_load_all(stream)}


def test_kubernetes_never_runs_two(kubernetes: dict[str, Any]) -> None:
    """One pod, which ends before the next one begins, with time to finish, and a volume that one can mount."""
    spec = kubernetes["Deployment"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] >= FINISH_SECONDS + 10
    assert kubernetes["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteOncePod"]
    labels = spec["template"]["metadata"]["labels"].items()
    assert spec["selector"]["matchLabels"].items() <= labels


def test_kubernetes_confines_every_container(kubernetes: dict[str, Any]) -> None:
    """All that the "restricted" level of the pod security standards asks for, and a read-only root besides."""
    pod = kubernetes["Deployment"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == USER
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in (*pod["initContainers"], *pod["containers"]):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}


def test_kubernetes_mounts_what_the_settings_name(kubernetes: dict[str, Any], tmp_path: Path) -> None:
    """The example's settings are valid, and each folder, port and secret in them is where the pod has it."""
    (name, text), *more = kubernetes["ConfigMap"]["data"].items()
    assert (name, more) == ("bot.yaml", [])
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    settings = load_settings(file, for_rehearsal=True)  # the channel is the example's
    pod = kubernetes["Deployment"]["spec"]["template"]["spec"]
    linkbot = next(container for container in pod["containers"] if container["name"] == "linkbot")
    mounts = {mount["mountPath"]: mount for mount in linkbot["volumeMounts"]}
    assert {mount["name"] for mount in mounts.values()} == {volume["name"] for volume in pod["volumes"]}
    assert "subPath" not in mounts["/config"]
    assert str(settings.state.directory) in mounts
    (sync,) = (container for container in pod["containers"] if container["name"] == "git-sync")
    options = dict(argument.removeprefix("--").split("=", 1) for argument in sync["args"])
    assert str(settings.content.directory).startswith(f"{options['root']}/{options['link']}/")
    assert mounts[options["root"]]["readOnly"]
    (token,) = (each["value"] for each in linkbot["env"] if each["name"] == "DISCORD_TOKEN_FILE")
    assert str(Path(token).parent) in mounts


def test_kubernetes_asks_where_health_is_served(kubernetes: dict[str, Any], tmp_path: Path) -> None:
    """The probes reach the port of the settings; what is not ready is not killed for it."""
    file = tmp_path / "bot.yaml"
    file.write_text(kubernetes["ConfigMap"]["data"]["bot.yaml"], encoding="utf-8")
    assert str(yaml.safe_load(file.read_text(encoding="utf-8"))["health"]["listen"]) == f"0.0.0.0:{PORT}"
    containers = kubernetes["Deployment"]["spec"]["template"]["spec"]["containers"]
    (linkbot,) = (container for container in containers if container["name"] == "linkbot")
    assert linkbot["ports"] == [{"name": "health", "containerPort": PORT}]
    probes = {probe: linkbot[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {asked["port"] for asked in probes.values()} == {"health"}
    assert [asked["path"] for asked in probes.values()] == ["/healthz", "/healthz", "/readyz"]


# Runs by cron and GitHub Actions; the workflow's shell lines are run by tests/end_to_end/test_scheduled_runs.py


def test_the_workflow_runs_one_at_a_time_and_always_saves() -> None:
    """No run is cancelled by another; the state is saved of a failed run too; it may write nothing but the contents."""
    workflow = yaml.safe_load((EXAMPLES / "announce.yml").read_text(encoding="utf-8"))
    assert workflow["concurrency"] == {"group": "linkbot", "cancel-in-progress": False}
    assert workflow["permissions"] == {"contents": "write"}
    assert set(workflow[True]) == {"push", "schedule", "workflow_dispatch"}  # YAML 1.1 reads `on` as true
    (job,) = workflow["jobs"].values()
    assert job["steps"][-1]["if"].startswith("always()")
    for line in re.findall(r"(?m)^ *linkbot (.+)$", "\n".join(step.get("run", "") for step in job["steps"])):
        assert parse(shlex.split(line.replace("$ANNOUNCE", "content/a.md"))).config == Path("linkbot.yaml")


def test_the_line_for_cron_is_a_command_of_the_installation() -> None:
    """What cron starts is what docs/systemd.md installs, with arguments that linkbot takes."""
    text = (ROOT / "docs" / "scheduled-runs.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"(?m)^\*/10 \* \* \* \* linkbot (.+)$", text)
    token, program, *arguments = shlex.split(line)
    assert [program] == shlex.split(unit_settings()["ExecStart"][0])[:1]
    assert token.startswith("DISCORD_TOKEN_FILE=/")
    parsed = parse(arguments[: arguments.index(">>")])
    assert (parsed.command, parsed.once) == ("run", True)
