@echo off
echo would run Maven
