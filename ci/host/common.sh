# What facts.sh and switch.sh say in the same words; both begin with `directory` and `project` set.

limited() { timeout -k 2 "$@"; } # SECONDS COMMAND: a dockerd that hangs answers nothing, for ever

# One line a container of the project, one-off ones left out: service, name, id, image, state, health, restarts,
# start, ports of the host.
containers() {
  ids=$(limited 10 docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$project" \
    --filter label=com.docker.compose.oneoff=False) || return
  # shellcheck disable=SC2086  # each word is an argument
  [ -z "$ids" ] || limited 10 docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}} {{slice .Name 1}} {{.ID}} {{.Config.Image}} {{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.RestartCount}} {{.State.StartedAt}} {{range .HostConfig.PortBindings}}{{range .}}{{.HostPort}},{{end}}{{end}}' $ids
}

# What a plan was made from: the files, the releases, and which container runs what.
fingerprint() {
  {
    cat docker-compose.yml .env .releases/*.json
    containers | cut -d' ' -f1-4 | sort
  } 2>/dev/null | sha256sum | cut -c1-64
}

# The last record, its journal, and the services that its switch was about to change, when that did not end well.
last_record() {
  for file in .releases/[0-9]*.json; do :; done # they sort by number
  printf '%s\n' "$file"
}

journal_of() { # RECORD
  printf '.releases/run-%s.log\n' "$(sed -n 's/^ "run": "\(.*\)",*$/\1/p' "$1")"
}

touched() {
  record=$(last_record)
  grep -qsE '^ "state": "(switching|broken)"' "$record" || return 0
  sed -n 's/^[0-9]* wave //p' "$(journal_of "$record")"
}
