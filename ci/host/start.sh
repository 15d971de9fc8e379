# Starts the switch detached, under a lock that ends with it, and tells its journal until it has ended.
directory=$1 project=$2 run=$3 sum=$4 script=$5
shift 5
cd "$directory" && mkdir -p .releases || exit 1
file=.releases/run-$run.sh journal=.releases/run-$run.log
printf '%s' "$script" >"$file" && touch "$journal" .releases/lock || exit 1
[ "$(sha256sum <"$file" | cut -c1-64)" = "$sum" ] || exit 1

# Not a child of this shell, whose end must not reach it; what it starts does not hold the lock.
OIS_RUN=$run setsid --fork flock --nonblock --close .releases/lock \
  setpriv --pdeathsig KILL sh "$file" "$directory" "$project" "$@" </dev/null >/dev/null 2>&1

told=0 patience=25
while :; do
  lines=$(wc -l <"$journal")
  if [ "$lines" -gt "$told" ]; then
    sed -n "$((told + 1)),${lines}p" "$journal" | while read -r _ line; do printf '\n%s: %s\n' "$0" "$line" >&3; done
    told=$lines
  fi
  case $(tail -n 1 "$journal") in *' end '*) break ;; esac
  # Its first line comes at once, or another has the lock; without the lock nobody writes any more.
  if [ "$told" = 0 ] || ! locked; then
    patience=$((patience - 1))
    [ "$patience" -gt 0 ] || break
  fi
  sleep 0.2
done
rm -f "$file"
[ -s "$journal" ] || {
  rm -f "$journal"
  cat .releases/lock
  exit 20
}
tail -n 1 "$journal" | cut -d' ' -f2-
grep -vsE '^ [A-Z][a-z]+ [^ ]+  (Recreate|Creat|Start|Runn)(ing|ed|d)?$' ".releases/run-$run.out" | tail -n 30
