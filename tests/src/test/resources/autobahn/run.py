# Runs the Autobahn fuzzing client: run.py SUITE URL OUT CASES
# SUITE is the jar that holds the suite with Twisted and Autobahn in pure Python; CASES are separated by commas.
import sys

suite, url, out, cases = sys.argv[1:5]
sys.path.insert(0, suite)

from autobahntestsuite import wstest

options = {"mode": "fuzzingclient", "spec": None, "debug": False, "wsuri": None, "key": None, "cert": None, "ident": None}
spec = {
    "outdir": out,
    "servers": [{"agent": "byssus", "url": url}],
    "cases": cases.split(","),
    "exclude-cases": [],
    "exclude-agent-cases": {},
    "options": {"failByDrop": False},
}
wstest.start(options, spec)
