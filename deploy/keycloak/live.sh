# The live realm as JSON; runs in Keycloak's container: docker compose exec -T keycloak bash < live.sh
cd /opt/keycloak/bin || exit 1
trap 'rm -f /tmp/kcadm' EXIT
KC_CLI_PASSWORD=$KC_BOOTSTRAP_ADMIN_PASSWORD \
  ./kcadm.sh config credentials --config /tmp/kcadm --server http://localhost:8080 --realm master --user admin >/dev/null 2>&1 || {
  echo "admin cannot sign in: its password is no longer that of .env" >&2
  exit 1
}
./kcadm.sh create realms/ois/partial-export --config /tmp/kcadm -q exportClients=true -q exportGroupsAndRoles=true -o
