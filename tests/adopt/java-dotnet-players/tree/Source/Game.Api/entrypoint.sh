#!/bin/sh
set -e
exec dotnet Game.Api.dll
