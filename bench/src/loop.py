"""Reads all users with auth0-python, one page of 100 after the other; prints the seconds it took."""

import sys
import time

from auth0.management import ManagementClient

domain, token, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = ManagementClient(domain=domain, token=token)
start = time.perf_counter()
emails = [user.email for user in client.users.list(per_page=100, include_totals=True, sort="created_at:1")]
seconds = time.perf_counter() - start
assert len(emails) == expected, len(emails)
print(seconds)
