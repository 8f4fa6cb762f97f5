"""The check for known vulnerabilities passes where nobody can be asked, and nowhere else."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOUND = "Found 1 known vulnerability in 1 package"
TABLE = "Name Version ID Fix Versions\nTimeout-lib 1.0 CVE-2026-1 1.1"


@pytest.mark.parametrize(
    ("said", "status", "passes"),
    [
        ("No known vulnerabilities found", 0, True),
        (f"{FOUND}\n{TABLE}", 1, False),
        (f"{FOUND}\nrequests.exceptions.ReadTimeout: x", 1, False),
        ("Traceback\nImportError: cannot import name ServiceError", 1, False),
        ("requests.exceptions.ConnectionError: x\nTraceback\nKeyError: 'Timeout'", 1, False),
        ("Traceback\nrequests.exceptions.ConnectionError: HTTPSConnectionPool", 1, True),
        ("Traceback\npip_audit._service.interface.ServiceError", 1, True),
        ("ERROR:x:Could not connect\nERROR:x:Tip: your network may be blocking this service. Try another", 1, True),
    ],
)
def test_what_the_audit_passes(tmp_path: Path, said: str, status: int, passes: bool) -> None:
    program = tmp_path / "pip-audit"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$SAID"\nexit "$STATUS"\n')
    program.chmod(0o755)
    env = os.environ | {"SAID": said, "STATUS": str(status)}
    ended = subprocess.run([".ci/audit", str(tmp_path)], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (ended.returncode == 0) is passes
    assert ("nothing was checked" in ended.stdout) is (passes and status == 1)
