# What is on the host, read-only: one fact a line, free text in base64.
directory=$1 project=$2 salt=$3

fact() { printf '%s\n' "$*"; }
encoded() { base64 -w0 "$@"; }

for tool in docker flock setsid setpriv timeout curl base64 sha256sum; do
  command -v "$tool" >/dev/null || fact missing "$tool"
done
cd "$directory" 2>/dev/null || {
  fact directory missing
  exit 0
}
[ -w . ] || fact directory read-only
[ ! -r docker-compose.yml ] || fact compose "$(encoded docker-compose.yml)"
if [ -r .env ]; then
  fact environment
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '#'* | '') continue ;; *=*) ;; *) continue ;; esac
    value=${line#*=}
    if [ -n "$value" ]; then
      fact variable "${line%%=*}" "$(printf %s "$salt$value" | sha256sum | cut -c1-64)"
    else
      fact variable "${line%%=*}" empty
    fi
  done <.env
fi
for record in .releases/*.json; do
  [ ! -f "$record" ] || fact record "$record" "$(encoded "$record")"
done
if locked; then
  fact owner "$(encoded .releases/lock)"
else
  fact touched "$(touched | tr '\n' ' ')"
  last=$(last_record)
  [ ! -f "$last" ] || fact ended "$(sed -n 's/^[0-9]* end [a-z-]* //p' "$(journal_of "$last")" | encoded)"
fi

engine=$(limited 10 docker version --format '{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}' 2>&1) || {
  fact silent "$(printf %s "${engine:-not within 10 s}" | encoded)"
  exit 0
}
fact engine "$engine"
compose=$(limited 10 docker compose version --short 2>/dev/null) && fact compose-version "$compose"
fact free "$(df --output=avail -B1 "$(limited 10 docker info --format '{{.DockerRootDir}}')" 2>/dev/null | tail -n 1)"
containers | sed 's/^/container /'
limited 10 docker image ls --digests --format '{{.Repository}}@{{.Digest}}' | sed -n 's/^.*@sha256:/present &/p'
fact fingerprint "$(fingerprint)"
