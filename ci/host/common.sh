# What facts.sh and switch.sh say in the same words; both begin with `directory` and `project` set.
salt= # of keyed hashes: who makes one reads it first

limited() { timeout -k 2 "$@"; } # SECONDS COMMAND: a dockerd that hangs answers nothing, for ever

clock() { cut -d' ' -f1 /proc/uptime; } # seconds, with two decimals, which no correction of the date changes
in_seconds() { echo $(($(clock | cut -d. -f1) + $1)); } # SECONDS: the whole second of the clock that is so far off
is_past() { [ "$(clock | cut -d. -f1)" -ge "$1" ]; }

http() { curl -q --silent --noproxy '*' "$@"; } # to the host itself, whatever a login shell has for others

# SECONDS ARGUMENTS: Compose with the files that the caller names and no variable but theirs: no override is merged.
compose() {
  seconds=$1
  shift
  limited "$seconds" env -i PATH="$PATH" HOME="$HOME" ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} docker compose "$@"
}

# One line a container of the project, one-off ones left out: service, name, id, image, state, health, restarts,
# start, exit code, Compose's hash, ports of the host.
containers() {
  ids=$(limited 10 docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False) || return 124
  # shellcheck disable=SC2086  # each word is an argument
  [ -z "$ids" ] || limited 10 docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}} {{slice .Name 1}} {{.ID}} {{.Config.Image}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.StartedAt}} {{.State.ExitCode}} {{or (index .Config.Labels "com.docker.compose.config-hash") "-"}} {{range .HostConfig.PortBindings}}{{range .}}{{.HostPort}},{{end}}{{end}}' $ids
}

# What a plan was made from: the files, the releases, and which container runs what.
fingerprint() {
  {
    cat docker-compose.yml .env .releases/*.json .releases/*/release.json
    containers | cut -d' ' -f1-4 | sort
  } 2>/dev/null | sha256sum | cut -c1-64
}

# FILE: the variables of a .env file as Compose reads it, a line of JSON each: "NAME": "value". They are secrets: they
# stay in pipes and in this shell.
values() {
  answer=$(printf 'name: probe\nservices: {probe: {image: probe, env_file: ["%s"]}}\n' "$1" |
    compose 20 --file - --env-file /dev/null config --format json) || return
  printf '%s\n' "$answer" | sed -n '/^      "environment": {/,/^      }/s/^        \(".*"\),*$/\1/p'
}

# Text on stdin, in which each value of .env (`own` has them) of eight characters or more is shown as its $NAME.
redacted() {
  { printf '%s' "${own:+$own
}" && echo && cat; } | awk '
    !past && !NF { past = 1; next }
    !past {
      split($0, quoted, "\"")
      value = $0
      gsub(/^"[^"]*": "|"$/, "", value)
      gsub(/\\\\/, "\001", value)
      gsub(/\\"/, "\"", value)
      gsub(/\$\$/, "$", value)
      gsub(/\\u003c/, "<", value)
      gsub(/\\u003e/, ">", value)
      gsub(/\\u0026/, "\\&", value)
      count = split(value, lines, /\\n/)
      for (i = 1; i <= count; i++) {
        gsub(/\001/, "\\", lines[i])
        if (length(lines[i]) >= 8) names[lines[i]] = quoted[2]
      }
      next
    }
    {
      for (value in names) {
        for (shown = ""; at = index($0, value); $0 = substr($0, at + length(value)))
          shown = shown substr($0, 1, at - 1) "$" names[value]
        $0 = shown $0
      }
      print
    }'
}

# The same lines on stdin: NAME, and a keyed hash of the value, by which equal values are known and none is shown.
hashed() {
  while IFS= read -r line; do
    name=${line#?}
    case $line in *'": ""') value=empty ;; *) value=$(printf %s "$salt$line" | sha256sum | cut -c1-64) ;; esac
    [ -z "$line" ] || printf '%s %s\n' "${name%%\"*}" "$value"
  done
}

# What Compose's hash of a service leaves out: the environment that env_file gives, and the configs and secrets that it
# mounts, with the variable that one is made of. On stdin are the lines of `values`, an empty line, Compose's answer.
left_out() { # SERVICE
  awk -v service="\"$1\":" -F '"' '
    !past { if (NF) value[$2] = $0; else past = 1; next }
    /^  "/ { section = $2 }
    /^    "/ { name = $2; key = ""; here = section == "services" && index($0, "    " service) == 1 }
    /^      "/ { key = $2 }
    here && key == "environment"
    here && (key == "configs" || key == "secrets") && $2 == "source" { granted[key, $4] }
    section == "configs" || section == "secrets" {
      text[section, name] = text[section, name] $0
      if ($2 == "environment") text[section, name] = text[section, name] value[$4]
    }
    END { for (grant in granted) print text[grant] | "sort" }'
}

# FILE IMAGES: of each service of a compose file, with the host's variables (`own` has them) and these images, Compose's
# own hash and a keyed hash of what that leaves out: SERVICE HASH.HASH
hashes() {
  config() {
    compose 20 --project-directory "$directory" --file "$file" --env-file .env --env-file "$images_file" --profile '*' \
      config "$@"
  }
  file=$1 images_file=$2
  digests=$(config --hash '*') && answer=$(config --format json) || return
  printf '%s\n' "$digests" | while read -r service digest; do
    rest=$(printf '%s\n\n%s\n' "$own" "$answer" | left_out "$service")
    printf '%s %s.%.16s\n' "$service" "$digest" "$(printf %s "$salt$rest" | sha256sum)"
  done
}

# ROOT: keyed checksums of the files below it that a project takes, a line each: some are secrets. Compose's answer comes
# on stdin.
sums() {
  sed -n -e "s|^ *\"source\": \"$1/\(.*\)\",*\$|\1|p" -e "s|^ *\"file\": \"$1/\(.*\)\",*\$|\1|p" | sort -u |
    while IFS= read -r name; do
      [ ! -f "$name" ] || printf '%s %s\n' "$({ printf %s "$salt" && cat "$name"; } | sha256sum | cut -c1-64)" "$name"
    done
}

# The records, oldest first; a folder for each release, a file for one of an older version of the pipeline.
records() {
  for record in .releases/[0-9]*; do
    [ ! -d "$record" ] || record=$record/release.json
    case $record in *.json) [ ! -f "$record" ] || printf '%s\n' "$record" ;; esac
  done
}

last_record() { records | tail -n 1; }

journal_of() { # RECORD
  printf '.releases/run-%s.log\n' "$(sed -n 's/^ "run": "\(.*\)",*$/\1/p' "$1")"
}

# The services that the last switch was about to change, when that did not end well.
touched() {
  record=$(last_record)
  [ -n "$record" ] && grep -qsE '^ "state": "(switching|broken)"' "$record" || return 0
  sed -n 's/^[0-9]* wave //p' "$(journal_of "$record")"
}
