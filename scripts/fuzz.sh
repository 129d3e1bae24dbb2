#!/usr/bin/env bash
# Many hostile inputs: files, texts, parameters, layers; other ones every time. At least 20,000; ten minutes to half an hour.
#   scripts/fuzz.sh [SEED] [PARSER_INPUTS] [ALGORITHM_INPUTS]     each of 17 parsers; each of 22 algorithms with its
# parameters and layers, and each of the 10 rule files that algorithms take
# Root runs it without a network: the kernel refuses every socket to the outside.
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZ_SEED=${1:-$(date +%s)} FUZZ_PARSERS=${2:-1150} FUZZ_EXAMPLES=${3:-60}
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD/.xdg
mkdir -p -m 700 .xdg
apart=()
if [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then apart=(unshare --net); fi
echo "fuzz: seed $FUZZ_SEED, ${apart[*]:+without a network, }$FUZZ_PARSERS inputs a parser, $FUZZ_EXAMPLES an algorithm"
"${apart[@]}" .venv/bin/pytest -q --tb=short --hypothesis-seed="$FUZZ_SEED" --durations=10 \
  tests/reliability/test_parsers_fuzz.py tests/reliability/test_parameters_fuzz.py
