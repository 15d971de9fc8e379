# Whether a switch of this folder holds the lock, seen without touching it: the same inode on another disk is no such file.
locked() {
  [ -f .releases/lock ] || return
  inode=$(stat -c %i .releases/lock) here=$(pwd -P)
  sed -n "s/^.* \([0-9]*\) [^ ]*:$inode 0 .*/\1/p" /proc/locks | while read -r holder; do
    readlink "/proc/$holder/cwd" || echo "$here" # of another user it cannot be read
  done 2>/dev/null | grep -qxF "$here"
}
