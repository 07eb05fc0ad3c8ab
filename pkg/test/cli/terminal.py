"""Runs a program on a pseudo-terminal and types into it: what the tests of the command need and Node has not.

Reads {"argv": [...], "type": [[wait for this text, then type this], ...]} and answers {"output", "code"}.
"""
import json
import os
import pty
import select
import sys
import time

order = json.load(sys.stdin)
steps = list(order["type"])
child, terminal = pty.fork()
if child == 0:
    os.execvp(order["argv"][0], order["argv"])
output = b""
waited = 0
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    if not select.select([terminal], [], [], 0.5)[0]:
        continue
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    output += part
    if steps and steps[0][0].encode() in output[waited:]:
        waited = len(output)
        time.sleep(0.2)
        os.write(terminal, steps.pop(0)[1].encode())
else:
    os.kill(child, 9)
_, status = os.waitpid(child, 0)
json.dump({"output": output.decode("utf-8", "replace"), "code": os.waitstatus_to_exitcode(status)}, sys.stdout)
