#!/usr/bin/env python3
"""The table of docs/performance.md, as Markdown, from the reports that run.sh left in a folder.

    tests/bench/table.py OUT
"""

import json
import sys
from pathlib import Path

# What stands in the table: the case, its size, and what it is called there.
ROWS = (
    ("elementwise relu", "4096", "relu, 4 Ki"),
    ("elementwise relu", "67108864", "relu, 64 Mi"),
    ("elementwise sigmoid", "67108864", "sigmoid, 64 Mi"),
    ("elementwise tanh", "67108864", "tanh, 64 Mi"),
    ("elementwise sqrt", "67108864", "sqrt, 64 Mi"),
    ("elementwise exp", "67108864", "exp, 64 Mi"),
    ("elementwise log", "67108864", "log, 64 Mi"),
    ("elementwise add", "67108864", "add, 64 Mi"),
    ("elementwise relu", "1073741824", "relu, 1 Gi"),
    ("reduce sum", "10000", "sum, 10 k"),
    ("reduce sum", "100000", "sum, 100 k"),
    ("reduce sum", "1000000", "sum, 1 M"),
    ("reduce sum", "67108864", "sum, 64 Mi"),
    ("reduce sum", "1073741824", "sum, 1 Gi"),
    ("reduce max", "67108864", "max, 64 Mi"),
    ("reduce variance", "67108864", "variance, 64 Mi"),
    ("bootstrap-sample", "10000", "bootstrap, 10 k"),
    ("bootstrap-sample", "100000", "bootstrap, 100 k"),
    ("bootstrap-sample", "1000000", "bootstrap, 1 M"),
    ("bootstrap-sample", "10000000", "bootstrap, 10 M"),
    ("bootstrap-sample", "100000000", "bootstrap, 100 M"),
    ("average", "1000x100", "average, 1 k x 100"),
    ("average", "1000000x100", "average, 1 M x 100"),
    ("matmul", "1024x1024x1024", "matmul 1024"),
    ("matmul", "2048x2048x2048", "matmul 2048"),
    ("matmul", "4096x4096x4096", "matmul 4096"),
    ("matmul", "8192x8192x8192", "matmul 8192"),
    ("matmul of one row", "1x4096x4096", "matmul 1 x 4096 x 4096"),
    ("matmul of few rows", "4x4096x4096", "matmul 4 x 4096 x 4096"),
    ("matmul of few rows", "16x4096x4096", "matmul 16 x 4096 x 4096"),
    ("matmul of few rows", "64x4096x4096", "matmul 64 x 4096 x 4096"),
    ("matmul of few columns", "4096x64x4096", "matmul 4096 x 64 x 4096"),
    ("matmul of small depth", "4096x4096x64", "matmul 4096 x 4096 x 64"),
    ("matmul of odd shape", "127x4093x1021", "matmul 127 x 4093 x 1021"),
    ("batch-predict", "1000000x32x100x12", "batch-predict, 1 M x 32, 100 trees, depth 12"),
    ("batch-predict", "32000x32x100x12", "batch-predict, 32 k x 32, 100 trees, depth 12"),
    ("batch-predict of diabetes", "89x10x200x16", "batch-predict, 89 x 10, 200 trees, 96 forests in turn"),
    ("batch-predict in cache", "89x10x200x16", "the same, one forest"),
)
LIBRARIES = {"cublas": "cuBLAS", "curand": "cuRAND", "cub": "CUB"}


def load(folder, name):
    """A report's rows by case, size and who measured; empty where it is not there."""
    path = Path(folder) / f"{name}.json"
    if not path.exists():
        return {}
    return {(row["case"], row["size"], row["by"]): row for row in json.loads(path.read_text())["rows"]}


def time(seconds):
    for unit, factor in (("us", 1e6), ("ms", 1e3)):
        if seconds * factor < 1000:
            value = seconds * factor
            return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return f"{seconds:.3g} s"


def both(row, pick=time):
    """A figure, and after a bar the one without waiting for the host."""
    text = pick(row["seconds"])
    return f"{text} / {pick(row['recorded'])}" if row.get("recorded") else text


def peer(ours, row):
    """A peer's figures, and in brackets how many times as long it takes."""
    if row is None:
        return ""
    factor = f"{row['seconds'] / ours['seconds']:.2f}"
    if ours.get("recorded") and row.get("recorded"):
        factor += f" / {row['recorded'] / ours['recorded']:.2f}"
    return f"{both(row)} ({factor})"


def main(folder):
    cuda, wgpu, peers, torch = (load(folder, name) for name in ("cuda", "wgpu", "peers", "torch"))
    ceilings = json.loads((Path(folder) / "cuda.json").read_text())["ceilings"]
    print("| work | CUDA | of the ceiling | library | torch | by hand | Vulkan |\n|---|---|---|---|---|---|---|")
    for case, size, name in ROWS:
        ours = cuda.get((case, size, "wgpuc"))
        if ours is None:
            continue
        rate = (ours["flops"] or ours["bytes"]) / ours["seconds"]
        share = rate / ceilings["multiply_add" if ours["flops"] else "copy"]
        library = ""
        for by, known_as in LIBRARIES.items():
            # CUDA's libraries in our own process, and CUB in that of the kernels by hand.
            row = cuda.get((case, size, by)) or peers.get((case, size, by))
            if row is not None:
                library = f"{known_as} {peer(ours, row)}"
        others = [torch.get((case, size, "torch")), peers.get((case, size, "nvcc"))]
        vulkan = wgpu.get((case, size, "wgpuc"))
        shown = f"{100 * share:.0f} %" if ours["seconds"] > 25e-6 else ""
        cells = [name, both(ours), shown, library, *(peer(ours, row) for row in others)]
        print("| " + " | ".join([*cells, time(vulkan["seconds"]) if vulkan else ""]) + " |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
