#!/bin/sh
psql -U postgres -c 'select 1' >/dev/null
