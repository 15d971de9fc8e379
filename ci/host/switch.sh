# One release, run under the lock and by nobody but this script: all new and healthy, or back to what was.
# The table has one line a service: wave, service, service or job, image, health, version, and the last three as they are
# to go back to (-: none).
UNWRITTEN="the record cannot be written: is the disk full?"

main() {
  set -u
  directory=$1 project=$2 number=$3 expected=$4 stable=$5 deadline=$6 table=$7 stock=$8 record=$9
  shift 9
  images=$1 images_before=$2 source=$3 owner=$4 learned=$5 failed_service=
  shift 5 # the files beside the compose file
  cd "$directory" || exit 1
  release=.releases/$number
  printf '%s\n' "$owner" >.releases/lock # for whoever waits; never renamed or removed
  exec >>".releases/run-$OIS_RUN.out" 2>&1
  journal=.releases/run-$OIS_RUN.log
  note begun

  kill_leftovers
  [ "$(fingerprint)" = "$expected" ] || finish refused "the host changed after the plan was made: call again"
  keep || finish refused "an image is not there or cannot be kept: $reason"
  last=$(last_record) in_flight=$(touched)
  write_release "$@" || finish refused "$reason"
  restarts_before=$(containers | cut -d' ' -f3,7)
  heal
  record_baseline
  watch_answers &
  watcher=$!
  if replace && steady && state healthy; then
    kill "$watcher"
    [ -z "$learned" ] || put .releases/state.json "$learned" || note "unlearned $reason"
    unanswered
    retire
    finish healthy "all answer"
  fi
  failure=$reason
  note "failed $failure"
  last_words
  if back; then
    state rolled-back
    kill "$watcher"
    unanswered
    finish rolled-back "$failure"
  fi
  state broken
  kill "$watcher"
  finish broken "$failure; and back: $reason"
}

# Why a service failed is in its log, which the way back takes with the container; a service may log what it was given.
last_words() {
  [ -z "$failed_service" ] || limited 10 docker logs --tail 15 "$project-$failed_service-1" 2>&1 | redacted | sed "s/^/$failed_service said: /"
}

note() { # one line of the journal, which whoever waits is told and whoever comes next heals by
  printf '%s %s\n' "$(date +%s)" "$*" >>"$journal"
  sync "$journal"
}

finish() {
  note "end $*"
  exit 0
}

because() { # REASON: fail, and let whoever ends the switch tell why
  reason=$1
  return 1
}

# A compose of an earlier owner may have outlived it: every process of this folder that carries an earlier token.
kill_leftovers() {
  here=$(pwd -P)
  for process in /proc/[0-9]*; do
    other=$({ tr '\0' '\n' <"$process/environ"; } 2>/dev/null | sed -n 's/^OIS_RUN=//p')
    case $other in
    "$OIS_RUN" | '') ;;
    *) [ "$(readlink "$process/cwd")" != "$here" ] || kill -KILL "${process#/proc/}" ;;
    esac
  done
}

# Each image must be there before anything is touched, those to go back to too: one that is not spoils a whole `up`.
keep() {
  while read -r kind name image; do
    [ "$kind" = keep ] || continue
    limited 20 docker tag "$image" "$name" || because "$image" || return
  done <<EOF
$stock
EOF
}

# What an interrupted `up` leaves: names in between, and a stop that dockerd still carries out.
heal() {
  heal_names
  stop_each "$in_flight"
  [ -z "$last" ] || ! grep -qs '^ "state": "switching"' "$last" || put "$last" "$(sed "$(closed interrupted)" "$last")"
}

heal_names() {
  containers | while read -r service name id _; do
    case $name in
    *[!0-9a-f]*_"$project-$service"-*) ;;
    ????????????_"$project-$service"-*)
      wanted=${name#*_}
      if [ "$(limited 10 docker inspect --format '{{.State.Running}}' "$id")" = true ] &&
        ! limited 10 docker inspect "$wanted" >/dev/null 2>&1; then
        limited 20 docker rename "$id" "$wanted"
      else
        limited 20 docker rm --force "$id"
      fi
      ;;
    esac
  done
}

stop_each() { # it waits for a stop that is under way
  for service in $1; do
    limited 30 docker stop "$project-$service-1"
  done
}

# The sed command that gives a record another state.
closed() { printf 's/^ "state": "[a-z-]*"/ "state": "%s"/' "$1"; }

put() { # FILE TEXT: whole or not at all
  { printf '%s\n' "$2" >"$1.partial" && sync "$1.partial" && mv "$1.partial" "$1" && sync .releases; } ||
    because "$UNWRITTEN"
}

# The folder of the release, whole before anything is touched: what Compose gets, and what it was made of.
write_release() { # FILES beside the compose file
  new=.releases/partial-$number
  reason=$UNWRITTEN
  rm -rf "$new"
  mkdir -p "$new" && cp "$source/docker-compose.yml" "$new/" || return
  for file in "$@"; do
    [ ! -f "$source/$file" ] || cp "$source/$file" "$new/" || return
  done
  [ -s .releases/salt ] || (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >.releases/salt) || return
  salt=$(cat .releases/salt)
  printf '%s' "$images" >"$new/images.env" && printf '%s' "$images_before" >"$new/before.env" &&
    printf '%s\n' "$record" >"$new/release.json" && made_of || return
  reason=$UNWRITTEN
  [ ! -e "$release" ] && sync "$new"/* "$new" && mv -T "$new" "$release" && sync .releases
}

made_of() {
  reason="Compose cannot read the release: see .releases/run-$OIS_RUN.out"
  docker compose version --short >"$new/compose-version" || return
  own=$(values "$directory/.env") && printf '%s\n' "$own" | hashed >"$new/variables" || return
  hashes "$new/docker-compose.yml" "$new/images.env" >"$new/hashes" || return
  # Through a pipe: the answer has the values of .env, which are written nowhere.
  compose 20 --project-directory "$directory" --file "$new/docker-compose.yml" --env-file .env \
    --env-file "$new/images.env" --profile '*' config --format json | sums "$directory" >"$new/sums"
}

# STATE: the last that is written into the folder of a release is how its switch ended.
state() {
  put "$release/release.json" "$(sed "$(closed "$1")" "$release/release.json")" || return
  [ "$1" != healthy ] || { ln -sfn "$number" .releases/current.partial && mv -T .releases/current.partial .releases/current; }
}

# What was not well before the switch is not asked of the way back.
record_baseline() {
  unhealthy_before=$(printf '%s\n' "$table" | unhealthy | cut -d' ' -f2 | tr '\n' ' ')
  [ -z "$unhealthy_before" ] || note "unhealthy before $unhealthy_before"
}

unhealthy() { # ROWS on stdin: those that do not run what they ran before, or do not run it well
  while read -r wave name kind image health version old_image old_health old_version; do
    [ "$old_image" = - ] || well "$name" "$kind" "$old_image" "$old_health" "$old_version" </dev/null ||
      printf '%s\n' "$wave $name $kind $image $health $version $old_image $old_health $old_version"
  done
}

# Wave after wave: a backend that fails never touches a portal.
replace() {
  begun=
  for wave in $(printf '%s\n' "$table" | cut -d' ' -f1 | uniq); do
    begun="$begun $wave"
    up new "$release/docker-compose.yml" "$release/images.env" "$(printf '%s\n' "$table" | grep "^$wave ")" || return 1
  done
}

back() {
  # Only in waves that began; a job that has run is not run again: what it did to data stays.
  rows=$(printf '%s\n' "$table" | awk -v begun="$begun " 'index(begun, " " $1 " ")')
  old=$(printf '%s\n' "$rows" | awk '$7 != "-" && $3 == "service"')
  gone=$(printf '%s\n' "$rows" | awk '$7 == "-" { print $2 }')
  before=docker-compose.yml
  [ ! -f .releases/current/docker-compose.yml ] || before=.releases/current/docker-compose.yml
  note "back"
  answering || return 1
  heal_names
  stop_each "${cut:-}"
  for service in $gone; do
    limited 30 docker rm --force "$project-$service-1"
  done
  [ -z "$old" ] || up old "$before" "$release/before.env" "$old" || return
  # A dockerd that was restarted may have ended what no wave touched.
  stopped=$(printf '%s\n' "$table" | awk -v begun="$begun " -v unhealthy=" $unhealthy_before" \
    '!index(begun, " " $1 " ") && !index(unhealthy, " " $2 " ") && $7 != "-" && $3 == "service"' | unhealthy)
  [ -z "$stopped" ] || up old "$before" "$release/before.env" "$stopped"
}

# A dockerd that hangs or is restarted may come back: without it nothing can be put back.
answering() {
  end=$(in_seconds "$deadline")
  until limited 5 docker version >/dev/null 2>&1; do
    ! is_past "$end" || because "Docker does not answer" || return
    sleep 1
  done
}

# new|old FILE IMAGES ROWS: let Compose run exactly these, and wait until each is well.
# Forward each gets another container, also for what Compose does not compare, such as the content of a mounted file.
up() {
  direction=$1 rows=$4 recreate=
  [ "$direction" = old ] || recreate=--force-recreate
  services=$(printf '%s\n' "$rows" | cut -d' ' -f2 | paste -sd' ' -)
  note "wave $services"
  # shellcheck disable=SC2086  # each word is an argument
  compose_up "$2" "$3" ${recreate:+"$recreate"} $services || {
    ended=$? failed_service=
    case $ended in 124 | 137) cut=$services ;; esac # ended in the middle of what it did
    because "docker compose up ended with $ended for $services" || return
  }
  end=$(in_seconds "$deadline")
  while read -r wave name kind image health version old_image old_health old_version; do
    if [ "$direction" = old ]; then
      case " $unhealthy_before" in *" $name "*) continue ;; esac
      image=$old_image health=$old_health version=$old_version
    fi
    until well "$name" "$kind" "$image" "$health" "$version"; do
      if [ -n "$is_final" ] || is_past "$end"; then return 1; fi
      sleep 0.2
    done
    note "well $name"
  done <<EOF
$rows
EOF
}

compose_up() ( # FILE IMAGES [--force-recreate] SERVICES
  file=$1 images=$2
  shift 2
  exec setpriv --pdeathsig KILL timeout -k 5 "$deadline" env -i PATH="$PATH" HOME="$HOME" OIS_RUN="$OIS_RUN" \
    ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} docker compose --project-name "$project" \
    --project-directory "$directory" --file "$file" --env-file .env --env-file "$images" \
    up --detach --no-deps --no-build --pull never "$@"
)

# Typed names only (.ID): with another one Docker falls back to raw data, in which a missing Health is an error.
# SERVICE KIND IMAGE HEALTH VERSION: whether it runs this image and is healthy by each source that it has, or, being a
# job, has ended well; else the reason.
well() {
  failed_service=$1 is_final=
  found=$(limited 10 docker inspect --format '{{.Config.Image}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}} {{.ID}} {{.State.ExitCode}}' "$project-$1-1" 2>/dev/null) ||
    because "$1 has no container" || return
  # shellcheck disable=SC2086  # each word is an argument
  is_well "$@" $found
}

is_well() { # the same, and its image, status, health, restarts, id and exit code
  service=$1 kind=$2 expected_image=$3 health=$4 version=$5 image=$6 status=$7 healthy=$8 restarts=$9
  shift 9
  restarts=$((restarts - $(restarts_of "$1")))
  same="$1:$restarts" code=$2
  reason=
  if [ "$image" != "$expected_image" ]; then
    reason="$service runs $image"
  elif [ "$kind" = job ]; then
    case $status:$code in
    exited:0) ;;
    exited:*) reason="$service ended with $code" is_final=yes ;;
    *) reason="$service is $status" ;;
    esac
  elif [ "$restarts" -ge 3 ]; then
    reason="$service ends again and again" is_final=yes
  elif [ "$status" != running ]; then
    reason="$service is $status"
  else
    case $healthy in healthy | none) answers "$service" "$image" "$health" "$version" ;; *) reason="$service is $healthy" ;; esac
  fi
  [ -z "$reason" ]
}

# ID: how often Docker had restarted a container before this switch, perhaps weeks ago.
restarts_of() {
  before=$(printf '%s\n' "$restarts_before" | sed -n "s/^$1 //p")
  echo "${before:-0}"
}

answers() { # SERVICE IMAGE HEALTH VERSION
  if [ "$3" != - ]; then
    code=$(http --max-time 3 --output /dev/null --write-out '%{http_code}' "$3")
    [ "$code" = 200 ] || because "$1 answers $code at $3" || return
  fi
  if [ "$4" != - ]; then
    case $(http --max-time 3 "$4") in *"$2"*) ;; *) reason="$1 does not say at $4 that it runs $2" ;; esac
  fi
}

# For the whole window each service keeps its container, does not restart and stays well.
steady() {
  note "steady"
  first=
  end=$(in_seconds "$stable")
  while :; do
    now=
    while read -r wave name kind image health version _; do
      well "$name" "$kind" "$image" "$health" "$version" || return 1
      now="$now $name=$same"
    done <<EOF
$table
EOF
    for one in $now; do
      case "${first:=$now} " in
      *" $one "*) ;;
      *)
        failed_service=${one%%=*}
        because "$failed_service was replaced or restarted within the window" || return
        ;;
      esac
    done
    ! is_past "$end" || return 0
    sleep 0.5
  done
}

# Which services do not answer at which moment, five times a second, as long as the switch lasts.
watch_answers() {
  while kill -0 $$ 2>/dev/null; do
    now=$(clock)
    while read -r wave service kind image health version _; do
      [ "$health" = - ] || http --fail --max-time 1 --output /dev/null "$health" || printf '%s %s\n' "$service" "$now"
    done <<EOF
$table
EOF
    sleep 0.2
  done >".releases/run-$OIS_RUN.silent"
}

# The seconds between the first and the last moment without an answer.
unanswered() {
  awk '{ if (!($1 in from)) from[$1] = $2; to[$1] = $2 }
    END { for (one in from) printf "%s %.1f\n", one, to[one] - from[one] + 0.2 }' ".releases/run-$OIS_RUN.silent" |
    while read -r service seconds; do note "silent $service $seconds"; done
  rm -f ".releases/run-$OIS_RUN.silent"
}

# Older releases give back their images: only names that our own records hold, and no reference that is still in use.
retire() {
  printf '%s\n' "$stock" | while read -r kind name; do
    case $kind in
    image) limited 60 docker rmi "$name" ;;
    file) rm -rf ".releases/$name" ;;
    esac
  done
}

main "$@"
