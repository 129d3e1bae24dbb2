#!/usr/bin/env bash
# Many hostile inputs: files, texts, parameters, layers; other ones every time. At least 20,000; ten minutes to half an hour.
#   scripts/fuzz.sh [SEED] [PARSER_INPUTS] [ALGORITHM_INPUTS]     each of 17 parsers; each of 23 algorithms with its
# parameters and layers, and each of the 10 rule files that algorithms take
# Root runs it where the kernel refuses every socket to the outside and every file outside the checkout and /tmp.
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZ_SEED=${1:-$(date +%s)} FUZZ_PARSERS=${2:-1150} FUZZ_EXAMPLES=${3:-60}
export QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR=$PWD/.xdg
mkdir -p -m 700 .xdg

apart() {  # apart COMMAND …: no network; everything but the checkout and /tmp cannot be written
  if [ "$(id -u)" = 0 ] && unshare --net --mount true 2>/dev/null; then
    # shellcheck disable=SC2016
    unshare --net --mount bash -c '
      for place in "$PWD" /tmp; do mount --bind "$place" "$place"; done
      mount --bind / / && mount -o remount,bind,ro / && cd "$PWD" && exec "$@"' apart "$@"
  else
    "$@"
  fi
}

apart bash -c '
  closed=; if ! touch /etc/.fuzz 2>/dev/null; then closed="outside files closed, "; fi; rm -f /etc/.fuzz 2>/dev/null || true
  if [ "$(grep -c : /proc/net/dev)" -le 1 ]; then closed="${closed}without a network, "; fi
  echo "fuzz: seed $FUZZ_SEED, $closed$FUZZ_PARSERS inputs a parser, $FUZZ_EXAMPLES an algorithm"
  exec .venv/bin/pytest -q --tb=short --hypothesis-seed="$FUZZ_SEED" --durations=10 \
    tests/reliability/test_parsers_fuzz.py tests/reliability/test_parameters_fuzz.py'
