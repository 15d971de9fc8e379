# Puts one file beside the others, whole or not at all; an older one stays under its own name with a stamp.
directory=$1 name=$2 stamp=$3 text=$4 project='' salt='' # the last two are for what common.sh has besides

# What git leaves empty is the host's own, and so is what git does not name: each such value of OLD is added to NEW, as
# Compose reads it. Nothing is lost: Compose must read each of them back.
keep_own() { # OLD NEW
  old=$(values "$1") && new=$(values "$2") || return
  own=$(printf '%s\n\n%s\n' "$new" "$old" | awk -F '"' '
    !NF { past = 1; next }
    !past { if ($0 !~ /": ""$/) given[$2]; next }
    !($2 in given) && !/": ""$/')
  printf '%s\n' "$own" | sed -e 's/^"\([^"]*\)": \(".*"\)$/\1=\2/' -e 's/\([^\\]\)\\u003c/\1</g' \
    -e 's/\([^\\]\)\\u003e/\1>/g' -e 's/\([^\\]\)\\u0026/\1\&/g' -e 's/\$\$/\\$/g' >>"$2"
  new=$(values "$2") || return
  printf '%s\n\n%s\n' "$new" "$own" | awk '!NF { past = 1; next } !past { has[$0]; next } !($0 in has) { exit 1 }' || {
    echo "a value that only this host has cannot be kept: write .env there by hand"
    return 1
  }
}

mkdir -p "$directory/.releases" && cd "$directory" && exec 9>>.releases/lock || exit 1
flock --nonblock --conflict-exit-code 75 9 || { # a switch reads what would be written
  [ $? != 75 ] || cat .releases/lock
  exit 20
}
# Containers, whoever they run as, read what lies beside the compose file; nobody else reads the secrets.
if [ "$name" = .env ]; then umask 077; else umask 022; fi
printf '%s' "$text" >"$name.partial" || exit 1
if [ -f "$name" ]; then
  cp -p "$name" "$name.$stamp" || exit 1
  [ "$name" != .env ] || keep_own "$directory/$name" "$directory/$name.partial" || exit 1
fi
sync "$name.partial" && mv "$name.partial" "$name"
