#!/bin/sh
dotnet test
