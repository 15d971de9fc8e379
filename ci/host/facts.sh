# What is on the host, read-only: one fact a line, free text in base64.
# Of git come the compose file, .env.dev and the names of the files beside; `images` has the image variables of the
# release to come, `markers` a value by which each of them is recognised.
directory=$1 salt=$2 git_compose=$3 git_variables=$4 markers=$5 images=$6
shift 6

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
work=$(mktemp -d) || {
  fact directory "full: there is no room for a temporary file"
  exit 0
}
trap 'rm -rf "$work"' EXIT
printf '%s' "$git_compose" >"$work/docker-compose.yml"
printf '%s' "$git_variables" >"$work/.env"
printf '%s' "$markers" >"$work/markers"
printf '%s' "$images" >"$work/images"

[ ! -r docker-compose.yml ] || fact compose "$(encoded docker-compose.yml)"
for name in compose.yaml compose.yml docker-compose.yaml *.override.yml *.override.yaml; do
  [ ! -f "$name" ] || fact other "$name"
done
for record in .releases/[0-9]*.json .releases/[0-9]*/release.json; do
  [ ! -f "$record" ] || fact record "$record" "$(encoded "$record")"
done
if locked; then
  fact owner "$(encoded .releases/lock)"
else
  fact touched "$(touched | tr '\n' ' ')"
  last=$(last_record)
  [ ! -f "$last" ] || fact ended "$(sed -n 's/^[0-9]* end [a-z-]* //p' "$(journal_of "$last")" | encoded)"
fi

# The variables of git's .env.dev and of .env as Compose reads them: what kind, NAME, and a keyed hash of the value, by
# which equal values are known and none is told.
variables() {
  printf 'name: probe\nservices:\n  given: {image: probe, env_file: [%s]}\n  own: {image: probe, env_file: [%s]}\n' \
    "$work/.env" "$1" >"$work/probe.yml"
  compose 20 --file "$work/probe.yml" --env-file /dev/null config --format json >"$work/probe" 2>"$work/said" || {
    fact unread "$(encoded "$work/said")"
    return
  }
  for kind in given own; do
    sed -n "/^    \"$kind\": {/,/^    }/p" "$work/probe" |
      sed -n '/^      "environment": {/,/^      }/s/^        \(".*"\),*$/\1/p' >"$work/$kind"
    while IFS= read -r line; do
      name=${line#?}
      case $line in *'": ""') value=empty ;; *) value=$(printf %s "$salt$line" | sha256sum | cut -c1-64) ;; esac
      fact "$kind" "${name%%\"*}" "$value"
    done <"$work/$kind"
  done
}

# The project as git has it, with git's values alone: no secret is told. What git leaves empty gets a value.
project_of_git() {
  compose 20 --project-directory "$work" --file "$work/docker-compose.yml" --env-file "$work/.env" \
    --env-file "$work/placeholders" --env-file "$work/markers" --profile '*' config --format json \
    >"$work/project" 2>"$work/said"
}

# KIND FILE IMAGES: Compose's hash of each service with the host's variables and these images.
hashes() {
  compose 20 --project-directory "$directory" --file "$2" --env-file .env --env-file "$3" --profile '*' \
    config --hash '*' >"$work/hashes" 2>"$work/said" || fact unhashed "$1" "$(encoded "$work/said")"
  sed "s/^/hash $1 /" "$work/hashes"
}

if version=$(limited 10 docker compose version --short 2>/dev/null); then
  fact compose-version "$version"
  if [ -r .env ]; then
    fact environment
    variables "$directory/.env"
  else
    variables /dev/null
  fi
  sed -n 's/^"\([^"]*\)": ""$/\1="1"/p' "$work/given" >"$work/placeholders"
  for name in "$@"; do
    [ ! -f "$name" ] || cp "$name" "$work/$name"
  done
  until project_of_git; do # env files that only the host has are no concern of git's
    missing=$(sed -n 's/^env file \(.*\) not found.*/\1/p' "$work/said")
    if [ -z "$missing" ] || [ -e "$missing" ]; then break; fi
    mkdir -p "${missing%/*}" && : >"$missing"
  done
  if [ -s "$work/project" ]; then
    fact root "$work"
    fact project "$(encoded "$work/project")"
    sed -n -e "s|^ *\"source\": \"$work/\(.*\)\",*\$|\1|p" -e "s|^ *\"file\": \"$work/\(.*\)\",*\$|\1|p" "$work/project" |
      sort -u | while IFS= read -r name; do
      [ ! -f "$name" ] || fact sum "$(sha256sum <"$name" | cut -c1-64)" "$name"
    done
    [ ! -r .env ] || hashes new "$work/docker-compose.yml" "$work/images"
    sed -n 's/.*The \\"\([A-Za-z0-9_]*\)\\" variable is not set.*/unset \1/p' "$work/said" | sort -u
    current=.releases/current
    if [ -r .env ] && [ -d "$current" ]; then
      hashes running "$work/docker-compose.yml" "$current/images.env"
      # What a new version of Compose makes of the same file: it hashes otherwise, and nothing has changed by that.
      grep -qxF "$version" "$current/compose-version" || hashes released "$current/docker-compose.yml" "$current/images.env"
    fi
  else
    fact refused "$(encoded "$work/said")"
  fi
fi
project=$(sed -n 's/^  "name": "\(.*\)",*$/\1/p' "$work/project" 2>/dev/null)
: "${project:=$(limited 10 docker ps --all --filter "label=com.docker.compose.project.working_dir=$directory" \
  --format '{{.Label "com.docker.compose.project"}}' 2>/dev/null | head -n 1)}"

engine=$(limited 10 docker version --format '{{.Server.Version}} {{.Server.Os}}/{{.Server.Arch}}' 2>&1) || {
  fact silent "$(printf %s "${engine:-not within 10 s}" | encoded)"
  exit 0
}
fact engine "$engine"
fact free "$(df --output=avail -B1 "$(limited 10 docker info --format '{{.DockerRootDir}}')" 2>/dev/null | tail -n 1)"
containers | sed 's/^/container /'
limited 10 docker image ls --digests --format '{{.Repository}}@{{.Digest}}' | sed -n 's/^.*@sha256:/present &/p'
fact fingerprint "$(fingerprint)"
