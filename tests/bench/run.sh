#!/bin/sh
# Measures wgpuc and its peers on this machine's NVIDIA GPU, in one go of some four minutes.
#
#   tests/bench/run.sh path/to/wgpuc [OUT]
#
# Takes a release build of the command; needs nvcc for the peers by hand and the libraries, and a python3 with torch for
# torch: what is not there is left out, and said. Writes into OUT (bench-out unless named) the reports as JSON, the tables
# as text and the charts as SVG.
set -u
if [ $# -lt 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 path/to/wgpuc [OUT]" >&2
    exit 2
fi
wgpuc=$1
out=${2:-bench-out}
here=$(dirname "$0")
mkdir -p "$out"
failed=0
peers=""

# cuBLAS and cuRAND lie beside nvcc, or came with torch.
libraries=$(python3 -c "import glob, sys; print(':'.join(p for s in sys.path for p in glob.glob(s + '/nvidia/*/lib')))" 2>/dev/null)
if command -v nvcc >/dev/null; then
    libraries=$(dirname "$(dirname "$(command -v nvcc)")")/lib64:$libraries
fi
export LD_LIBRARY_PATH="$libraries:${LD_LIBRARY_PATH:-}"

step() {
    echo "== $1 ($(date +%T))" >&2
}

if command -v nvcc >/dev/null; then
    step "compiling the peers"
    capability=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)
    if nvcc -O3 -std=c++17 --default-stream per-thread -gencode="arch=compute_$capability,code=sm_$capability" "$here/cuda/peers.cu" \
        -o "$out/peers"; then
        step "peers by hand, CUB, cuBLAS, cuRAND"
        if "$out/peers" >"$out/peers.json" 2>"$out/peers.txt"; then peers="--peer $out/peers.json"; else failed=1; fi
        tail -n 2 "$out/peers.txt" >&2
    else
        failed=1
    fi
else
    echo "no nvcc here: nothing by hand, no CUB, cuBLAS or cuRAND" >&2
fi
if python3 -c "import torch; assert torch.cuda.is_available()" 2>/dev/null; then
    step "torch"
    if python3 "$here/peers.py" >"$out/torch.json" 2>"$out/torch.txt"; then
        peers="$peers --peer $out/torch.json"
    else
        failed=1
        tail -n 2 "$out/torch.txt" >&2
    fi
else
    echo "no torch with CUDA here" >&2
fi
for backend in cuda wgpu; do
    step "wgpuc on $backend"
    # $peers is a list of options.
    # shellcheck disable=SC2086
    "$wgpuc" bench --backend "$backend" $peers --json "$out/$backend.json" --plot "$out/$backend.svg" \
        >"$out/$backend.txt" || failed=1
    cat "$out/$backend.txt"
done
step "done"
exit "$failed"
