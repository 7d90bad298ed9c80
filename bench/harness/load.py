"""Runs the load generator once and reads its answer."""

import json
import subprocess
import urllib.request
from typing import Any

from harness.processes import TargetFailed, pin_to
from harness.targets import PEERS, PHONE_NUMBER_ID, Place, Running

Sample = dict[str, Any]

PATIENCE_SECONDS = 900


def run(place: Place, running: Running, scenario: str, *options: str) -> Sample:
    command = [str(PEERS / "load"), scenario, "--target", f"127.0.0.1:{running.port}"]
    command += ["--watch", ",".join(map(str, running.watched)), "--api-key", place.api_key]
    command += ["--app-secret", place.app_secret, "--phone-number-id", PHONE_NUMBER_ID]
    if running.stub_port is not None:
        command += ["--stub", f"127.0.0.1:{running.stub_port}"]
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
        preexec_fn=pin_to(place.cores.load),
    )
    sample: Sample = json.loads(done.stdout) if done.stdout else {}
    if done.returncode != 0:
        raise TargetFailed(_complaint(sample) or done.stderr.strip())
    return sample


def accepted(running: Running) -> int:
    """How many messages came to the stub."""
    address = f"http://127.0.0.1:{running.stub_port}/accepted"
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.read())


def _complaint(sample: Sample) -> str:
    if not sample:
        return ""
    if sample["unexpected"]:
        answers = f"{sample['unexpected']} of {sample['requests']} answers were not expected"
        return f"{answers}, the first: {sample['first_unexpected']}"
    return f"{sample['transport_errors']} requests got no answer"
