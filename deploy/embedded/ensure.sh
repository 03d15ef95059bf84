#!/bin/sh
# Brings a fresh checkout to where it can run: packages as package-lock.json names them, and the build; then becomes the program
# named, so that whoever ends this process ends the program: ensure.sh [PROGRAM.js ARGUMENT...]
# Says nothing where nothing is to be done.
set -eu
cd "$(dirname "$0")/../.."

fail() {
  printf 'opdomain: %s\n' "$1" >&2
  exit 2
}

# Whether the npm that started this is gone: then nobody waits for what would be started here.
orphaned() {
  [ -n "${npm_lifecycle_event:-}" ] || return 1
  if [ -r "/proc/$$/stat" ]; then
    read -r _ _ _ parent _ <"/proc/$$/stat"
    [ "$parent" != "$PPID" ]
  else
    ! kill -0 "$PPID" 2>/dev/null
  fi
}

command -v node >/dev/null 2>&1 || fail 'Node.js is needed (any version from 20 on; the project brings its own 24). https://nodejs.org'
command -v npm >/dev/null 2>&1 || fail 'npm is needed; it comes with Node.js.'

# One at a time; the lock is also held by an npm whose shell was killed, until it ends.
exec 9<package-lock.json
if command -v flock >/dev/null 2>&1 && ! flock -n 9; then
  printf 'opdomain: waiting for another installation or build in this folder\n' >&2
  flock 9
fi

stamp=node_modules/.opdomain-lock
digest=$(node -p 'require("crypto").createHash("sha256").update(require("fs").readFileSync("package-lock.json")).digest("hex")')

# An installation made by hand counts too: npm notes in its own record when it was made.
if [ ! -f "$stamp" ] && [ -f node_modules/.package-lock.json ] && [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
  printf '%s' "$digest" >"$stamp"
fi

if [ "$(cat "$stamp" 2>/dev/null || true)" != "$digest" ]; then
  printf 'opdomain: installing packages (usually about 50 s)\n' >&2
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  npm ci --no-audit --no-fund --loglevel=error >"$log" 2>&1 &
  npm=$!
  trap 'kill "$npm" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
  seconds=0
  while kill -0 "$npm" 2>/dev/null; do
    sleep 1
    seconds=$((seconds + 1))
    [ $((seconds % 10)) -ne 0 ] || printf 'opdomain: installing packages, %s s\n' "$seconds" >&2
    ! orphaned || kill "$npm" 2>/dev/null || true
  done
  wait "$npm" || {
    grep -v "^npm error *$" "$log" | head -n 15 >&2
    fail 'npm ci did not succeed (what it said is above). It needs the npm registry; the proxy and registry settings of npm apply.'
  }
  rm -f "$log"
  trap - EXIT INT TERM
  printf '%s' "$digest" >"$stamp"
fi

PATH="$PWD/node_modules/.bin:$PATH"
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 24 || (major === 24 && minor >= 9) ? 0 : 1)' 2>/dev/null ||
  fail "Node.js 24.9 or newer does not run here: the package \"node\" brings it for this platform through its install script (npm ci must be allowed to run it)."

[ -f dist/.tsbuildinfo ] || printf 'opdomain: building (usually about 30 s)\n' >&2
npm run -s build >&2 || fail 'the build failed; the errors are above.'
exec 9<&-

if orphaned; then exit 129; fi
if [ $# -gt 0 ]; then exec node "$@"; fi
