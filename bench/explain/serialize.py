# Reads a JSON list of [text, options] and writes what json.dumps makes of each value.
import json
import sys


def serialized(text, options):
    options = dict(options)
    if "separators" in options:
        options["separators"] = tuple(options["separators"])
    try:
        return json.dumps(json.loads(text), **options)
    except ValueError:
        return None


json.dump([serialized(text, options) for text, options in json.load(sys.stdin)], sys.stdout)
