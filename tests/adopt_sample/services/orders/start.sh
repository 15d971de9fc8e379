#!/bin/sh
exec dotnet Orders.dll
