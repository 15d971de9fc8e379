# Starts the switch detached, under a lock that ends with it, and tells its journal until it has ended.
directory=$1 project=$2 run=$3 sum=$4 script=$5
shift 5
cd "$directory" && mkdir -p .releases || exit 1
file=.releases/run-$run.sh journal=.releases/run-$run.log
printf '%s' "$script" >"$file" && touch "$journal" .releases/lock || exit 1
(umask 077 && : >".releases/run-$run.out") || exit 1 # containers' own words
[ "$(sha256sum <"$file" | cut -c1-64)" = "$sum" ] || exit 1

# Not a child of this shell, whose end must not reach it; what it starts does not hold the lock. Its exit code says whether
# it began: 75 is flock's own, for a lock that another switch holds.
# shellcheck disable=SC2016  # expanded by the inner shell
OIS_RUN=$run setsid --fork sh -c 'run=$1
  shift
  flock --nonblock --conflict-exit-code 75 --close .releases/lock setpriv --pdeathsig KILL sh "$run.sh" "$@" 2>"$run.said"
  echo $? >"$run.ended"' sh ".releases/run-$run" "$directory" "$project" "$@" </dev/null >/dev/null 2>&1

told=0 patience=25 ended=
while :; do
  lines=$(wc -l <"$journal")
  if [ "$lines" -gt "$told" ]; then
    sed -n "$((told + 1)),${lines}p" "$journal" | while read -r _ line; do printf '\n%s: %s\n' "$0" "$line" >&3; done
    told=$lines
  fi
  case $(tail -n 1 "$journal") in *' end '*) break ;; esac
  [ -z "$ended" ] || break # after its last line was told
  ended=$(cat ".releases/run-$run.ended" 2>/dev/null)
  # Where all of it was killed nobody says so: then nobody has the lock.
  if [ "$told" -gt 0 ] && ! locked; then
    patience=$((patience - 1))
    [ "$patience" -gt 0 ] || break
  fi
  sleep 0.2
done
said=$(cat ".releases/run-$run.said" 2>/dev/null)
rm -f "$file" ".releases/run-$run.said" ".releases/run-$run.ended"
if [ ! -s "$journal" ]; then
  rm -f "$journal"
  [ "$ended" = 75 ] || {
    printf '%s\n' "${said:-it ended with ${ended:-no word}}"
    exit 21
  }
  cat .releases/lock
  exit 20
fi
tail -n 1 "$journal" | cut -d' ' -f2-
# Not Compose's progress, nor its warnings of unset variables, which quote what follows a $ in a secret. Where .env cannot
# be read, nobody knows what is one.
own=$(values "$directory/.env" 2>/dev/null) || exit 0
grep -vsE '^ [A-Z][a-z]+ [^ ]+  (Recreate|Creat|Start|Runn)(ing|ed|d)?$|variable is not set' ".releases/run-$run.out" | redacted | tail -n 30
