"""Asks what became of messages, by POST as UniSender's clients do: ADDRESS KEY ID..."""
import sys

import requests

address, key, *ids = sys.argv[1:]
form = {"format": "json", "api_key": key, "email_id": ",".join(ids)}
answer = requests.post(address + "/en/api/checkEmail", data=form, timeout=60).json()
for known in answer["result"]["statuses"]:
    print(known["id"], known["status"])
for failed in answer.get("failed_email_id", []):
    print(*failed.items())
