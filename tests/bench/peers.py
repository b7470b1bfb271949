#!/usr/bin/env python3
"""What torch needs for the ops of `wgpuc bench`. Prints a report for `wgpuc bench --peer`.

Time is taken as `wgpuc bench` takes it: events around so many calls that a sample is a millisecond, the median of several
samples, calls that go round several sets of buffers together larger than the cache; short calls once more as a graph.
"""

import json
import sys
import time

import torch

CACHE_BYTES = 60_000_000
MI = 1 << 20
# Calls shorter than this may wait for the host, and are measured once more without it.
SHORT = 25e-6
# The least calls of a recording.
RECORDED = 96


def sample(calls, n, first):
    """Seconds on the device for n calls, beginning with set `first`."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for i in range(n):
        calls[(first + i) % len(calls)]()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) * 1e-3


def median(calls):
    """The first decile, the median and the last decile of a call's seconds; calls of a sample, and samples."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < 0.03:
        sample(calls, 8, done)
        done += 8
    n_calls = 1
    while n_calls < 2048:
        took = sample(calls, n_calls, done)
        done += n_calls
        if took >= 1e-3:
            break
        n_calls = min(2048, int(n_calls * min(64.0, max(2.0, 1.5e-3 / max(took, 1e-9)))) + 1)
    seconds, began = [], time.monotonic()
    while len(seconds) < 3 or (len(seconds) < 31 and time.monotonic() - began < 0.25):
        seconds.append(sample(calls, n_calls, done) / n_calls)
        done += n_calls
    seconds.sort()
    return [seconds[(len(seconds) - 1) * share // 10] for share in (1, 5, 9)], n_calls, len(seconds)


def recorded(calls):
    """The seconds of a call in a graph of so many, where no launch waits for the host."""
    n_calls = -(-RECORDED // len(calls)) * len(calls)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = [calls[i % len(calls)]() for i in range(n_calls)]
    (_, seconds, _), _, _ = median([graph.replay])
    del kept
    return seconds / n_calls


def measure(name, size, n_bytes, prepare):
    """A row, from calls that `prepare` makes on buffers of their own."""
    n_sets = 1 if n_bytes > 6 << 30 else min(96, max(2, -(-3 * CACHE_BYTES // n_bytes)))
    calls = [prepare() for _ in range(n_sets)]
    (low, middle, high), n_calls, n_samples = median(calls)
    row = {"by": "torch", "case": name, "size": size, "bytes": n_bytes, "seconds": middle, "low": low, "high": high,
           "calls": n_calls, "samples": n_samples, "sets": n_sets}
    if middle < SHORT:
        row["recorded"] = recorded(calls)
    print(f"torch    {name:<26} {size:<24} {1e6 * middle:9.2f} us {1e6 * row.get('recorded', 0):9.2f} us recorded",
          file=sys.stderr)
    return row


def random(*shape, signed=True):
    values = torch.rand(*shape, device="cuda")
    return values.mul_(2).sub_(1) if signed else values


def unary(function, n, signed=True):
    def prepare():
        x, out = random(n, signed=signed), torch.empty(n, device="cuda")
        return lambda: function(x, out=out)

    return prepare


def add(n):
    x, y, out = random(n), random(n), torch.empty(n, device="cuda")
    return lambda: torch.add(x, y, out=out)


def reduction(function, *shape):
    def prepare():
        x = random(*shape, signed=False)
        return lambda: function(x)

    return prepare


def main():
    aten = torch.ops.aten
    rows = []
    for n in (4096, 65536, MI, 16 * MI, 64 * MI, 1024 * MI):
        rows.append(measure("elementwise relu", str(n), 8 * n, unary(aten.relu.out, n)))
    n = 64 * MI
    for name, function, signed in (
        ("sigmoid", torch.sigmoid, True),
        ("tanh", torch.tanh, True),
        ("sqrt", torch.sqrt, False),
        ("exp", torch.exp, True),
        ("log", torch.log, False),
    ):
        rows.append(measure(f"elementwise {name}", str(n), 8 * n, unary(function, n, signed)))
    rows.append(measure("elementwise add", str(n), 12 * n, lambda: add(n)))
    for size in (10_000, 100_000, 1_000_000, 16 * MI, 64 * MI, 1024 * MI):
        rows.append(measure("reduce sum", str(size), 4 * size, reduction(torch.sum, size)))
    rows.append(measure("reduce max", str(n), 4 * n, reduction(torch.max, n)))
    rows.append(measure("reduce variance", str(n), 4 * n, reduction(lambda x: torch.var(x, correction=0), n)))
    for size in (1_000, 10_000, 100_000, 1_000_000):
        mean = reduction(lambda x: torch.mean(x, dim=1), size, 100)
        rows.append(measure("average", f"{size}x100", 4 * size * 101, mean))
    major, minor = torch.cuda.get_device_capability()
    device = {"name": torch.cuda.get_device_name(), "backend": "cuda", "version": f"{major}.{minor}"}
    json.dump({"by": f"torch {torch.__version__}", "device": device, "rows": rows}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
