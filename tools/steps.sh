# What ./run and ./test share: steps that show that they are alive while they last, and name cause and log when they fail.

say_plain() { printf '%s\n' "$*"; }
stop() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# step <title> <log name> <command…>: runs it with its output in $logs/<log name>.log and its latest line on the screen.
step() {
  local title="$1" log="$logs/$2.log" status=0 began=$SECONDS pid shown="" line told=$SECONDS; shift 2
  printf '%s  %s\n' "$(date +%H:%M:%S)" "$title"
  "$@" > "$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ -t 1 ]; then
      line="$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c1-110)"
      [ "$line" = "$shown" ] || { printf '\r\033[K          %s' "$line"; shown="$line"; }
    elif [ $((SECONDS - told)) -ge 15 ]; then
      told=$SECONDS
      printf '          %3d s: %s\n' $((SECONDS - began)) "$(tail -n 1 "$log" 2>/dev/null | cut -c1-110)"
    fi
  done
  wait "$pid" || status=$?
  [ ! -t 1 ] || printf '\r\033[K'
  if [ $status -ne 0 ]; then
    printf '%s  FAILED after %d s (exit code %d): %s\n' "$(date +%H:%M:%S)" $((SECONDS - began)) $status "$title" >&2
    tail -n 25 "$log" | sed 's/^/          /' >&2
    printf '          the whole log: %s\n' "$log" >&2
    return $status
  fi
  [ $((SECONDS - began)) -lt 3 ] || printf '          %d s\n' $((SECONDS - began))
}

build_release() {
  # Started from another checkout or compiler, a build folder is made anew.
  [ ! -f build/release/CMakeCache.txt ] || grep -qx "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" build/release/CMakeCache.txt || rm -rf build/release
  [ build/release/build.ninja -nt CMakePresets.json ] || cmake --preset release
  ninja -C build/release "$@"
}
