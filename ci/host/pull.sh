# Pulls the images named as pairs of service and reference; with a user the password comes on stdin.
registry=$1 user=$2 beside=$3 within=$4
shift 4

# The login is in a folder of this call's own, in memory where that can be; facts.sh removes what a killed call leaves.
place=/dev/shm
[ -w "$place" ] || place=/tmp
config=$(mktemp -d "$place/ois-cfa-login.$$.XXXXXX") || exit 1
trap 'rm -rf "$config"' EXIT
trap 'exit 1' HUP INT TERM PIPE
# With an entry of its own Docker asks no credential helper: there it would keep our login over a person's.
echo '{"auths": {"none.invalid": {}}}' >"$config/config.json"
# A folder of our own has no contexts: the daemon is that of the person's.
: "${DOCKER_HOST:=$(timeout -k 5 20 docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)}"
[ -z "$DOCKER_HOST" ] || export DOCKER_HOST
docker() { timeout -k 5 "$limit" docker --config "$config" "$@"; }

limit=60
if [ -n "$user" ]; then
  docker login --username "$user" --password-stdin "$registry" >"$config/said" 2>&1 || {
    sed 's/^/login: /' "$config/said"
    exit 10
  }
fi

# A no is not asked again; anything else is, three times: also a registry that hangs, which Docker waits for.
pull() {
  limit=$within
  for wait in 1 3 0; do
    docker pull --quiet "$2" >"$config/$1.said" 2>&1 && {
      printf '\n%s: pulled %s\n' "$0" "$1" >&3
      return
    }
    [ $? -lt 124 ] || echo "no end in $within s: Docker waits there for the registry; while it does, only its restart helps" >>"$config/$1.said"
    ! grep -qiE 'unauthorized|denied|forbidden|manifest unknown|not found|no space left' "$config/$1.said" || break
    sleep "$wait"
  done
  return 1
}

failed=0
while [ $# -gt 0 ]; do
  together=
  for _ in $(seq "$beside"); do
    [ $# -gt 0 ] || break
    pull "$1" "$2" &
    together="$together $!:$1"
    shift 2
  done
  for one in $together; do
    wait "${one%%:*}" || {
      failed=11
      sed "s/^/${one#*:}: /" "$config/${one#*:}.said"
    }
  done
done
exit "$failed"
