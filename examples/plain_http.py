# python3 plain_http.py: nothing but the standard library.
import json
import os
import urllib.request

url = os.environ.get("SLUICE_URL", "http://127.0.0.1:3000")
token = os.environ["SLUICE_TOKEN"]

request = urllib.request.Request(
    f"{url}/api/chat/stream",
    data=json.dumps({"message": "Hello!"}).encode(),
    headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    is_whole = False
    for line in response:
        if not line.startswith(b"data: "):
            continue
        event = json.loads(line[6:])
        if "error" in event:
            raise SystemExit(event["error"])
        print(event.get("text", ""), end="", flush=True)
        is_whole = event.get("done", is_whole)
if not is_whole:
    raise SystemExit("the answer was cut off")
