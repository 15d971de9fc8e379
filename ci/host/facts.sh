# What is on the host, read-only: one fact a line, free text in base64.
# Of git come the compose file, .env.dev and the names of the files beside; `images` has the image variables of the
# release to come, `markers` a value by which each of them is recognised.
directory=$1 salt=$2 git_compose=$3 git_variables=$4 markers=$5 images=$6
shift 6

fact() { printf '%s\n' "$*"; }
encoded() { base64 -w0 "$@"; }
facts() { sed "s/^/$1 /" "$2"; } # NAME FILE: a fact of each line
last_fact() { # without which there is no more to tell
  fact "$@"
  exit 0
}

for tool in docker flock setsid setpriv timeout curl base64 sha256sum; do
  command -v "$tool" >/dev/null || fact missing "$tool"
done
cd "$directory" 2>/dev/null || last_fact directory missing
# What an old or a small version of a tool does not have, and a file system that cannot lock.
while read -r needed; do
  ! command -v "${needed%% *}" >/dev/null || sh -c "$needed" >/dev/null 2>&1 </dev/null || fact missing "${needed%% true*}"
done <<'EOF'
flock --nonblock --conflict-exit-code 75 --close . true || [ $? = 75 ] # another call asks the same
setsid --fork true
setpriv --pdeathsig KILL true
timeout -k 1 9 true
base64 -w0 /dev/null
df --output=avail -B1 .
sync .
EOF
[ -w . ] || fact directory read-only
for login in /dev/shm/ois-cfa-login.* /tmp/ois-cfa-login.*; do # of a pull that was killed
  process=${login#*/ois-cfa-login.}
  [ ! -d "$login" ] || [ -d "/proc/${process%.*}" ] || rm -rf "$login"
done
work=$(mktemp -d) || last_fact directory "full: there is no room for a temporary file"
trap 'rm -rf "$work"' EXIT
printf '%s' "$git_compose" >"$work/docker-compose.yml"
printf '%s' "$git_variables" >"$work/.env"
printf '%s' "$markers" >"$work/markers"
printf '%s' "$images" >"$work/images"

[ ! -r .env ] || fact environment
[ ! -r docker-compose.yml ] || fact compose "$(encoded docker-compose.yml)"
for name in compose.yaml compose.yml docker-compose.yaml *.override.yml *.override.yaml; do
  [ ! -f "$name" ] || fact other "$name"
done
[ ! -f .releases/state.json ] || fact state "$(encoded .releases/state.json)"
records | while IFS= read -r record; do fact record "$record" "$(encoded "$record")"; done
if locked; then
  fact owner "$(encoded .releases/lock)"
else
  fact touched "$(touched | tr '\n' ' ')"
  last=$(last_record)
  [ -z "$last" ] || fact ended "$(sed -n 's/^[0-9]* end [a-z-]* //p' "$(journal_of "$last")" | encoded)"
fi

# The names in Compose's warnings.
unset_variables() { sed -n 's/.*The \\"\([A-Za-z0-9_]*\)\\" variable is not set.*/\1/p' "$work/said" | sort -u; }

# The project as git has it, with git's values alone, so no secret is sent. What git leaves empty gets a value.
project_of_git() {
  touch "$work/placeholders"
  compose 20 --project-directory "$work" --file "$work/docker-compose.yml" --env-file "$work/.env" \
    --env-file "$work/placeholders" --env-file "$work/markers" --profile '*' config --format json \
    >"$work/project" 2>"$work/said"
}

# What stands before a = in .env may be a line of a secret: only names that git has leave the host.
names_of_git() { awk 'NR == FNR { names[$1]; next } $1 in names' "$work/names" -; }
printf '%s\n' "$git_compose" "$git_variables" COMPOSE_FILE | tr -cs 'A-Za-z0-9_' '\n' >"$work/names"

# FILE LINE: a line of an env file and the key that it belongs to, each `-` when unknown. What Compose prints quotes
# values and stays on the host.
env_line() {
  key=$(head -n "${2:-1000000}" "$1" | sed -n 's/^ *\(export  *\)*\([A-Za-z0-9_]*\) *[=:].*/\2/p' | names_of_git | tail -n 1)
  printf '%s %s\n' "${2:--}" "${key:--}"
}
unreadable() { # NAME FILE
  unread_file=$1 line=$(sed -n 's/^\(.*: \)*line \([0-9]*\):.*/\2/p' "$work/said" | head -n 1)
  open=$(sed -n 's/.*unterminated quoted value .//p' "$work/said" | head -n 1) # there the line is the file's last
  [ -z "$open" ] || line=$(grep -nF -e "$open" "$2" | head -n 1 | cut -d: -f1)
  fact unread "$1" "$(env_line "$2" "$line")"
}

for name in "$@"; do
  [ ! -f "$name" ] || { fact beside "$(sha256sum <"$name" | cut -c1-64)" "$name" && cp "$name" "$work/$name"; }
done
[ ! -r .releases/salt ] || salt=$(cat .releases/salt)
current=.releases/current unread_file=
if version=$(limited 10 docker compose version --short 2>/dev/null); then
  fact compose-version "$version"
  if given=$(values "$work/.env" 2>"$work/said"); then
    fact given-values "$(printf '%s\n' "$given" | encoded)"
    printf '%s\n' "$given" | hashed | sed 's/^/given /'
    printf '%s\n' "$given" | sed -n 's/^"\([^"]*\)": ""$/\1="1"/p' >"$work/placeholders"
  else
    unreadable .env.dev "$work/.env"
  fi
  if [ -r .env ]; then
    own=$(values "$directory/.env" 2>"$work/said") || unreadable .env .env
    printf '%s\n' "$own" | hashed | names_of_git | sed 's/^/variable /'
    for name in $(unset_variables); do
      grep -nE "[$][{]?$name([^A-Za-z0-9_]|$)" .env | cut -d: -f1 | while read -r line; do fact truncated "$(env_line .env "$line")"; done
    done
  fi
  until project_of_git; do # env files that only the host has are no concern of git's
    missing=$(sed -n 's/^env file \(.*\) not found.*/\1/p' "$work/said")
    if [ -z "$missing" ] || [ -e "$missing" ]; then break; fi
    mkdir -p "${missing%/*}" && : >"$missing"
  done
  if [ -s "$work/project" ]; then
    fact root "$work"
    fact project "$(encoded "$work/project")"
    sums "$work" <"$work/project" >"$work/sums" && facts sum "$work/sums"
    if [ -r .env ] && [ "$unread_file" != .env ]; then
      hashes "$work/docker-compose.yml" "$work/images" >"$work/new" 2>"$work/said" || fact refused "$(grep -v 'variable is not set' "$work/said" | redacted | encoded)"
      facts new "$work/new"
      unset_variables | names_of_git | sed 's/^/unset /'
      if [ -n "$images" ] && [ -d "$current" ]; then
        hashes "$work/docker-compose.yml" "$current/images.env" >"$work/running" 2>/dev/null && facts running "$work/running"
      fi
    fi
  else
    fact refused "$(encoded "$work/said")"
  fi
  # What the release that runs was made of, and what Compose makes of that now: for who asks without images to come,
  # and where another version of Compose hashes otherwise.
  if [ -r .env ] && [ -d "$current" ]; then
    facts released-version "$current/compose-version"
    if [ -z "$images" ] || ! grep -qxF "$version" "$current/compose-version"; then
      hashes "$current/docker-compose.yml" "$current/images.env" >"$work/released" 2>/dev/null && facts released "$work/released"
    fi
  fi
  for release in .releases/[0-9]*/; do
    [ -f "$release/hashes" ] || continue
    number=${release%/} && number=${number##*/}
    facts "recorded $number" "$release/hashes"
    facts "recorded-sum $number" "$release/sums"
    names_of_git <"$release/variables" >"$work/recorded" && facts "recorded-variable $number" "$work/recorded"
  done
fi
project=$(sed -n 's/^  "name": "\(.*\)",*$/\1/p' "$work/project" 2>/dev/null)
: "${project:=$(limited 10 docker ps --all --filter "label=com.docker.compose.project.working_dir=$directory" \
  --format '{{.Label "com.docker.compose.project"}}' 2>/dev/null | head -n 1)}"

engine=$(limited 10 docker version --format '{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}' 2>"$work/said") || {
  [ -s "$work/said" ] || echo "not within 10 s" >"$work/said"
  last_fact silent "$(encoded "$work/said")"
}
fact engine "$engine"
free=$(df --output=avail -B1 "$(limited 10 docker info --format '{{.DockerRootDir}}')" 2>/dev/null | tail -n 1)
[ -z "$free" ] || fact free "$free" # of a folder that this user cannot see nothing is known
containers >"$work/containers" 2>/dev/null || [ $? -lt 124 ] || last_fact silent "$(echo "no list of containers" | encoded)"
fact listed containers
facts container "$work/containers"
limited 10 docker image ls --digests --format '{{.Repository}}@{{.Digest}}' >"$work/present" 2>/dev/null ||
  last_fact silent "$(echo "no list of images" | encoded)"
sed -n 's/^.*@sha256:/present &/p' "$work/present"
fact fingerprint "$(fingerprint)"
